#!/usr/bin/env python3
"""What the programs are trained with: small files by one caller and by eight, trees, git, and large files.

    training.py [--remount COMMAND] FILES FOLDER

COMMAND mounts FOLDER anew (% in it), between making files and reading them.
"""
import argparse
import os
import shutil
import subprocess
import threading
import time

BLOCK = b"x" * 4096


def make(path):
    file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
    os.write(file, BLOCK)
    os.close(file)


def make_and_sync(path):
    file = os.open(path, os.O_CREAT | os.O_WRONLY, 0o644)
    os.write(file, BLOCK)
    os.fsync(file)
    os.close(file)


def read(path):
    file = os.open(path, os.O_RDONLY)
    os.read(file, 8192)
    os.close(file)


def append(path):
    file = os.open(path, os.O_WRONLY | os.O_APPEND)
    os.write(file, BLOCK[:1024])
    os.close(file)


def each(callers, paths, do):
    def run(mine):
        for path in mine:
            do(path)

    threads = [threading.Thread(target=run, args=(paths[at::callers],)) for at in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def shell(command, folder):
    subprocess.run(command, shell=True, check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def small_files(folder, count, callers, mount_anew):
    root = f"{folder}/small"
    for at in range(20):
        os.makedirs(f"{root}/d{at:02}")
    paths = [f"{root}/d{at % 20:02}/file-{at:05}" for at in range(count)]
    each(callers, paths, make)
    mount_anew()
    each(callers, paths, os.stat)
    mount_anew()
    each(callers, paths, read)
    each(callers, paths, read)
    shell("ls -lR .", root)
    each(callers, paths, append)
    each(callers, paths, lambda path: os.chmod(path, 0o600))
    time.sleep(2)  # what was kept locked is settled
    each(callers, paths, lambda path: os.rename(path, path + ".r"))
    each(callers, paths, lambda path: os.unlink(path + ".r"))
    each(callers, paths[: count // 4], make_and_sync)
    folders = [f"{root}/sub-{at}" for at in range(count)]
    each(callers, folders, os.mkdir)
    each(callers, folders, os.rmdir)
    shutil.rmtree(root)


def tree(folder, count):
    source = f"{folder}/source"
    for at in range(count):
        path = f"{source}/{at % 7}/{at % 5}/{at}.c"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(str(at).encode() * (200 + at % 3000))
    shell("tar cf tree.tar source; mkdir copy; tar xf tree.tar -C copy", folder)
    shell("find copy -type f | xargs cat", folder)
    shell("git init -q; git add .; git -c user.name=a -c user.email=a@b commit -qm all; git status", f"{folder}/copy")
    shell("rm -rf source copy tree.tar", folder)


def large_file(folder):
    def fio(options):
        shell(f"fio --name=large --filename={folder}/large --ioengine=psync --thread --size=64m {options}", folder)

    fio("--rw=write --bs=1m --end_fsync=1 --fallocate=none")
    fio("--rw=read --bs=1m")
    fio("--rw=randrw --bs=4k --io_size=8m")
    fio("--rw=randread --bs=4k --io_size=8m --numjobs=4")
    fio("--rw=randwrite --bs=4k --io_size=1m --fsync=1")
    os.unlink(f"{folder}/large")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--remount", metavar="COMMAND", default="")
    parser.add_argument("files", type=int)
    parser.add_argument("folder")
    asked = parser.parse_args()

    def mount_anew():
        if asked.remount:
            subprocess.run(asked.remount.replace("%", asked.folder), shell=True, check=True)

    small_files(asked.folder, asked.files, 1, mount_anew)
    small_files(asked.folder, asked.files, 8, mount_anew)
    tree(asked.folder, asked.files)
    large_file(asked.folder)


main()
