#!/bin/bash
# What one client wrote the other finds where the name hashes to, without asking all bricks: lookups are counted by the
# bricks. Our client on stock's daemon and bricks, and the stock client on ours.
source "$(dirname "$(realpath "$0")")/../lab.sh"
if [ -z "${LAB:-}" ]; then
  "$(dirname "$(realpath "$0")")/../lab" -- bash "$(realpath "$0")" ours
  exec "$(dirname "$(realpath "$0")")/../lab" --stock glusterd,glusterfsd,gluster -- bash "$(realpath "$0")" stock
fi
servers=$1
ours=${MORTAR_PREFIX:-$SOURCE/build/prefix}/sbin/glusterfs

# The kernel remembers for long what it was told: else a slow machine would ask for the directories of each path again.
mounted_by() { # ours|stock
  local program=$ours
  [ "$1" = ours ] || program=$LAB/stock/glusterfs
  "$program" --volfile-server="$HOST" --volfile-id=v --entry-timeout=600 --attribute-timeout=600 "$MNT"
  waits_for mountpoint -q "$MNT"
}
lookups() {
  gluster --xml volume profile v info cumulative | python3 -c '
import sys, xml.etree.ElementTree as tree
fops = [f for f in tree.parse(sys.stdin).iter("fop") if f.findtext("name") == "LOOKUP"]
print(sum(int(f.findtext("hits")) for f in fops))'
}
# asks_at_most LIMIT WHAT COMMAND...: the bricks are asked for names that often
asks_at_most() {
  local limit=$1 what=$2 before
  shift 2
  before=$(lookups)
  "$@" || fails "$what: failed"
  local asked=$(($(lookups) - before))
  echo "$servers servers, by $reader, $what: $asked lookups, at most $limit"
  [ $asked -le "$limit" ] || fails "$what: $asked lookups, and not at most $limit"
  [ $asked -gt 0 ] || fails "$what: nothing was counted"
}
stat_all() { (cd "$MNT" && xargs -d '\n' stat -c %n <"../$1" >/dev/null); }
none_there() { ! (cd "$MNT" && xargs -d '\n' stat -c %n <../missing 2>/dev/null | grep -q .); }

daemon
gluster volume create v "$HOST:$BRICKS/b"{1..5} force >/dev/null
gluster volume start v >/dev/null
gluster volume profile v start >/dev/null
cd "$LAB"
writer=stock reader=ours
[ $servers = stock ] || { writer=ours reader=stock; }

mounted_by $writer
cp -r /usr/include/linux "$MNT/linux"
(cd "$MNT" && find linux -type f) >files
(cd "$MNT" && find linux -type d) >folders
mkdir "$MNT/renamed"
for number in $(seq 200); do
  echo "$number" >"$MNT/renamed/old$number"
  mv "$MNT/renamed/old$number" "$MNT/renamed/new$number"
  echo "renamed/new$number" >>renamed
  echo "linux/missing$number" >>missing
done
umount "$MNT"

mounted_by $reader
files=$(wc -l <files) folders=$(wc -l <folders)
# A directory is asked of every brick; the root some times more, while the mount begins.
asks_at_most $((5 * folders + 50)) "$folders directories" stat_all folders
asks_at_most $((files + 20)) "$files files" stat_all files
asks_at_most $((2 * 200 + 20)) "200 renamed files" stat_all renamed
asks_at_most $((200 + 20)) "200 names that do not exist" none_there
diff -r /usr/include/linux "$MNT/linux"
umount "$MNT"
gluster volume profile v stop >/dev/null
gluster volume stop v >/dev/null
