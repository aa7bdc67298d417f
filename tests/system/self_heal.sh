#!/bin/bash
# A brick of three is killed, the volume is used, the brick comes back: without a command all copies are alike again, in
# names, content, attributes and extended attributes, and nothing is left in the lists of what waits.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

waiting() { gluster volume heal v info | sed -n 's/^Number of entries: //p' | paste -sd' '; }
nothing_waits() { [ "$(waiting)" = "0 0 0" ]; }
# Nor is anything left in the bricks' lists that no command shows.
nothing_is_noted() {
  local brick
  for brick in "$@"; do
    [ -z "$(find "$BRICKS/$brick/.glusterfs/indices" -mindepth 2 ! -name '*-*-*-*-*-*')" ] || return 1
  done
}
# What users can see of a brick, without the marks of copies about each other.
seen() {
  (
    cd "$BRICKS/$1"
    find . -mindepth 1 -name '.glusterfs*' -prune -o -printf '%P %y %m %U:%G %n %l\n' | sort
    find . -name '.glusterfs*' -prune -o -type f -exec md5sum {} + | sort
    find . -name '.glusterfs*' -prune -o -print0 | sort -z |
      xargs -0 getfattr -h -d -m - -e hex 2>/dev/null | grep -v '^trusted.afr\|volume-id\|^trusted.glusterfs.mdata'
  )
}
alike() { diff <(seen b1) <(seen b2) && diff <(seen b1) <(seen b3); }

daemon
gluster volume create v replica 3 "$HOST:$BRICKS/b"{1..3} force >/dev/null
gluster volume start v >/dev/null
mkdir mount
mounted v "$PWD/mount"
mkdir mount/d mount/d/old
for file in {1..20}; do echo "content $file" >"mount/d/$file"; done
echo deep >mount/d/old/deep
waits_for nothing_waits

# A process that is in a directory stays there, whatever becomes of the connections.
(
  cd mount/d
  until [ -e "$LAB/healed" ]; do
    /bin/pwd -P >/dev/null || touch "$LAB/lost"
    sleep 0.01
  done
) 2>/dev/null &
inside=$!

# glusterd starts a brick again at once, unless its directory is not there.
mv "$BRICKS/b2" "$BRICKS/b2.away"
kill -9 "$(cat /run/gluster/vols/v/"$HOST$(tr / - <<<"$BRICKS/b2")".pid)"
for file in {1..5}; do echo more >>"mount/d/$file"; done
rm mount/d/{6..8}
mv mount/d/9 mount/d/nine
mv mount/d/old mount/new
mkdir -p mount/d/made/below
dd if=/dev/urandom of=mount/d/made/below/big bs=1M count=5 status=none
dd if=/dev/zero of=mount/d/sparse bs=1 count=1 seek=20M status=none
ln -s 1 mount/d/symbolic
ln mount/d/1 mount/d/hard
chmod 600 mount/d/2
chown 7:8 mount/d/3
setfattr -n user.key -v value mount/d/4
rm mount/d/10
echo "another one" >mount/d/10
gluster volume heal v info | grep -q '^/d $' || fails "the directory is not listed"
gluster volume heal v info | grep -q '^Status: Transport endpoint is not connected' || fails "nobody is away"

mv "$BRICKS/b2.away" "$BRICKS/b2"
gluster volume start v force >/dev/null
waits_for nothing_waits
waits_for alike
touch healed
wait $inside
[ ! -e lost ] || fails "a working directory was lost"
[ "$(cat mount/d/nine)" = "content 9" ]
[ "$(stat -c %b "$BRICKS/b2/d/sparse")" -lt 1000 ] || fails "holes were filled"
gluster --xml volume heal v info summary | grep -q '<totalNumberOfEntries>0</totalNumberOfEntries>'

# The daemon tells of itself.
gluster volume status v shd mem | grep -q '^Arena' || fails "the daemon does not tell of its memory"
gluster volume status v shd inode | grep -q '^Active Inodes' || fails "the daemon does not tell of its inodes"
gluster volume status v shd callpool | grep -q '^Pending calls: 0' || fails "the daemon does not tell of its calls"
daemon_pid=$(pgrep -f 'process-name glustershd')
kill -USR1 "$daemon_pid"
dumped() { grep -q '^child_up\[1\]=1' /run/gluster/glusterdump."$daemon_pid".dump.*; }
waits_for dumped

# A disk that was emptied is filled anew.
gluster volume reset-brick v "$HOST:$BRICKS/b3" start >/dev/null
rm -rf "$BRICKS/b3"
mkdir "$BRICKS/b3"
gluster volume reset-brick v "$HOST:$BRICKS/b3" "$HOST:$BRICKS/b3" commit force >/dev/null
waits_for alike
waits_for nothing_waits
umount mount
waits_for nothing_is_noted b1 b2 b3
check_bricks "$BRICKS"/b{1..3}
gluster volume stop v >/dev/null
