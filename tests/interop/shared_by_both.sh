#!/bin/bash
# A volume of five bricks under a stock client and ours at once: both build one tree, in the same directories.
# TREE=/usr/include for several thousand files.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab --size 6G

tree=${TREE:-/usr/include/linux}

daemon
gluster volume create v "$HOST:$BRICKS/b"{1..5} force >/dev/null
gluster volume start v >/dev/null
mkdir ours theirs
mount -t glusterfs "$HOST:/v" "$PWD/ours"
"$LAB/stock/glusterfs" --version | head -n 1 | grep -q '^glusterfs 10' || fails "this is not the stock client"
"$LAB/stock/glusterfs" --volfile-server="$HOST" --volfile-id=v "$PWD/theirs"
waits_for mountpoint -q theirs

# Where it stands on the bricks: "file<TAB>path" of whatever holds data or is a directory, "link<TAB>path" of link files.
standing() {
  local brick
  for brick in "$BRICKS"/b{1..5}; do
    (cd "$brick" && find . -name .glusterfs -prune -o -type d -printf 'directory\t%P\n' \
      -o -type f -perm 1000 -size 0 -printf 'link\t%P\n' -o -printf 'file\t%P\n')
  done
}
agrees() {
  (cd "$1" && find . -type f -printf '%P\n' | LC_ALL=C sort) >"files.$1"
  (cd "$1" && find . -mindepth 1 -type d -printf '%P\n' | LC_ALL=C sort) >"folders.$1"
  (cd "$1" && cut -f 1 ../expected | tr '\n' '\0' | xargs -0 sha256sum | sed 's/^\\//; s/^\([0-9a-f]*\)  \(.*\)$/\2\t\1/') >"found.$1"
  diff expected "found.$1" >differences || fails "by $1 not all is as it was left: $(head -n 20 differences)"
}

for round in 1 2; do
  [ $round = 1 ] && pair=(ours theirs) || pair=(theirs ours)
  python3 "$SOURCE/tests/tree_worker.py" "${pair[0]}" "$tree" 0 2 >left.0 2>fights.0 &
  python3 "$SOURCE/tests/tree_worker.py" "${pair[1]}" "$tree" 1 2 >left.1 2>fights.1 || fails "${pair[1]}: $(tail fights.1)"
  wait $! || fails "${pair[0]}: $(tail fights.0)"
  cat left.0 left.1 | grep -v '^?' | LC_ALL=C sort >expected
  [ "$(wc -l <expected)" -gt 500 ] || fails "a tree of only $(wc -l <expected) files"
  # Of two who made the same file one had it made.
  awk '$1 == "won" {print $3}' fights.0 fights.1 | sort | uniq -c | awk '$1 != 1' >twice
  [ "$(grep -c ^won fights.0)" -gt 0 ] && [ "$(grep -c ^won fights.1)" -gt 0 ] || echo "one of both won all fights"
  [ ! -s twice ] && [ "$(cat fights.0 fights.1 | grep -c ^won)" = "$(grep -c . fights.0)" ] || fails "made by both or by none: $(cat twice)"

  for mount in ours theirs; do agrees $mount; done
  for list in files folders; do
    diff $list.ours $list.theirs >differences || fails "they list different $list: $(head -n 20 differences)"
  done
  { cut -f 1 expected; sed -n 's/^?//p' left.0; } | LC_ALL=C sort -u >names
  diff names files.ours >differences || fails "names too many or too few: $(head -n 20 differences)"
  standing >standing
  sed -n 's/^file\t//p' standing | LC_ALL=C sort >on_bricks
  diff on_bricks files.ours >differences || fails "not on exactly one brick: $(head -n 20 differences)"
  sed -n 's/^directory\t//p' standing | grep . | LC_ALL=C sort | uniq -c | awk '$1 != 5' >partial
  [ ! -s partial ] || fails "directories that are not on all bricks: $(head partial)"
  echo "round $round: $(wc -l <expected) files, $(wc -l <folders.ours) directories, $(grep -c ^link standing) link files"
  check_bricks "$BRICKS"/b{1..5}

  rm -rf "${pair[0]}"/*
  for mount in ours theirs; do
    [ -z "$(ls -A $mount)" ] || fails "$mount still lists $(ls -A $mount)"
  done
  standing | grep -v '^directory	$' >standing || true
  [ ! -s standing ] || fails "left on the bricks: $(head standing)"
  check_bricks "$BRICKS"/b{1..5}
done
umount ours theirs
gluster volume stop v >/dev/null
