#!/bin/sh
# The volume that holds CTDB's recovery lock is mounted on all servers. META is its name; "all" stands for none.
META=all
. "$(dirname "$0")/../../words.sh"
[ "$META" != all ] && [ "$META" = "$volume" ] || exit 0
place=/gluster/lock
mkdir -p "$place"
if ! grep -q " $place glusterfs " /etc/fstab; then
  echo "localhost:/$volume $place glusterfs _netdev,xlator-option=*client*.ping-timeout=10 0 0" >>/etc/fstab
fi
grep -q " $place " /proc/mounts || mount "$place"
configuration=/etc/ctdb/ctdb.conf
if [ -d /etc/ctdb ] && ! grep -qs '^[[:space:]]*recovery lock' "$configuration"; then
  printf '[cluster]\n\trecovery lock = %s/lockfile\n' "$place" >>"$configuration"
fi
