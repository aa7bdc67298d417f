#!/bin/bash
# A large directory on three bricks: each entry is listed exactly once, also while another client makes and removes
# others. ENTRIES=100000 CHANGES=10000 for the full size.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab --size 6G
entries=${ENTRIES:-10000} changes=${CHANGES:-2000}

daemon
gluster volume create v "$HOST:$BRICKS/b"{1..3} force >/dev/null
gluster volume start v >/dev/null
mounted v "$MNT"
mkdir other
mount -t glusterfs "$HOST:/v" "$PWD/other"

mkdir "$MNT/large"
python3 - "$MNT/large" "$entries" <<'END'
import os, sys
folder = os.open(sys.argv[1], os.O_DIRECTORY)
for number in range(int(sys.argv[2])):
    os.close(os.open(f'entry{number}', os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644, dir_fd=folder))
END

# Many small reads of the directory, seeking to and fro, find the same as one long one; a copy of the descriptor's place
# is good later.
python3 - "$MNT/large" "$PWD/other/large" "$entries" "$changes" <<'END'
import ctypes, os, sys, threading
libc = ctypes.CDLL(None, use_errno=True)
libc.opendir.restype = ctypes.c_void_p
libc.readdir.restype = ctypes.c_void_p
libc.readdir.argtypes = libc.closedir.argtypes = libc.telldir.argtypes = [ctypes.c_void_p]
libc.seekdir.argtypes = [ctypes.c_void_p, ctypes.c_long]
libc.telldir.restype = ctypes.c_long

def names(path, after_each=None):
    """Of one listing, in order; "." and ".." are left out."""
    directory = libc.opendir(path.encode())
    assert directory
    found = []
    while True:
        entry = libc.readdir(directory)
        if not entry:
            break
        name = ctypes.string_at(entry + 19).decode()
        if name not in ('.', '..'):
            found.append(name)
            if after_each:
                after_each(directory, found)
    libc.closedir(directory)
    return found

mine, other, entries, changes = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
expected = {f'entry{number}' for number in range(entries)}

def once(found, what):
    assert len(found) == len(set(found)), f'{what}: {len(found) - len(set(found))} names were listed twice'
    missing = expected - set(found)
    assert not missing, f'{what}: {len(missing)} are missing, {sorted(missing)[:5]}'

for path in (mine, other):
    found = names(path)
    once(found, path)
    assert len(found) == entries, len(found)

# Back to a place that was noted.
places = []
def note(directory, found):
    if len(found) % 997 == 0:
        places.append((libc.telldir(directory), len(found)))
in_order = names(mine, note)
directory = libc.opendir(mine.encode())
for place, count in reversed(places):
    libc.seekdir(directory, place)
    entry = libc.readdir(directory)
    name = ctypes.string_at(entry + 19).decode() if entry else None
    after = in_order[count] if count < len(in_order) else None
    assert name == after, f'after a seek back to number {count}: {name}, and not {after}'
libc.closedir(directory)

# While another client makes and removes.
stop, listed, failure = threading.Event(), 0, []
def change():
    try:
        number = 0
        while not stop.is_set() or number < changes:
            name = f'{other}/passing{number % changes}'
            os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            if number >= changes // 2:
                os.unlink(f'{other}/passing{(number - changes // 2) % changes}')
            number += 1
        for left in range(max(0, number - changes // 2), number):
            os.unlink(f'{other}/passing{left % changes}')
        print(f'{number} made and removed meanwhile')
    except OSError as error:
        failure.append(error)
changer = threading.Thread(target=change)
changer.start()
for time in range(3):
    found = names(mine)
    once([name for name in found if name in expected], f'listing {time} while names change')
    listed += 1
stop.set()
changer.join()
assert not failure, failure
found = names(mine)
once(found, 'afterwards')
assert len(found) == entries, f'{len(found) - entries} names that were removed are listed'
END
[ "$(ls -l "$MNT/large" | grep -c ' entry[0-9]*$')" = "$entries" ] || fails "ls -l does not list all"
rm -rf "$MNT/large"
[ -z "$(ls -A "$PWD/other")" ] || fails "left: $(ls -A "$PWD/other")"
umount "$MNT" other
gluster volume stop v >/dev/null
check_bricks "$BRICKS"/b{1..3}
