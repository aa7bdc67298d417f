#!/bin/bash
# mount -t glusterfs: options, fstab, refusals and what they leave with.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

daemon
volume v
mkdir other

not_mounted() { # SOURCE [OPTIONS]
  local status=0
  mount -t glusterfs ${2:+-o "$2"} "$1" "$MNT" 2>message || status=$?
  [ $status != 0 ] || fails "mounting $1 ${2:-} succeeded"
  ! mountpoint -q "$MNT" || fails "$1 is mounted in spite of the error"
  [ -s message ] || fails "mounting $1 ${2:-} failed without a word"
}

not_mounted "$HOST:/nosuch"
not_mounted "$HOST:/v" nonsense-option
not_mounted "nosuchhost:/v"
not_mounted "$HOST:/v/nosuchdirectory"
not_mounted "$HOST:/v" transport=rdma
grep -q 'transport=rdma: volumes are reached over tcp only' message || fails "rdma is refused with: $(cat message)"
gluster volume stop v
not_mounted "$HOST:/v"
gluster volume start v

mount -t glusterfs "$HOST:v" "$MNT"
mkdir "$MNT/sub"
echo hello >"$MNT/sub/file"
umount "$MNT"
mount -t glusterfs "$HOST:/v/sub" "$MNT"
[ "$(cat "$MNT/file")" = hello ] || fails "the subdirectory is not what is mounted"
umount "$MNT"
mount -t glusterfs -o ro "$HOST:/v" "$MNT"
! touch "$MNT/new" 2>/dev/null || fails "a read-only mount was written to"
umount "$MNT"
mount -t glusterfs -o transport=tcp,volume-id=v "$HOST:" "$MNT"
[ "$(cat "$MNT/sub/file")" = hello ] || fails "the option volume-id names no volume"
umount "$MNT"
# Words of mount(8) that FUSE has no use for.
for word in atime noatime diratime nodiratime relatime norelatime strictatime nostrictatime lazyatime nolazyatime; do
  mount -t glusterfs -o $word "$HOST:/v" "$MNT"
  mountpoint -q "$MNT" || fails "not mounted with $word"
  umount "$MNT"
done
mount -t glusterfs -o noatime,nodiratime,nosuid,relatime,nodev "$HOST:/v" "$MNT"
grep -q " $MNT fuse.glusterfs rw,nosuid,nodev,noatime," /proc/mounts || fails "flags are lost: $(grep "$MNT" /proc/mounts)"
umount "$MNT"
mount -t glusterfs -o log-level=DEBUG,attribute-timeout=5,backup-volfile-servers=nosuch1:nosuch2 "$HOST:/v" "$MNT"
umount "$MNT"
echo "$HOST:/v $MNT glusterfs defaults,_netdev 0 0" >>/etc/fstab
mount "$MNT"
grep -q " $MNT fuse.glusterfs rw," /proc/mounts
[ "$(cat "$MNT/sub/file")" = hello ]
umount "$MNT"

# What is mounted is not mounted again, whatever its name.
mkdir "with blank" "$LAB/with\\backslash"
for place in "$MNT" "$LAB/with blank" "$LAB/with\\backslash"; do
  mount -t glusterfs "$HOST:/v" "$place"
  status=0
  mount -t glusterfs "$HOST:/v" "$place" 2>message || status=$?
  [ $status = 32 ] || fails "mounting on $place again left with $status"
  grep -qF "GlusterFS is already mounted on $place" message || fails "mounting again: $(cat message)"
  umount "$place"
done

# A daemon that comes late is waited for in rounds.
kill "$(cat /run/glusterd.pid)"
waits_for test ! -e /run/glusterd.pid
not_mounted "$HOST:/v"
(sleep 4 && glusterd) &
mount -t glusterfs -o fetch-attempts=10 "$HOST:/v" "$MNT"
wait
umount "$MNT"

# Whoever is not allowed learns it from the exit status.
refused() {
  if mount -t glusterfs "$HOST:/v" "$MNT" 2>/dev/null; then
    umount "$MNT"
    return 1
  fi
}
allow_nobody() {
  gluster volume set v auth.reject '*'
  waits_for refused
  gluster volume reset v auth.reject
  waits_for mount -t glusterfs "$HOST:/v" "$MNT"
  umount "$MNT"
}
allow_nobody
# So it is beside one that takes effect at the brick's next start.
log=/var/log/glusterfs/bricks/$(tr / - <<<"${BRICKS#/}")-v.log
gluster volume set v features.acl off
waits_for grep -q 'takes effect when the brick is started again' "$log"
allow_nobody
gluster volume reset v features.acl

# Two mounts of one machine see each other.
mounted v "$MNT"
mounted v other
echo first >"$MNT/a"
[ "$(cat other/a)" = first ]
flock -n "$MNT/a" sleep 3 &
sleep 0.5
! flock -n other/a true || fails "two holders of one lock"
wait
# The kernel tells of a lock that goes with its file after the file is closed.
flock -w 10 other/a true
rm other/a
waits_for bash -c "! test -e $MNT/a"
umount "$MNT" other
