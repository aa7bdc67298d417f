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
mount -t glusterfs -o log-level=DEBUG,attribute-timeout=5,backup-volfile-servers=nosuch1:nosuch2 "$HOST:/v" "$MNT"
umount "$MNT"
echo "$HOST:/v $MNT glusterfs defaults,_netdev 0 0" >>/etc/fstab
mount "$MNT"
grep -q " $MNT fuse.glusterfs rw," /proc/mounts
[ "$(cat "$MNT/sub/file")" = hello ]
umount "$MNT"

# Whoever is not allowed learns it from the exit status.
gluster volume set v auth.allow 10.99.99.99
not_mounted "nosuchname.invalid:/v"
gluster volume reset v auth.allow

# Two mounts of one machine see each other.
mounted v "$MNT"
mounted v other
echo first >"$MNT/a"
[ "$(cat other/a)" = first ]
flock -n "$MNT/a" sleep 3 &
sleep 0.5
! flock -n other/a true || fails "two holders of one lock"
wait
flock -n other/a true
rm other/a
waits_for bash -c "! test -e $MNT/a"
umount "$MNT" other
