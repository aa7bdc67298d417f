#!/bin/bash
# A volume grows and shrinks under a mount: open files and a running writer go on, directories that are there keep their
# layouts until these are fixed, new ones use the new bricks at once.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

layout() { getfattr --absolute-names --only-values -n trusted.glusterfs.dht "$BRICKS/$1/$2" | od -An -tx1 -v | tr -d ' \n'; }
layouts() { for brick in $1; do layout "$brick" "$2"; echo; done; }
# Files with data: link files are empty and have only the sticky bit.
holds() { find "$BRICKS/$1/$2" -maxdepth 1 -type f ! -perm 1000 | wc -l; }
links() { find "$BRICKS/$1/$2" -maxdepth 1 -type f -perm 1000 | wc -l; }

daemon
gluster volume create v "$HOST:$BRICKS/b"{1,2} force
gluster volume start v
mkdir mount
mounted v "$PWD/mount"
mkdir mount/old mount/old/deep
for file in $(seq 100); do echo "$file" >"mount/old/$file"; done
layouts "b1 b2" old >before

# What is open stays open; the writer appends a line at a time and reads all back at the end.
cat >writer.py <<'END_OF_WRITER'
import os, sys
path, stop = sys.argv[1:3]
file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
lines = 0
while not os.path.exists(stop):
    os.write(file, b'%d\n' % lines)
    lines += 1
found = os.pread(file, 1 << 30, 0).split()
if found != [b'%d' % line for line in range(lines)]: sys.exit('lines are missing or out of order')
with open(path, 'rb') as again:
    if again.read().split() != found: sys.exit('the file differs when it is opened again')
END_OF_WRITER
python3 writer.py mount/old/written stop &
writer=$!
exec 3<>mount/old/open
echo kept >&3

out=$(gluster volume add-brick v "$HOST:$BRICKS/b"{3,4} force)
[ "$out" = "volume add-brick: success" ] || fails "add-brick says $out"
gluster volume info v | grep -q "^Number of Bricks: 4$" || fails "$(gluster volume info v)"
[ "$(gluster volume status v --xml | grep -c '<status>1</status>')" = 4 ] || fails "not all bricks run"
refused=$(gluster volume add-brick v "$HOST:$BRICKS/b4" 2>&1) && fails "a brick is added twice"
[ "$refused" = "volume add-brick: failed: Brick: $HOST:$BRICKS/b4 not available. Brick may be containing or be contained by an existing brick." ] || fails "$refused"

spreads() {  # new directories are on all bricks, with names on each of them
  rm -rf mount/new
  mkdir mount/new && layouts "b1 b2 b3 b4" new >new && [ "$(sort -u new | grep -cv '0000000000000000$')" = 4 ]
}
waits_for spreads
for file in $(seq 100); do echo "$file" >"mount/new/$file"; done
for brick in b1 b2 b3 b4; do [ "$(holds $brick new)" -gt 5 ] || fails "$brick gets $(holds $brick new) of 100 new files"; done

# The old directory is on the new bricks, where it gets no names.
[ "$(find mount/old -type f | wc -l)" = 102 ] || fails "the old directory lists $(find mount/old -type f | wc -l)"
layouts "b1 b2" old | diff before - || fails "the layout of an old directory has changed"
for brick in b3 b4; do
  [ -d "$BRICKS/$brick/old/deep" ] || fails "no $brick/old/deep"
  [[ "$(layout $brick old)" =~ 0000000000000000$ ]] || fails "$brick has a range of the old directory: $(layout $brick old)"
done
for file in $(seq 101 200); do echo "$file" >"mount/old/$file"; done
[ "$(holds b3 old)$(holds b4 old)" = 00 ] || fails "new names of an old directory are on new bricks"
for file in $(seq 200); do [ "$(cat "mount/old/$file")" = "$file" ] || fails "old/$file reads $(cat "mount/old/$file")"; done

echo after >&3
exec 3>&-
[ "$(cat mount/old/open)" = "$(printf 'kept\nafter')" ] || fails "what was open reads $(cat mount/old/open)"
touch stop
wait $writer || fails "the writer lost something"
[ "$(df --output=size -k mount | tail -n 1)" -gt 0 ] || fails "the volume has no size"

# Removed by force, a brick keeps what it has, and nobody sees it.
on_b2=$(holds b2 new)
out=$(gluster volume remove-brick v "$HOST:$BRICKS/b2" force)
[ "$out" = "volume remove-brick commit force: success" ] || fails "remove-brick says $out"
waits_for bash -c "[ \$(ls mount/new | wc -l) = $((100 - on_b2)) ]"
[ "$(holds b2 new)" = "$on_b2" ] || fails "the removed brick lost files"
[ -e "/run/gluster/vols/v/$HOST$(tr / - <<<"$BRICKS/b2").pid" ] && fails "the removed brick has a pid file"
for file in $(seq 300 400); do
  echo "$file" >"mount/new/$file" || fails "new/$file cannot be made"
  [ "$(cat "mount/new/$file")" = "$file" ] || fails "new/$file reads $(cat "mount/new/$file")"
done
umount mount
gluster volume stop v
check_bricks "$BRICKS"/b{1,3,4}
gluster volume start v
mounted v "$PWD/mount"
[ "$(ls mount/new | wc -l)" = $((201 - on_b2)) ] || fails "$(ls mount/new | wc -l) files after all that"
umount mount
gluster volume stop v
