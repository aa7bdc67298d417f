#!/bin/bash
# A server of three loses its power: what its disk did not have yet is gone there, though its brick had said that it was
# done. The other copies know what that was, so nobody sees what was before, and it is healed.
#
# The disk is an ext4 that goes down without writing its journal; that the machine has started anew is a file in place of
# the kernel's.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab
source "$SOURCE/tests/disks.sh"

third_pid() { cat "/run/gluster/vols/v/$HOST$(tr / - <<<"$BRICKS/disk/b3").pid"; }
waiting() { gluster volume heal v info | sed -n 's/^Number of entries: //p' | paste -sd' '; }
nothing_waits() { [ "$(waiting)" = "0 0 0" ]; }
seen() {
  (
    cd "$BRICKS/$1"
    find . -mindepth 1 -name '.glusterfs*' -prune -o -printf '%P %y %m %U:%G %n %l\n' | sort
    find . -name '.glusterfs*' -prune -o -type f -exec md5sum {} + | sort
    find . -name '.glusterfs*' -prune -o -print0 | sort -z | xargs -0 getfattr -h -d -m user -e hex 2>/dev/null
  )
}
alike() { diff <(seen b1) <(seen b2) && diff <(seen b1) <(seen disk/b3); }
epoch() { cut -d' ' -f1 "$BRICKS/disk/b3/.glusterfs/indices/epoch"; }

make_disk disk
daemon
gluster volume create v replica 3 "$HOST:$BRICKS/b1" "$HOST:$BRICKS/b2" "$HOST:$BRICKS/disk/b3" force >/dev/null
gluster volume set v cluster.brick-restart off >/dev/null
gluster volume start v >/dev/null
mkdir mount
mounted v "$PWD/mount"
mkdir mount/d
for file in {1..6}; do echo "content $file" >"mount/d/$file"; done
setfattr -n user.key -v before mount/d/2
waits_for nothing_waits
sync "$BRICKS/disk/b3" && sync -f "$BRICKS/disk/b3"

# A brick that is killed stays in its epoch, and is blamed for nothing.
first=$(epoch)
kill -9 "$(third_pid)"
gluster volume start v force >/dev/null
waits_for nothing_waits
[ "$(epoch)" = "$first" ] || fails "a killed brick is in another epoch"
sleep 1 # the mount has found it again

chmod 600 mount/d/1
setfattr -n user.key -v after mount/d/2
rm mount/d/3
mv mount/d/4 mount/d/four
mkdir mount/d/made
echo new >mount/d/made/file
disk_goes_down disk
kill -9 "$(third_pid)"
echo "written meanwhile" >mount/d/5
disk_is_back disk
[ -e "$BRICKS/disk/b3/d/3" ] || fails "the disk has lost nothing: this shows nothing"
machine_starts

gluster volume start v force >/dev/null
for look in {1..200}; do
  [ "$(stat -c %a mount/d/1)" = 600 ] || fails "the mode of before is seen"
  [ "$(getfattr --only-values -n user.key mount/d/2)" = after ] || fails "the value of before is seen"
  [ "$(ls mount/d | paste -sd' ')" = "1 2 5 6 four made" ] || fails "names of before are seen: $(ls mount/d | paste -sd' ')"
  [ ! -e mount/d/3 ] || fails "a file that was removed is back"
done
waits_for nothing_waits
waits_for alike
[ "$(cat mount/d/made/file)" = new ]
[ "$(epoch)" != "$first" ] || fails "it is in the epoch of before"
grep -q 'may have lost the last changes' "/var/log/glusterfs/bricks/$(tr / - <<<"${BRICKS#/}/b1").log" ||
  fails "the log of a brick does not tell"
[ -z "$(ls "$BRICKS"/b1/.glusterfs/indices/kept)" ] || fails "what was kept is kept on"

# Stopped before, it has lost nothing.
second=$(epoch)
gluster volume stop v >/dev/null
machine_starts
gluster volume start v >/dev/null
waits_for nothing_waits
[ "$(epoch)" = "$second" ] || fails "a brick that was stopped is in another epoch"
umount mount
gluster volume stop v >/dev/null
check_bricks "$BRICKS/b1" "$BRICKS/b2" "$BRICKS/disk/b3"
umount "$BRICKS/disk"
