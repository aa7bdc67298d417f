#!/bin/bash
# The disk of a brick is mounted later than glusterd starts: the brick is shown as offline, with the reason; nothing is
# started on the bare mount point; and it is started by itself once its disk is there.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

truncate -s 64M "$LAB/disk.img"
mkfs.ext4 -q "$LAB/disk.img"
disk=/run/disk # a short name, for one line of the table
mkdir "$disk"
mount -o loop "$LAB/disk.img" "$disk"
mkdir "$disk/brick"
daemon
gluster volume create vol "$HOST:$disk/brick" force >/dev/null
gluster volume start vol >/dev/null
mounted vol "$MNT"
echo kept >"$MNT/file"
umount "$MNT"

ends() {
  local pid
  pid=$(pgrep -x "$1")
  kill -9 "$pid"
  waits_for test ! -d "/proc/$pid"
}
offline() { # WORDS
  local said
  said=$(gluster volume status vol 2>&1)
  grep -q "^Brick .* N/A  *N/A  *N  *N/A" <<<"$said" || return 1
  grep -qF -- "$1" <<<"$said"
}
online() { gluster volume status vol | grep -q "^Brick .* Y "; }
must_stay_bare() { # DIRECTORY
  sleep 3
  ! pgrep -x glusterfsd >/dev/null || fails "a brick was started on the bare mount point"
  [ -z "$(ls -A "$1")" ] || fails "there is something on the bare mount point: $(ls -A "$1")"
}

# ---- the directory is not there
ends glusterd
ends glusterfsd
umount "$disk"
daemon
waits_for offline "note: brick $HOST:$disk/brick is offline: Failed to find brick directory $disk/brick"
gluster pool status | grep -qF "brick $HOST:$disk/brick is offline" || fails "pool status does not tell of the brick"
must_stay_bare "$disk"
mount -o loop "$LAB/disk.img" "$disk"
waits_for online
! gluster volume status vol 2>&1 | grep -q "is offline" || fails "a reason is told of a brick that runs"

# ---- it is there and is not the brick's
ends glusterd
ends glusterfsd
umount "$disk"
mkdir "$disk/brick"
daemon
waits_for offline "Failed to get extended attribute trusted.glusterfs.volume-id for brick dir $disk/brick"
must_stay_bare "$disk/brick"
gluster --xml volume status vol 2>/dev/null | grep -q "<status>0</status>" || fails "the XML shows another state"
mount -o loop "$LAB/disk.img" "$disk"
waits_for online
mounted vol "$MNT"
[ "$(cat "$MNT/file")" = kept ] || fails "the file is gone"
umount "$MNT"
