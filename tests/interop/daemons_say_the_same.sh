#!/bin/bash
# A machine of ours and one of stock's are given the same commands, one after the other: texts, XML, exit statuses, volfiles
# and the files of the store are the same. What is random or a matter of the moment is blotted out.
source "$(dirname "$(realpath "$0")")/../lab.sh"

blotted() {
  sed -E "s#$LAB#LAB#g; s#$(tr / - <<<"${LAB:1}")#LAB#g"'
    s/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/UUID/g
    s/\b(49|5[0-9]|60)[0-9]{3}\b/PORT/g
    s/(Y +|<pid>|Pid +: )[0-9]+/\1PID/
    s/(Duration: |<duration>)[0-9]+/\1SECONDS/
    s/Throughput [0-9.]+ MBps time [0-9.]+ secs/THROUGHPUT/
    s/^([A-Z][a-z]+ +: )[0-9]+$/\1NUMBER/
    s/^brick-fsid=[1-9][0-9]*/brick-fsid=NUMBER/
    s/[0-9a-f]{16}\.socket/SOCKET/g'
}

# Prints the command, what it answers, and its status.
ask() {
  local status=0
  echo "\$ gluster $*" | blotted
  gluster "$@" >out 2>err </dev/null || status=$?
  blotted <out
  blotted <err | sed 's/^/stderr: /'
  echo "status $status"
}

# Stock answers before the bricks have signed in.
has_bricks() { [ "$(gluster volume status "$1" detail | grep -c 'Online *: Y')" = "$2" ]; }

shows() { # a file of the daemon
  echo "# $*" | blotted
  blotted <"$1" || true
}

life_of_a_distributed_volume() {
  local xml one=$HOST:$BRICKS/one two=$HOST:$BRICKS/two three=$HOST:$BRICKS/three
  ask volume create many "$one" "$two" "$three"
  for xml in "" --xml; do
    ask volume info many $xml
    ask volume list $xml
    ask volume status many $xml
    # What stock marked before it refused stays marked; so each line has a name of its own.
    ask volume create many $HOST:$BRICKS/x1 $HOST:$BRICKS/x2 $xml
    ask volume create more "$one" $HOST:$BRICKS/x3 $xml
    ask volume create more $HOST:$BRICKS/x4"$xml" "$three" $xml
    ask volume create more $HOST:$BRICKS/x5 $HOST:$BRICKS/x5 $xml
    ask volume create more $HOST:$BRICKS/x6 $HOST:$BRICKS/x6/ $xml
    ask volume create more $HOST:$BRICKS/x7"$xml" $HOST:$BRICKS/x7"$xml"/below $xml
    ask volume create more "$one/below" $HOST:$BRICKS/x8 $xml
    ask volume create more "$one/below" $HOST:$BRICKS/x9 force $xml
    ask volume create more $HOST:$BRICKS $HOST:$BRICKS/x10 $xml
    ask volume create more $HOST:$BRICKS $HOST:$BRICKS/x11 force $xml
    ask volume create more $HOST:$BRICKS/missing/x12 $HOST:$BRICKS/x13 $xml
    ask volume create more $HOST:$BRICKS/x14"$xml" nosuchhost:$BRICKS/x15 $xml
    ask volume create more $HOST:$BRICKS/x16 relative $xml
    ask volume create more $HOST:$BRICKS/x17 $HOST:relative $xml
    ask volume create more $HOST:$BRICKS/x18 localhost:$BRICKS/x19 $xml
  done
  ask volume start many
  waits_for has_bricks many 3
  ask volume start many
  for xml in "" --xml; do
    ask volume status many $xml
    ask volume status many "$two" $xml
    ask volume status many $HOST:$BRICKS/four $xml
    ask volume status $xml
    ask volume info many $xml
  done
  ask volume status many client-list # in XML stock carries an error of another server's silence beside a good answer
  for file in many.tcp-fuse trusted-many.tcp-fuse "many.$HOST.${BRICKS:1}-two"; do
    name=${file//\//-}
    shows "/var/lib/glusterd/vols/many/$name.vol"
  done
  for file in info bricks/$HOST:-$(tr / - <<<"${BRICKS:1}")-two; do shows /var/lib/glusterd/vols/many/$file; done
  ls /var/lib/glusterd/vols/many/bricks /run/gluster/vols/many /var/log/glusterfs/bricks | blotted
  ask volume stop many
  ask volume stop many
  ask volume delete many
  ask volume delete many
  ask volume create many "$one" "$two"
  ask volume create many "$two" $HOST:$BRICKS/five
  ask volume create many "$one" "$two" force
  ask volume delete many --xml
}

# One brick, for stock names several in the order in which they answer; no client, for ours counts from the start of the
# profile on and stock in part from the start of the brick.
life_of_statistics() {
  local xml words
  ask volume create v "$HOST:$BRICKS/v" force
  for xml in "" --xml; do
    for words in "profile v stop" "profile v info" "profile nosuch start" "profile nosuch info" "statedump v" \
      "statedump nosuch" "statedump v foo" "statedump v client 1.2.3.4" "profile v" "profile v foo" "top v foo" \
      "top v open list-cnt 101" "top v read-perf bs 4096" "top v read-perf bs x count 1" "top v open brick nocolon"; do
      ask volume $words $xml
    done
    ask volume top v open $xml
    ask volume top nosuch open $xml
  done
  ask volume profile v start
  ask volume profile v info
  ask volume info v
  ask volume start v
  waits_for has_bricks v 1
  for xml in "" --xml; do
    ask volume profile v start $xml
    ask volume profile v info clear $xml
    ask volume profile v info $xml
    ask volume profile v info peek $xml
    ask volume profile v info incremental $xml
    ask volume profile v info cumulative $xml
    for words in open read write opendir readdir read-perf write-perf "read brick $HOST:$BRICKS/v"; do
      ask volume top v $words $xml
    done
    ask volume statedump v $xml
    ask volume statedump v mem priv $xml
    ask volume statedump v quotad $xml
    ask volume status v tasks $xml
  done
  ask volume top v open list-cnt 0 # in XML stock says nothing of an empty list
  ask volume top v write-perf bs 4096 count 10
  ask volume top v clear
  ask volume status v mem
  ask volume status v "$HOST:$BRICKS/v" mem
  ask volume status v "$HOST:$BRICKS/v" tasks
  ask volume status v nfs detail
  ask volume status v shd fd
  ask volume profile v stop
  ask volume info v
  ask volume stop v
}

if [ -n "${LAB:-}" ]; then
  # New volumes of ours tell clients of changes, unless they are to be as stock makes them.
  glusterd --xlator-option management.new-volume-cache-invalidation=off
  waits_for gluster volume list
  for part in "$@"; do "$part"; done
  exit 0
fi

here=$(dirname "$(realpath "$0")")
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(life_of_a_distributed_volume life_of_statistics)
answers=$(mktemp -d)
trap 'rm -r "$answers"' EXIT
"$here/../lab" -- bash "$(realpath "$0")" "${parts[@]}" >"$answers/ours" || fails "our side: $(tail "$answers/ours")"
"$here/../lab" --stock all -- bash "$(realpath "$0")" "${parts[@]}" >"$answers/stock" || fails "stock's side: $(tail "$answers/stock")"
diff -U 3 "$answers/stock" "$answers/ours" || fails "answers differ (- stock, + ours)"
