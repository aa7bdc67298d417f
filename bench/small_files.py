#!/usr/bin/env python3
"""Operations on small files, one caller, on several folders in turn.

    small_files.py [--files N] [--rounds N] NAME=FOLDER NAME=FOLDER...

Each round does every step on every folder before the next step, so that what else happens on the machine meets all of
them. The table shows operations a second (median of the rounds) and, pair by pair, how many times those of the first.
"""
import argparse
import os
import shutil
import statistics
import time

BLOCK = b"x" * 4096


def create(folder, names):
    for name in names:
        file = os.open(f"{folder}/{name}", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
        os.write(file, BLOCK)
        os.close(file)


def look_up(folder, names):
    for name in names:
        os.stat(f"{folder}/{name}")


def read(folder, names):
    for name in names:
        file = os.open(f"{folder}/{name}", os.O_RDONLY)
        os.read(file, 8192)
        os.close(file)


def append(folder, names):
    for name in names:
        file = os.open(f"{folder}/{name}", os.O_WRONLY | os.O_APPEND)
        os.write(file, BLOCK[:1024])
        os.close(file)


def change_mode(folder, names):
    for name in names:
        os.chmod(f"{folder}/{name}", 0o600)


def rename(folder, names):
    for name in names:
        os.rename(f"{folder}/{name}", f"{folder}/{name}.new")


def remove(folder, names):
    for name in names:
        os.unlink(f"{folder}/{name}.new")


def make_folders(folder, names):
    for name in names:
        os.mkdir(f"{folder}/{name}")


def remove_folders(folder, names):
    for name in names:
        os.rmdir(f"{folder}/{name}")


def list_long(folder, names):
    with os.scandir(folder) as entries:
        found = sum(1 for entry in entries if entry.stat(follow_symlinks=False))
    assert found == len(names), (found, len(names))


def forget(_folder, _names):
    """Time-outs of the kernel's caches pass."""
    time.sleep(1.2)


STEPS = [("create 4 KiB", create), (None, forget), ("stat", look_up), (None, forget), ("read", read),
         ("read again", read), (None, forget), ("list with stat", list_long), ("append 1 KiB", append),
         ("chmod", change_mode), ("rename", rename), ("unlink", remove), ("mkdir", make_folders),
         ("rmdir", remove_folders)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("folders", nargs="+", metavar="NAME=FOLDER")
    given = parser.parse_args()
    folders = dict(pair.split("=", 1) for pair in given.folders)
    names = [f"file{number:05}" for number in range(given.files)]
    rates = {step: {name: [] for name in folders} for step, _ in STEPS if step}
    for _ in range(given.rounds):
        for name, folder in folders.items():
            shutil.rmtree(f"{folder}/bench", ignore_errors=True)
            os.mkdir(f"{folder}/bench")
        for step, work in STEPS:
            for name, folder in folders.items():
                begun = time.perf_counter()
                work(f"{folder}/bench", names)
                if step:
                    rates[step][name].append(len(names) / (time.perf_counter() - begun))
    first, *others = folders
    print(f"{'operations a second':20}{first:>10}" + "".join(f"{name:>10}{'times':>8}" for name in others))
    for step, of in rates.items():
        line = f"{step:20}{statistics.median(of[first]):10.0f}"
        for name in others:
            times = statistics.median(there / here for here, there in zip(of[first], of[name]))
            line += f"{statistics.median(of[name]):10.0f}{times:8.2f}"
        print(line)


if __name__ == "__main__":
    main()
