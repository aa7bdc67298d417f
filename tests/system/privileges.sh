#!/bin/bash
# What a file allows whoever runs it, set-id bits and capabilities, goes when its content or its owner changes: on a
# volume of one brick, of copies and of copies with an arbiter exactly as on the bricks' file system itself.
. "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

cat >"$LAB/privileges.py" <<'PYTHON'
# privileges.py FOLDER GIVER CHANGE...: what becomes of a file under each change, by callers of each kind, a line each.
# GIVER is FOLDER, or another mount's view of it: there the file gets what it has, a moment before.
import ctypes, mmap, os, struct, sys, time
folder, giver, wanted = sys.argv[1], sys.argv[2], sys.argv[3:]
libc = ctypes.CDLL(None, use_errno=True)
capability = struct.pack('<5I', 0x02000001, 1 << 10, 0, 0, 0)

def write(path):
    file = os.open(path, os.O_WRONLY)
    os.pwrite(file, b'y', 1)
    os.close(file)
def write_known(path):  # its attributes and content are in the kernel's cache
    file = os.open(path, os.O_RDWR)
    os.pread(file, 4, 0); os.fstat(file)
    os.pwrite(file, b'y', 1)
    os.close(file)
def write_direct(path):
    file = os.open(path, os.O_WRONLY | os.O_DIRECT)
    os.pwritev(file, [mmap.mmap(-1, 4096)], 0)
    os.close(file)
def truncate_open(path): os.close(os.open(path, os.O_WRONLY | os.O_TRUNC))
def ftruncate(path):
    file = os.open(path, os.O_WRONLY)
    os.ftruncate(file, 2)
    os.close(file)
def fallocate(path):
    file = os.open(path, os.O_WRONLY)
    failed = libc.fallocate(file, 3, ctypes.c_long(0), ctypes.c_long(4096))
    if failed: raise OSError(ctypes.get_errno(), 'fallocate')
    os.close(file)
def copy(path):
    source, file = os.open(folder + '/source', os.O_RDONLY), os.open(path, os.O_WRONLY)
    os.copy_file_range(source, file, 4)
    os.close(file); os.close(source)
def own_group(path): os.chown(path, -1, 1002)
def touch(path): os.utime(path)
def read(path): open(path, 'rb').read()

changes = {'write': write, 'known': write_known, 'direct': write_direct, 'truncate': lambda path: os.truncate(path, 3),
           'O_TRUNC': truncate_open, 'ftruncate': ftruncate, 'fallocate': fallocate, 'copy': copy, 'chgrp': own_group,
           'touch': touch, 'read': read}
# Who, and what groups. The file is of 1000, and of group 1001.
callers = {'root': (0, [0]), 'owner': (1000, [1001, 1002]), 'owner, not of the group': (1000, [1002]),
           'another': (1003, [1003])}

def as_caller(user, groups, change, path):
    child = os.fork()
    if child == 0:
        status = 0
        try:
            os.setgroups(groups); os.setgid(groups[0]); os.setuid(user)
            change(path)
        except OSError as error: status = error.errno
        os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

open(folder + '/source', 'wb').write(b'abcd'); os.chmod(folder + '/source', 0o644)
os.chmod(folder, 0o755)
for name in wanted or changes:
    for caller, (user, groups) in callers.items():
        for mode in (0o6777, 0o4766, 0o2777, 0o2767, 0o766):
            file = f'{folder}/file'
            with open(file, 'wb') as made: made.write(b'x' * 8192)
            os.chown(file, 1000, 1001)
            os.chmod(file, 0o766); os.stat(file)
            os.chmod(f'{giver}/file', mode)
            os.setxattr(f'{giver}/file', 'security.capability', capability)
            if giver != folder: time.sleep(0.05)
            status = as_caller(user, groups, changes[name], file)
            now = os.stat(file).st_mode & 0o7777
            try: has = 'capable' if os.getxattr(file, 'security.capability') else 'empty'
            except OSError: has = 'plain'
            said = os.strerror(status) if status else 'done'
            print(f'{name} by {caller}: {mode:o} becomes {now:o}, {has}, {said}')
            os.unlink(file)
os.unlink(folder + '/source')
PYTHON

mkdir "$BRICKS/itself"
python3 "$LAB/privileges.py" "$BRICKS/itself" "$BRICKS/itself" >"$LAB/itself"
grep -q '^write by another: 6777 becomes 777, plain, done' "$LAB/itself" || fails "the file system keeps set-id bits"

daemon
volume one
bricks() { for number in 1 2 3; do echo "$HOST:$BRICKS/$1$number"; done; }
gluster volume create copies replica 3 $(bricks copies) force >/dev/null
gluster volume create arbitrated replica 2 arbiter 1 $(bricks arbitrated) force >/dev/null
gluster volume start copies >/dev/null
gluster volume start arbitrated >/dev/null
for volume in one copies arbitrated; do
  mkdir "$LAB/$volume" "$LAB/$volume.other"
  glusterfs --capability --volfile-server="$HOST" --volfile-id="$volume" "$LAB/$volume"
  glusterfs --capability --volfile-server="$HOST" --volfile-id="$volume" "$LAB/$volume.other"
  mountpoint -q "$LAB/$volume" && mountpoint -q "$LAB/$volume.other" || fails "$volume is not mounted"
  mkdir "$LAB/$volume/folder"
  python3 "$LAB/privileges.py" "$LAB/$volume/folder" "$LAB/$volume/folder" >"$LAB/said"
  diff "$LAB/itself" "$LAB/said" || fails "$volume: others than on the file system itself"
  python3 "$LAB/privileges.py" "$LAB/$volume/folder" "$LAB/$volume.other/folder" write truncate chgrp >"$LAB/said"
  grep -E '^(write|truncate|chgrp)' "$LAB/itself" | diff - "$LAB/said" ||
    fails "$volume: others where another mount has given them"

  # Nobody looks at the file between the write and its next run.
  program=$LAB/$volume/folder/program
  cp /usr/bin/id "$program"
  chown 1000:1001 "$program"
  chmod 4777 "$program"
  as_another=(setpriv --reuid=1003 --regid=1003 --clear-groups)
  [ "$("${as_another[@]}" "$program" -u)" = 1000 ] || fails "$volume: set-id bits do not count"
  said=$("${as_another[@]}" python3 - "$program" <<'PYTHON'
import os, sys
file = os.open(sys.argv[1], os.O_RDWR)
os.pwrite(file, os.pread(file, 4, 0), 0)
os.close(file)
os.execv(sys.argv[1], ['id', '-u'])
PYTHON
  )
  [ "$said" = 1003 ] || fails "$volume: what was changed runs with the rights of its owner: $said"
done
