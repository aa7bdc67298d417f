#!/bin/sh
# The volume that holds CTDB's recovery lock is unmounted before it stops. META is its name; "all" stands for none.
META=all
. "$(dirname "$0")/../../words.sh"
[ "$META" != all ] && [ "$META" = "$volume" ] || exit 0
place=/gluster/lock
sed -i "\\| $place glusterfs |d" /etc/fstab
if grep -q " $place " /proc/mounts; then umount -l "$place"; fi
