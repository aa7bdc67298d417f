#!/bin/bash
# A volume of three copies on our bricks under a stock client and ours at once: what one writes the other reads, all
# bricks have it, and a brick may be away meanwhile. Then the same with an arbiter.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

same() { diff -r --no-dereference -x .glusterfs "$BRICKS/$1" "$BRICKS/$2" || fails "$1 and $2 differ"; }
# Names and attributes, for a brick without data.
names() { (cd "$BRICKS/$1" && find . -name .glusterfs -prune -o -printf '%P %y %m %U %l\n' | LC_ALL=C sort); }

mounts() {
  mkdir -p ours theirs
  mounted "$1" "$PWD/ours"
  "$LAB/stock/glusterfs" --volfile-server="$HOST" --volfile-id="$1" "$PWD/theirs"
  waits_for mountpoint -q theirs
}
exchange() {  # WRITER READER NAME
  mkdir -p "$1/$3/below"
  for file in $(seq 20); do echo "$3 $file" >"$1/$3/$file"; done
  dd if=/dev/urandom of="$1/$3/below/large" bs=1M count=4 status=none
  ln -s below "$1/$3/link"
  ln "$1/$3/1" "$1/$3/hard"
  mv "$1/$3/20" "$1/$3/moved"
  sync
  [ "$(cat "$2/$3/7")" = "$3 7" ] || fails "$2 does not read what $1 wrote"
  [ "$(cat "$2/$3/moved")" = "$3 20" ] || fails "$2 does not see the move of $1"
  cmp "$1/$3/below/large" "$2/$3/below/large"
  echo "more" >>"$2/$3/7"
  sleep 1.1
  [ "$(tail -n 1 "$1/$3/7")" = more ] || fails "$1 does not see what $2 appended"
  rm "$2/$3/3"
  [ ! -e "$1/$3/3" ] || waits_for test ! -e "$1/$3/3"
}

daemon
gluster volume create v replica 3 "$HOST:$BRICKS/b"{1,2,3} force >/dev/null
gluster volume set v cluster.brick-restart off >/dev/null
gluster volume start v >/dev/null
mounts v
exchange ours theirs first
exchange theirs ours second
sleep 2
same b1 b2
same b1 b3

# A brick is away: both go on, and agree.
kill -9 "$(cat /run/gluster/vols/v/*b3.pid)"
echo "by ours" >ours/first/9
echo "by theirs" >theirs/first/10
[ "$(cat theirs/first/9)" = "by ours" ]
[ "$(cat ours/first/10)" = "by theirs" ]
gluster volume start v force >/dev/null
umount ours theirs
gluster volume stop v >/dev/null

gluster volume create a replica 2 arbiter 1 "$HOST:$BRICKS/a"{1,2,3} force >/dev/null
gluster volume start a >/dev/null
mounts a
exchange ours theirs first
exchange theirs ours second
sleep 2
same a1 a2
diff <(names a1) <(names a3) || fails "the arbiter has not the names that the others have"
[ "$(find "$BRICKS/a3" -name .glusterfs -prune -o -type f -size +0 -print | wc -l)" = 0 ] || fails "the arbiter has data"
umount ours theirs
gluster volume stop a >/dev/null
check_bricks "$BRICKS"/a{1,2,3}
