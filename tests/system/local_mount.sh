#!/bin/bash
# A client whose graph ends in storage/posix: the whole of FUSE, the front and the store in one process, no network.
# Programs that are hard on file systems run on it.
. "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

store=$BRICKS/local
mnt=$(mktemp -d)
mkdir -p "$store"
cat >"$store.vol" <<VOLFILE
volume store
    type storage/posix
    option directory $store
end-volume

volume locks
    type features/locks
    subvolumes store
end-volume
VOLFILE
mount -t glusterfs "$store.vol" "$mnt"
mountpoint -q "$mnt" || fails "not mounted"
grep -q " $mnt fuse.glusterfs rw,relatime,user_id=0,group_id=0,default_permissions,allow_other,max_read=1048576 " \
  /proc/mounts || fails "the options shown are others: $(grep " $mnt " /proc/mounts)"
cd "$mnt"

# Identity: the number of the root, of a file, and what the brick keeps.
[ "$(stat -c %i .)" = 1 ] || fails "the root is not inode 1"
echo content >file
gfid=$(getfattr -n glusterfs.gfid.string --only-values file)
[ "${gfid//-/}" = "$(getfattr -n trusted.gfid -e hex --only-values "$store/file" 2>/dev/null | od -An -tx1 | tr -d ' \n')" ] ||
  fails "file shows another identity than the brick keeps"
[ "$(stat -c %i file)" = "$(printf '%u' $((16#$(cut -c20-23 <<<"$gfid")$(cut -c25- <<<"$gfid"))))" ] ||
  fails "the inode number does not come from the identity"

# Names.
mkdir -p deep/er
mv file deep/er/moved
ln deep/er/moved linked
[ "$(stat -c %h linked)" = 2 ] || fails "a hard link does not count"
ln -s linked pointer
[ "$(cat pointer)" = content ] || fails "a symbolic link leads elsewhere"
if mv --exchange deep linked 2>/dev/null; then fails "exchanging names is not offered"; fi
if rmdir deep 2>/dev/null; then fails "a directory with entries was removed"; fi
mkfifo fifo && [ -p fifo ] || fails "no fifo"
rm -r deep linked pointer fifo
[ -z "$(ls -A)" ] || fails "something is left: $(ls -A)"

# What is unlinked but open stays usable.
python3 - <<'PYTHON' || fails "an unlinked open file"
import os, fcntl
f = os.open("gone", os.O_RDWR | os.O_CREAT)
os.write(f, b"0123456789")
os.unlink("gone")
os.ftruncate(f, 4)
os.fchmod(f, 0o640)
os.utime(f, (1, 2))
os.setxattr(f, "user.colour", b"blue")
status = os.fstat(f)
assert status.st_size == 4 and status.st_mode & 0o777 == 0o640 and status.st_mtime == 2 and status.st_nlink == 0, status
assert os.pread(f, 10, 0) == b"0123"
assert os.getxattr(f, "user.colour") == b"blue"
PYTHON

# A directory that was changed a moment ago and is removed while it is open has no links any more.
python3 - <<'PYTHON' || fails "a removed open directory"
import os
os.mkdir("open")
directory = os.open("open", os.O_RDONLY)
os.mkdir("open/inner")
os.rmdir("open/inner")
os.rmdir("open")
try: assert os.fstat(directory).st_nlink == 0
except OSError: pass
PYTHON

# Ranges, holes, copies.
python3 - <<'PYTHON' || fails "ranges of files"
import os, ctypes
libc = ctypes.CDLL(None, use_errno=True)
def fallocate(f, mode, offset, size):
    if libc.fallocate(f, mode, ctypes.c_long(offset), ctypes.c_long(size)): raise OSError(ctypes.get_errno())
f = os.open("ranges", os.O_RDWR | os.O_CREAT)
os.write(f, b"x" * 65536)
fallocate(f, 3, 4096, 8192)  # punch a hole, keep the size
assert os.pread(f, 8192, 4096) == bytes(8192)
assert os.lseek(f, 0, os.SEEK_HOLE) == 4096 and os.lseek(f, 4096, os.SEEK_DATA) == 12288
fallocate(f, 16, 32768, 4096)  # zeros
assert os.pread(f, 4096, 32768) == bytes(4096)
fallocate(f, 1, 65536, 65536)
assert os.fstat(f).st_size == 65536
fallocate(f, 0, 65536, 65536)
assert os.fstat(f).st_size == 131072
g = os.open("copy", os.O_RDWR | os.O_CREAT)
assert os.copy_file_range(f, g, 65536, 0, 0) == 65536
assert os.pread(f, 65536, 0) == os.pread(g, 65536, 0)
a = os.open("log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
b = os.open("log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
for round in range(50): os.write(a, b"a"); os.write(b, b"b")
assert open("log").read() == "ab" * 50
os.truncate("log", 3)
assert open("log").read() == "aba"
for name in ("ranges", "copy", "log"): os.unlink(name)
PYTHON

# Attributes and extended attributes.
echo x >attributes
setfattr -n user.a -v 1 attributes
setfattr -n user.b -v 2 attributes
[ "$(getfattr -d attributes 2>/dev/null | grep -c ^user)" = 2 ] || fails "extended attributes are not listed"
setfattr -x user.a attributes
if getfattr -n user.a attributes 2>/dev/null; then fails "a removed attribute is still there"; fi
if setfattr -n trusted.gfid -v 0x00112233445566778899aabbccddeeff attributes 2>/dev/null; then fails "an identity was changed"; fi
touch -d '2001-02-03 04:05:06.789' attributes
[ "$(stat -c %Y attributes)" = "$(date -d '2001-02-03 04:05:06' +%s)" ] || fails "touch"
chown 1234:4321 attributes && chmod 4755 attributes
[ "$(stat -c %u:%g:%a attributes)" = 1234:4321:4755 ] || fails "chown or chmod"
echo y >>attributes
rm attributes

# Locks: exclusion, and an interrupted wait leaves nothing behind.
python3 - <<'PYTHON' || fails "locks"
import fcntl, os, signal, struct, time
f = open("locked", "w")
def child(work):
    pid = os.fork()
    if pid == 0:
        try: work()
        except BaseException as error: print(error); os._exit(1)
        os._exit(0)
    return pid
def refused():
    g = open("locked", "r+")
    try: fcntl.lockf(g, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError: return
    raise AssertionError("two holders of one lock")
def interrupted():
    class Alarm(Exception): pass
    def raise_alarm(*_): raise Alarm()
    signal.signal(signal.SIGALRM, raise_alarm)
    g = open("locked", "r+")
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try: fcntl.lockf(g, fcntl.LOCK_EX)
    except Alarm:
        time.sleep(1)  # alive while the holder lets go: a lock left behind would be ours now
        return
    raise AssertionError("the wait was not interrupted")
def wait_for(pid): assert os.waitpid(pid, 0)[1] == 0
fcntl.lockf(f, fcntl.LOCK_EX)
wait_for(child(refused))
waiter = child(interrupted)
time.sleep(0.6)
fcntl.lockf(f, fcntl.LOCK_UN)
time.sleep(0.2)
fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB)  # free again although somebody waited
fcntl.lockf(f, fcntl.LOCK_UN)
wait_for(waiter)
g, h = open("locked"), open("locked")
fcntl.flock(g, fcntl.LOCK_EX)
try: fcntl.flock(h, fcntl.LOCK_EX | fcntl.LOCK_NB); raise SystemExit("two holders of flock")
except OSError: pass
g.close()
fcntl.flock(h, fcntl.LOCK_EX | fcntl.LOCK_NB)
os.unlink("locked")
PYTHON

# A large directory, complete and without repeats.
mkdir many
(cd many && seq 3000 | xargs touch)
[ "$(ls -f many | sort -u | wc -l)" = 3002 ] || fails "a listing of 3000 entries is not complete"
[ "$(ls -l many | wc -l)" = 3001 ] || fails "a long listing is not complete"
rm -r many

# Programs.
git init -q repository
(cd repository && git config user.email a@b && git config user.name a && seq 2000 >numbers && git add . &&
  git commit -qm first && seq 3000 >numbers && git commit -qam second && git gc -q && git fsck --strict 2>/dev/null) ||
  fails "git"
sqlite3 database 'create table t(a integer primary key, b text);
  with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000) insert into t select i, hex(randomblob(50)) from n;
  update t set b = b || b where a % 3 = 0; vacuum;' || fails "sqlite"
[ "$(sqlite3 database 'pragma integrity_check')" = ok ] || fails "sqlite's file is damaged"
tar cf archive.tar -C repository . && mkdir unpacked && tar xf archive.tar -C unpacked
diff -r repository unpacked || fails "tar"
fio --name=verify --directory="$mnt" --rw=randwrite --bs=4k-64k --size=16M --verify=crc32c --do_verify=1 \
  --ioengine=psync --numjobs=2 --output=/dev/null || fails "fio"
fio --name=mapped --directory="$mnt" --rw=randwrite --bs=4k --size=8M --verify=crc32c --ioengine=mmap \
  --output=/dev/null || fails "fio on mapped memory"
rm -rf repository unpacked archive.tar database verify* mapped*

cd /
client=$(pgrep -x glusterfs)
umount "$mnt"
gone() { ! kill -0 "$1"; }
waits_for gone "$client"

# A signal takes a mount away, also one in use.
mount -t glusterfs "$store.vol" "$mnt"
(cd "$mnt" && exec sleep 100) &
client=$(pgrep -x glusterfs)
kill -TERM "$client"
waits_for gone "$client"
if mountpoint -q "$mnt"; then fails "the mount outlives its process"; fi
kill %1

# The volume file is read again where that is asked for.
cp "$store.vol" changing.vol
mount -t glusterfs changing.vol "$mnt"
touch "$mnt/before"
cat >>changing.vol <<'VOLFILE'

volume guard
    type features/read-only
    option read-only on
    subvolumes locks
end-volume
VOLFILE
pkill -HUP -x glusterfs
refused() { ! touch "$mnt/$1" 2>/dev/null; }
waits_for refused after
[ -e "$mnt/before" ] || fails "a file is lost with the old graph"
sed -i 's/read-only on/read-only off/' changing.vol
pkill -HUP -x glusterfs
waits_for touch "$mnt/after"
rm "$mnt/before" "$mnt/after"
umount "$mnt"

# Read-only, a directory of the volume, and a mount that cannot be.
mount -t glusterfs -o ro "$store.vol" "$mnt"
if touch "$mnt/new" 2>/dev/null; then fails "a read-only mount was written to"; fi
umount "$mnt"
sed "s,directory .*,directory $store.missing," "$store.vol" >"$store.bad.vol"
if mount -t glusterfs "$store.bad.vol" "$mnt" 2>/dev/null; then fails "mounted what is not there"; fi
if mountpoint -q "$mnt"; then fails "a failed mount is there"; fi
