#!/usr/bin/env python3
"""tree_worker.py MOUNT SOURCE WORKER WORKERS: one of several clients that build one tree together.

Brings the files of SOURCE that are this worker's share into the directories that all workers make, renames each to its
name (mostly to another brick), then moves, overwrites, links and removes a part of them, and fights with the others
over names. Prints what must be there afterwards: "path<TAB>sha256" of each of its files, "?path" where it is one of
several who wanted to have the name.
"""
import errno
import hashlib
import os
import sys

mount, source, worker, workers = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
left = {}


def full(path):
    return os.path.join(mount, path)


def number_of(path):
    return int(hashlib.sha256(path.encode(errors='surrogateescape')).hexdigest()[:8], 16)


def make_directory(path):
    """All workers make the same directories; one of them does, and all find the same one."""
    try:
        os.makedirs(full(path), exist_ok=True)
    except FileExistsError:
        assert os.path.isdir(full(path)), path


def bring(path, data):
    part = f'{path}.part{worker}'
    with open(full(part), 'xb') as file:
        file.write(data)
    assert os.stat(full(part)).st_size == len(data)
    os.rename(full(part), full(path))
    assert not os.path.lexists(full(part)), part
    left[path] = hashlib.sha256(data).hexdigest()


def change(path):
    what = number_of(path) // workers % 8
    if what == 0:
        os.unlink(full(path))
        del left[path]
    elif what == 1:  # to another name and back over itself
        os.rename(full(path), full(path + '.away'))
        os.rename(full(path + '.away'), full(path))
    elif what == 2:  # to the directory above
        moved = os.path.join(os.path.dirname(os.path.dirname(path)), f'moved.{worker}.{number_of(path)}')
        os.rename(full(path), full(moved))
        left[moved] = left.pop(path)
    elif what == 3:  # in place of another
        other = path + '.other'
        with open(full(other), 'xb') as file:
            file.write(b'another')
        os.rename(full(path), full(other))
        left[other] = left.pop(path)
    elif what == 4:  # a second name, and the first one goes
        second = path + '.second'
        os.link(full(path), full(second))
        assert os.stat(full(path)).st_ino == os.stat(full(second)).st_ino, path
        os.unlink(full(path))
        left[second] = left.pop(path)
    elif what == 5:
        with open(full(path), 'ab') as file:
            file.write(b'more')
        with open(full(path), 'rb') as file:
            left[path] = hashlib.sha256(file.read()).hexdigest()


def fight(folder):
    """Names that all workers want at the same time."""
    mine = f'{folder}/mine.{worker}'
    with open(full(mine), 'xb') as file:
        file.write(b'%d' % worker)
    os.rename(full(mine), full(f'{folder}/taken'))
    try:
        with open(full(f'{folder}/first'), 'xb') as file:
            file.write(b'%d' % worker)
        won = True
    except FileExistsError:
        won = False
    print(f'won {worker} {folder}' if won else f'lost {worker} {folder}', file=sys.stderr)
    os.mkdir(full(f'{folder}/folder.{worker}'))
    try:
        os.rename(full(f'{folder}/folder.{worker}'), full(f'{folder}/folder'))
    except OSError as error:  # it is there already, and the other one has put something in it
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        os.rmdir(full(f'{folder}/folder.{worker}'))
    for attempt in range(3):
        try:
            with open(full(f'{folder}/folder/in.{worker}'), 'xb') as file:
                file.write(b'%d' % worker)
            break
        except FileNotFoundError:  # another empty one was put in its place just now
            if attempt == 2:
                raise
    left[f'{folder}/folder/in.{worker}'] = hashlib.sha256(b'%d' % worker).hexdigest()
    for name in ('taken', 'first'):
        print(f'?{folder}/{name}')


folders = []
for place, directories, names in os.walk(source):
    directories.sort()
    folder = os.path.relpath(place, source)
    folders.append(folder)
    make_directory(folder)
    for name in sorted(names):
        path = os.path.normpath(os.path.join(folder, name))
        origin = os.path.join(place, name)
        if os.path.islink(origin) or number_of(path) % workers != worker:
            continue
        with open(origin, 'rb') as file:
            bring(path, file.read())
        change(path)
for folder in folders[1::4]:
    fight(os.path.normpath(folder))
for path, digest in left.items():
    print(f'{path}\t{digest}')
