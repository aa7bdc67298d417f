#!/bin/bash
# The stock client on our daemon and brick does what ours does; both at once see each other's changes and locks.
source "$(dirname "$(realpath "$0")")/../lab.sh"
source "$(dirname "$(realpath "$0")")/../workload.sh"
in_lab --stock glusterfs,mount.glusterfs

daemon
volume v
mounted v "$MNT"
glusterfs --version | head -n 1 | grep -q '^glusterfs 10' || fails "this is not the stock client"
work_on "$MNT"
diff -r "$MNT/work/linux" "$BRICKS/v/work/linux"

# Programs with stock's library in them, which need no mount.
fio --name=library --ioengine=gfapi --volume=v --brick="$HOST" --filename=library.dat --size=16M --rw=randwrite \
  --bs=16k --verify=crc32c --do_verify=1 --verify_fatal=1 --output=fio.out || fails "fio by libgfapi: $(cat fio.out)"
[ "$(stat -c %s "$MNT/library.dat")" = $((16 << 20)) ] || fails "what libgfapi wrote is not on the mount"
rm "$MNT/library.dat"

mkdir ours
"${MORTAR_PREFIX:-$SOURCE/build/prefix}/sbin/mount.glusterfs" "$HOST:/v" "$PWD/ours"
diff -r ours/work/linux "$MNT/work/linux"
work_on "$PWD/ours/work"
diff -r "$MNT/work/work/linux" /usr/include/linux

# Changes and locks, in both directions.
for pair in "ours $MNT" "$MNT ours"; do
  set -- $pair
  echo one >"$1/shared"
  [ "$(cat "$2/shared")" = one ] || fails "a new file is not seen"
  echo two >>"$1/shared"
  sleep 1.2
  [ "$(cat "$2/shared")" = "$(printf 'one\ntwo')" ] || fails "an appended line is not seen"
  flock -n "$1/shared" sleep 2 &
  sleep 0.5
  ! flock -n "$2/shared" true || fails "flock: two holders"
  wait
  python3 - "$1/shared" "$2/shared" <<'END' || fails "POSIX locks: two holders"
import fcntl, os, subprocess, sys
one = open(sys.argv[1], 'r+')
fcntl.lockf(one, fcntl.LOCK_EX, 2, 0)
code = 'import fcntl,sys; f=open(sys.argv[1],"r+"); fcntl.lockf(f, fcntl.LOCK_EX|fcntl.LOCK_NB, 2, int(sys.argv[2]))'
def tries(start):
    return subprocess.run([sys.executable, '-c', code, sys.argv[2], str(start)], stderr=subprocess.DEVNULL).returncode
assert tries(0) != 0 and tries(1) != 0
assert tries(2) == 0
fcntl.lockf(one, fcntl.LOCK_UN)
assert tries(0) == 0
END
  mv "$1/shared" "$1/renamed"
  [ -e "$2/renamed" ] || fails "a rename is not seen"
  rm "$2/renamed"
done
leave_nothing_on "$PWD/ours"
umount ours "$MNT"
gluster volume stop v
gluster-brick-check "$BRICKS/v"
