#!/bin/bash
# Our client on stock's daemon and brick.
source "$(dirname "$(realpath "$0")")/../lab.sh"
source "$(dirname "$(realpath "$0")")/../workload.sh"
in_lab --stock glusterd,glusterfsd,gluster

daemon
volume v
mounted v "$MNT"
[ "$(realpath "/proc/$(pgrep -x glusterfs)/exe")" = "$(realpath "${MORTAR_PREFIX:-$SOURCE/build/prefix}/sbin/glusterfs")" ] ||
  fails "this is not our client"
work_on "$MNT"
diff -r "$MNT/work/linux" "$BRICKS/v/work/linux"

# The brick goes and comes back while the mount stays.
kill -9 "$(brick_pid v)"
! timeout 20 touch "$MNT/down" 2>/dev/null || fails "a file was made without a brick"
gluster volume start v force
waits_for touch "$MNT/up"
rm "$MNT/up"
leave_nothing_on "$MNT"
umount "$MNT"
gluster volume stop v
gluster-brick-check "$BRICKS/v"
