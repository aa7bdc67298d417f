#!/bin/bash
# Bricks are added to a volume, and its layouts fixed, while a stock client and ours use it: both go on with what they have
# open, and agree on every name before, meanwhile and afterwards.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

holds() { find "$BRICKS/$1/$2" -maxdepth 1 -type f ! -perm 1000 | wc -l; }
is_over() { gluster volume rebalance v status | grep -q "fix-layout completed"; }

daemon
gluster volume create v "$HOST:$BRICKS/b"{1,2} force
gluster volume start v
mkdir ours theirs
mounted v "$PWD/ours"
"$LAB/stock/glusterfs" --version | head -n 1 | grep -q '^glusterfs 10' || fails "this is not the stock client"
"$LAB/stock/glusterfs" --volfile-server="$HOST" --volfile-id=v "$PWD/theirs"
waits_for mountpoint -q theirs
for dir in $(seq 20); do
  mkdir -p "ours/old/$dir"
  for file in $(seq 20); do echo "$dir/$file" >"ours/old/$dir/$file"; done
done
ls -R theirs >/dev/null

cat >user.py <<'END_OF_USER'
import os, sys, time
at, stop = sys.argv[1:3]
held = os.open(f'{at}/old/1/held.{os.path.basename(at)}', os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
made = 0
while not os.path.exists(stop):
    os.write(held, b'%d\n' % made)
    name = f'{at}/old/{made % 20 + 1}/{os.path.basename(at)}.{made}'
    with open(name, 'x') as file: file.write(str(made))
    if made % 3 == 0: os.rename(name, name + '.renamed')
    if made % 3 == 1: os.unlink(name)
    made += 1
    time.sleep(0.002)
if os.pread(held, 1 << 30, 0).split() != [b'%d' % line for line in range(made)]: sys.exit('lines are missing')
for number in range(made):
    name = f'{at}/old/{number % 20 + 1}/{os.path.basename(at)}.{number}' + ('.renamed' if number % 3 == 0 else '')
    if number % 3 == 1:
        if os.path.exists(name): sys.exit(f'{name} is there again')
        continue
    with open(name) as file:
        if file.read() != str(number): sys.exit(f'{name} holds something else')
END_OF_USER
for mount in ours theirs; do python3 user.py "$PWD/$mount" stop >"$mount.log" 2>&1 & done
sleep 1
gluster volume add-brick v "$HOST:$BRICKS/b"{3,4} force
spreads() { rm -rf "$1/new.$1"; mkdir "$1/new.$1"; for file in $(seq 60); do echo "$file" >"$1/new.$1/$file"; done; [ "$(holds b3 "new.$1")" -gt 3 ] && [ "$(holds b4 "new.$1")" -gt 3 ]; }
for mount in ours theirs; do waits_for spreads $mount; done
gluster volume rebalance v fix-layout start
waits_for is_over
sleep 1
touch stop
wait %1 || fails "ours: $(cat ours.log)"
wait %2 || fails "theirs: $(cat theirs.log)"

(cd ours && find . -type f | LC_ALL=C sort) >files.ours
(cd theirs && find . -type f | LC_ALL=C sort) >files.theirs
diff files.ours files.theirs >differences || fails "they list different files: $(head differences)"
(cd ours && xargs -d '\n' sha256sum <../files.ours) >sums.ours
(cd theirs && xargs -d '\n' sha256sum <../files.theirs) >sums.theirs
diff sums.ours sums.theirs >differences || fails "they read different files: $(head differences)"
for brick in "$BRICKS"/b{1..4}; do
  (cd "$brick" && find . -name .glusterfs -prune -o -type f ! -perm 1000 -print)
done | LC_ALL=C sort >on_bricks
diff on_bricks files.ours >differences || fails "not on exactly one brick: $(head differences)"

# By now both put new names where the new layouts have them.
for mount in ours theirs; do
  mkdir -p "$mount/old/2"
  ls "$mount/old/2" >/dev/null
  for file in $(seq 100); do echo $mount >"$mount/old/2/late.$mount.$file"; done
done
late() { find "$BRICKS/$1/old/2" -type f ! -perm 1000 -name "late.$2.*" | wc -l; }
for mount in ours theirs; do
  [ "$(($(late b3 $mount) + $(late b4 $mount)))" -gt 20 ] || fails "$mount puts $(late b3 $mount) and $(late b4 $mount) of 100 new files on new bricks"
done
echo "$(wc -l <files.ours) files, $(find "$BRICKS"/b{1..4} -type f -perm 1000 ! -path '*/.glusterfs/*' | wc -l) link files"
umount ours theirs
gluster volume stop v
check_bricks "$BRICKS"/b{1..4}
