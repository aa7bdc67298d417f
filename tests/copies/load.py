"""load.py DIRECTORY SECONDS SEED [PATIENCE]: makes, overwrites, extends, cuts, renames, links and removes files, and remembers what
each must hold. Several workers at once, each in a directory of its own. No operation may fail or be forgotten: whatever
was acknowledged is read back, at random while it runs and in full at the end. Prints how many operations there were, how
long the longest took and how many looks saw what was written only later, as "OPERATIONS LONGEST_SECONDS LATE"; leaves with
status 1 when anything was wrong. A look may be late by PATIENCE seconds, none unless it is given.

load.py --check DIRECTORY STATE looks at the files again, of another mount for instance. STATE is what the run has
written to DIRECTORY.state beside the mount's own path, with "/" made "-", in the working directory."""

import hashlib
import json
import multiprocessing
import os
import random
import stat
import sys
import time

WORKERS = 4
MOST_FILES = 60
LARGEST = 96 << 10


class Wrong(Exception):
    pass


class Worker:
    def __init__(self, directory, seed, patience):
        self.directory = directory
        self.patience = patience
        self.late = 0
        self.random = random.Random(seed)
        self.files = {}  # path below the directory -> [content, mode, value of user.note or None]
        self.folders = [""]
        self.count = 0
        self.operations = 0
        self.longest = 0.0

    def path(self, name):
        return os.path.join(self.directory, name)

    def new_name(self):
        self.count += 1
        return os.path.join(self.random.choice(self.folders), f"f{self.count}")

    def some(self):
        return self.random.choice(list(self.files))

    def block(self):
        return self.random.randbytes(self.random.choice((1, 100, 4096, 5000, 40000)))

    def write(self, name, flags, offset, data):
        descriptor = os.open(self.path(name), flags, 0o644)
        try:
            done = 0
            while done < len(data):
                done += os.pwrite(descriptor, data[done:], offset + done)
            if self.random.random() < 0.3:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def create(self):
        name, data = self.new_name(), self.block()
        self.write(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0, data)
        self.files[name] = [bytearray(data), 0o644, None]

    def overwrite(self):
        name, data = self.some(), self.block()
        content = self.files[name][0]
        offset = self.random.randrange(len(content) + 1)
        self.write(name, os.O_WRONLY, offset, data)
        content[offset : offset + len(data)] = data

    def append(self):
        name, data = self.some(), self.block()
        content = self.files[name][0]
        if len(content) > LARGEST:
            return self.cut()
        descriptor = os.open(self.path(name), os.O_WRONLY | os.O_APPEND)
        try:
            if os.write(descriptor, data) != len(data):
                raise Wrong(f"{name}: a short write")
        finally:
            os.close(descriptor)
        content += data

    def cut(self):
        name = self.some()
        content = self.files[name][0]
        size = self.random.randrange(len(content) + 1)
        os.truncate(self.path(name), size)
        del content[size:]

    def rename(self):
        name = self.some()
        target = self.some() if self.random.random() < 0.3 else self.new_name()
        os.rename(self.path(name), self.path(target))
        if target != name:
            self.files[target] = self.files.pop(name)

    def remove(self):
        name = self.some()
        os.unlink(self.path(name))
        del self.files[name]

    def chmod(self):
        name = self.some()
        mode = self.random.choice((0o600, 0o640, 0o755, 0o444))
        os.chmod(self.path(name), mode)
        self.files[name][1] = mode

    def note(self):
        name = self.some()
        value = self.random.randbytes(8).hex()
        os.setxattr(self.path(name), "user.note", value.encode())
        self.files[name][2] = value

    def folder(self):
        if len(self.folders) < 6:
            name = os.path.join(self.random.choice(self.folders), f"d{self.count}-{len(self.folders)}")
            os.mkdir(self.path(name))
            self.folders.append(name)

    def look(self):
        self.check(self.some())

    def check(self, name):
        wanted = describe(self.files[name])
        end = time.monotonic() + self.patience
        is_late = False
        while True:
            try:
                check_file(self.path(name), wanted)
                break
            except (Wrong, OSError):
                if time.monotonic() >= end:
                    raise
                is_late = True
                time.sleep(0.1)
        self.late += is_late

    def step(self):
        menu = [self.create] * 4
        if self.files:
            menu += [self.overwrite] * 4 + [self.append] * 3 + [self.rename] * 3 + [self.look] * 3
            menu += [self.remove] * 2 + [self.cut, self.chmod, self.note, self.folder]
        if len(self.files) > MOST_FILES:
            menu = [self.remove]
        operation = self.random.choice(menu)
        begun = time.monotonic()
        try:
            operation()
        except OSError as error:
            raise Wrong(f"{operation.__name__}: {error} after {time.monotonic() - begun:.1f} s") from error
        self.longest = max(self.longest, time.monotonic() - begun)
        self.operations += 1


def describe(file):
    content, mode, note = file
    return {"size": len(content), "sha": hashlib.sha256(content).hexdigest(), "mode": mode, "note": note}


def check_file(path, wanted):
    with open(path, "rb") as file:
        content = file.read()
    if hashlib.sha256(content).hexdigest() != wanted["sha"]:
        raise Wrong(f"{path}: {len(content)} bytes that were not written, instead of {wanted['size']}")
    mode = stat.S_IMODE(os.stat(path).st_mode)
    if mode != wanted["mode"]:
        raise Wrong(f"{path}: mode {mode:o} instead of {wanted['mode']:o}")
    note = os.getxattr(path, "user.note").decode() if "user.note" in os.listxattr(path) else None
    if note != wanted["note"]:
        raise Wrong(f"{path}: user.note is {note} instead of {wanted['note']}")


def check_tree(directory, files):
    for name, wanted in files.items():
        check_file(os.path.join(directory, name), wanted)
    found = {os.path.relpath(os.path.join(top, name), directory) for top, _, names in os.walk(directory) for name in names}
    if found != set(files):
        raise Wrong(f"{directory}: there are {sorted(found - set(files))}, there are not {sorted(set(files) - found)}")


def work(directory, seconds, seed, patience, results):
    worker = Worker(directory, seed, patience)
    wrong = None
    try:
        os.makedirs(directory)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            worker.step()
        check_tree(directory, {name: describe(file) for name, file in worker.files.items()})
    except (Wrong, OSError) as error:
        wrong = str(error)
    files = {name: describe(file) for name, file in worker.files.items()}
    results.put((directory, worker, files, wrong))


def run(directory, seconds, seed, patience):
    results = multiprocessing.Queue()
    workers = [
        multiprocessing.Process(
            target=work, args=(os.path.join(directory, f"w{n}"), seconds, seed * 100 + n, patience, results)
        )
        for n in range(WORKERS)
    ]
    for worker in workers:
        worker.start()
    ended = [results.get() for _ in workers]
    for worker in workers:
        worker.join()
    state = {os.path.basename(path): files for path, _, files, _ in ended}
    with open(directory.strip("/").replace("/", "-") + ".state", "w") as file:
        json.dump(state, file)
    failures = [wrong for _, _, _, wrong in ended if wrong]
    print("\n".join(failures), end="\n" if failures else "", file=sys.stderr)
    workers = [worker for _, worker, _, _ in ended]
    longest = max(worker.longest for worker in workers)
    print(sum(worker.operations for worker in workers), f"{longest:.1f}", sum(worker.late for worker in workers))
    return 1 if failures else 0


def check(directory, state):
    with open(state) as file:
        trees = json.load(file)
    try:
        for name, files in trees.items():
            check_tree(os.path.join(directory, name), files)
    except (Wrong, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    if sys.argv[1] == "--check":
        sys.exit(check(sys.argv[2], sys.argv[3]))
    patience = float(sys.argv[4]) if len(sys.argv) > 4 else 0
    sys.exit(run(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), patience))
