#!/bin/bash
# Our gluster command and stock's, asked the same of the same daemon, print the same bytes and leave with the same status:
# first of a stock daemon, then what bricks tell of a daemon of ours. Faults of stock that are not copied: the XML of
# `status detail` repeats the file system's name as the size of an inode, that of `status clients` carries an error of
# another server's silence beside a good answer, that of `status mem`, `inode` and `callpool` ends in the middle where a
# brick does not list its pools, each inode or the users of a frame, and `top clear` has none.
source "$(dirname "$(realpath "$0")")/../lab.sh"
if [ -z "${LAB:-}" ]; then
  here=$(dirname "$(realpath "$0")")
  "$here/../lab" --stock glusterd,glusterfsd,glusterfs,mount.glusterfs -- bash "$(realpath "$0")" stock_daemon
  "$here/../lab" -- bash "$(realpath "$0")" our_daemon
  exit
fi

stock=$LAB/stock/gluster
ours=/usr/sbin/gluster
differ=()

compare() { # NAME: the outputs and statuses of both
  sed -i '/^note: /d' ours.err # what stock does not know
  if [ "$status_ours" = "$status_stock" ] && cmp -s ours.out stock.out && cmp -s ours.err stock.err; then return; fi
  echo "differs: $1 (status: stock $status_stock, ours $status_ours)"
  diff stock.out ours.out || true
  diff stock.err ours.err || true
  differ+=("$1")
}

# Same words: for what changes nothing.
same() {
  status_ours=0 status_stock=0
  "$ours" --mode=script "$@" >ours.out 2>ours.err </dev/null || status_ours=$?
  "$stock" --mode=script "$@" >stock.out 2>stock.err </dev/null || status_stock=$?
  compare "$*"
}

# For what changes something: NAME in the words stands for a volume of its own for each; what is random is blotted out.
twin() {
  status_ours=0 status_stock=0
  "$ours" --mode=script "${@//NAME/twina}" >ours.out 2>ours.err </dev/null || status_ours=$?
  "$stock" --mode=script "${@//NAME/twinb}" >stock.out 2>stock.err </dev/null || status_stock=$?
  sed -i -E 's/twin[ab]/NAME/g; s/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/UUID/g; s/\b[0-9]{5}\b/PORT/g; s/(Y +|<pid>|Pid +: )[0-9]+/\1PID/' \
    ours.out stock.out ours.err stock.err
  compare "$*"
}

stock_daemon() {
  daemon
  for xml in "" --xml; do
    same volume info $xml
    same volume list $xml
    same volume status $xml
    same peer status $xml
    same pool list $xml
    same system:: uuid get $xml
    same volume info nosuch $xml
    same volume start nosuch $xml
    same volume stop nosuch $xml
    same volume delete nosuch $xml
    same volume status nosuch $xml
    same volume set nosuch network.ping-timeout 5 $xml
    same volume reset nosuch $xml
    same volume get nosuch all $xml
    same volume get all cluster.op-version $xml
    same peer probe localhost $xml
    same volume create "bad@name" $HOST:$BRICKS/x $xml
    same volume create v localhost:/x $xml
    same volume create v $HOST:relative $xml
    same volume create v $xml
    same volume create v replica 1 $HOST:$BRICKS/x $xml
    same volume create all $HOST:$BRICKS/x $xml
    same volume create v $HOST:$BRICKS/x $HOST:$BRICKS/x $xml
    same volume create v disperse 3 redundancy 2 $HOST:$BRICKS/x $HOST:$BRICKS/y $HOST:$BRICKS/z $xml
    same volume create v nosuchhost:$BRICKS/x $xml
    same volume create v $HOST:$BRICKS/missing/x $xml
  done
  same foo bar
  same volume
  same volume foo
  same --foo volume info
  same --timeout=x volume info
  for level in NONE trace CRITICAL NOTICE loud; do same --log-level=$level --log-file=/dev/null volume list; done
  same --print-logdir
  same --print-statedumpdir
  same --help
  same help
  same peer probe
  same volume set v
  same volume set v key
  same volume start
  same vol inf
  same --glusterd-sock=/nonexistent volume list
  same system:: getwd

  twin volume create NAME $HOST:$BRICKS/NAME force
  twin volume info NAME
  twin volume info NAME --xml
  twin volume set NAME performance.cache-size 64MB
  twin volume set NAME performance.cache-sizze 64MB
  twin volume set NAME network.ping-timeout abc --xml
  twin volume set NAME user.note hello client.event-threads 3 --xml
  twin volume get NAME performance.cache-size
  twin volume get NAME all --xml
  twin volume get NAME nonsense.key
  twin volume info NAME --xml
  twin volume start NAME
  twin volume start NAME
  sleep 1
  twin volume start NAME force --xml
  twin volume status NAME
  twin volume status NAME --xml
  twin volume status NAME detail
  twin volume status NAME tasks
  twin volume status NAME clients
  twin volume status NAME client-list
  twin volume status NAME nonsense
  twin volume status NAME fd
  twin volume status NAME fd --xml
  twin volume status NAME det
  twin volume status NAME nfs fd
  twin volume status NAME shd clients
  twin volume status NAME $HOST:$BRICKS/NAME tasks
  twin volume profile NAME info
  twin volume profile NAME
  for xml in "" --xml; do
    twin volume profile NAME start $xml
    twin volume profile NAME start $xml
    twin volume profile NAME info clear $xml
    twin volume profile NAME stop $xml
    twin volume top NAME open $xml
    twin volume top NAME read-perf list-cnt 3 $xml
    twin volume top NAME open list-cnt 101 $xml
    twin volume top NAME read-perf bs 4096 $xml
    twin volume top NAME foo $xml
    twin volume statedump NAME $xml
    twin volume statedump NAME mem ino $xml
    twin volume statedump NAME client 1.2.3.4 $xml
  done
  twin volume top NAME clear
  twin volume delete NAME
  twin volume reset NAME performance.cache-size
  twin volume reset NAME all --xml
  twin volume stop NAME
  twin volume stop NAME --xml
  twin volume status NAME
  twin volume delete NAME --xml
  $stock --mode=script volume create shape replica 3 $HOST:$BRICKS/{1,2,3,4,5,6} force >/dev/null
  $stock --mode=script volume create arbiter replica 2 arbiter 1 $HOST:$BRICKS/{a1,a2,a3} force >/dev/null
  $stock --mode=script volume create code disperse 6 redundancy 2 $HOST:$BRICKS/{d1,d2,d3,d4,d5,d6} force >/dev/null
  for xml in "" --xml; do
    same volume info $xml
    same volume list $xml
    same volume info shape $xml
    same volume status all $xml
  done
  copies_of_stock
}

copies_of_stock() {
  twin volume create NAME replica 3 $HOST:$BRICKS/NAME1 $HOST:$BRICKS/NAME2 $HOST:$BRICKS/NAME3 force
  twin volume heal NAME
  twin volume start NAME
  waits_for eval "$stock volume heal twina && $stock volume heal twinb"
  for xml in "" --xml; do
    for words in "" full disable "" full enable "statistics heal-count" foo "info foo" "split-brain bigger-file" \
      "granular-entry-heal maybe" "statistics heal-count replica $HOST:$BRICKS/none"; do
      twin volume heal NAME $words $xml
      sleep 0.5
    done
    twin volume set NAME cluster.granular-entry-heal on $xml
    twin volume replace-brick NAME $HOST:$BRICKS/none $HOST:$BRICKS/NAME4 commit force $xml
    twin volume replace-brick NAME $HOST:$BRICKS/NAME1 $HOST:$BRICKS/NAME4 commit $xml
    twin volume reset-brick NAME $HOST:$BRICKS/NAME1 $HOST:$BRICKS/NAME1 commit force $xml
    twin volume reset-brick NAME $HOST:$BRICKS/NAME1 $HOST:$BRICKS/NAME4 commit force $xml
    twin volume reset-brick NAME $HOST:$BRICKS/NAME1 foo $xml
    twin volume status NAME shd detail $xml
  done
  twin volume replace-brick NAME $HOST:$BRICKS/NAME1 $HOST:$BRICKS/NAME4 commit force
  twin volume replace-brick NAME $HOST:$BRICKS/NAME2 $HOST:$BRICKS/NAME5 commit force --xml
  twin volume reset-brick NAME $HOST:$BRICKS/NAME4 start
  twin volume reset-brick NAME $HOST:$BRICKS/NAME4 $HOST:$BRICKS/NAME4 commit force --xml
  twin volume remove-brick NAME replica 2 $HOST:$BRICKS/NAME4 start
  twin volume remove-brick NAME replica 2 $HOST:$BRICKS/NAME4 force
  twin volume info NAME
}

# What is a matter of the moment is blotted out.
same_but_for_the_moment() {
  status_ours=0 status_stock=0
  "$ours" --mode=script "$@" >ours.out 2>ours.err </dev/null || status_ours=$?
  "$stock" --mode=script "$@" >stock.out 2>stock.err </dev/null || status_stock=$?
  sed -i -E 's/(Duration: |<duration>)[0-9]+/\1SECONDS/
    s/Throughput [0-9.]+ MBps time [0-9.]+ secs/THROUGHPUT/
    s/<(throughput|timeTaken)>[0-9.]+/<\1>NUMBER/
    s/^([A-Z][a-z]+ +: )[0-9]+$/\1NUMBER/
    s/<((smblks|ordblks|fsmblks|uordblks|fordblks|keepcost|arena)>)[0-9]+/<\1NUMBER/' ours.out stock.out
  compare "$*"
}

# The daemon of the copies has been heard, which may just have been started.
gathered() { ! "$ours" --mode=script volume heal copies statistics heal-count | grep -q "No gathered input"; }

copies_of_ours() {
  "$ours" --mode=script volume create copies replica 3 $HOST:$BRICKS/c{1,2,3} force >/dev/null
  "$ours" --mode=script volume start copies >/dev/null
  waits_for "$ours" volume heal copies
  for xml in "" --xml; do
    for words in "" full "statistics heal-count" "statistics heal-count replica $HOST:$BRICKS/c2" disable "" enable; do
      [[ $words != statistics* ]] || waits_for gathered
      same volume heal copies $words $xml
      waits_for "$ours" volume status copies
    done
    waits_for "$ours" volume heal copies
    same volume status copies $xml
    same volume status copies shd $xml
    same volume heal v $xml
    same volume replace-brick v $HOST:$BRICKS/v $HOST:$BRICKS/w commit force $xml
    same volume replace-brick copies $HOST:$BRICKS/none $HOST:$BRICKS/w commit force $xml
    same volume reset-brick copies $HOST:$BRICKS/c1 $HOST:$BRICKS/c1 commit force $xml
    same volume info copies $xml
  done
}

our_daemon() {
  local xml words
  daemon
  volume v
  "$ours" --mode=script volume create many $HOST:$BRICKS/{1,2,3} force >/dev/null
  "$ours" --mode=script volume start many >/dev/null
  kill "$(cat /run/gluster/vols/many/*-2.pid)"
  waits_for eval "$ours --xml volume status many | grep -q '<status>0'"
  mounted v "$MNT"
  copies_of_ours
  for xml in "" --xml; do
    for words in "off start" "on start" "on stop" "off stop"; do twin_profile $words $xml; done
    "$ours" --mode=script volume profile v start >/dev/null
    mkdir -p "$MNT/folder"
    for file in a b c; do
      head -c 5000 /dev/urandom >"$MNT/folder/$file"
      cat "$MNT/folder/$file" >/dev/null
    done
    ls -l "$MNT/folder" >/dev/null
    exec 9>"$MNT/held"
    for words in "peek" "cumulative" "incremental peek"; do
      same_but_for_the_moment volume profile v info $words $xml
    done
    same volume profile many info $xml
    for words in open read write opendir readdir read-perf write-perf "open list-cnt 1" "write brick $HOST:$BRICKS/v" \
      "open list-cnt 0"; do
      same volume top v $words $xml
      same volume top many $words $xml
    done
    same_but_for_the_moment volume top v write-perf bs 65536 count 16 $xml
    same_but_for_the_moment volume top many read-perf bs 65536 count 16 $xml
    same volume statedump v $xml
    same volume statedump many mem callpool $xml
    same volume statedump v client localhost:1 $xml
    for words in v many "v $HOST:$BRICKS/v" "many $HOST:$BRICKS/2" "many $HOST:$BRICKS/3"; do
      case $words$xml in many--xml) ;; *) same_but_for_the_moment volume status $words mem $xml ;; esac
      same volume status $words fd $xml
      same volume status $words detail
      same volume status $words clients
      same volume status $words callpool $xml
      same volume status $words inode
      same volume status $words $xml
    done
    same volume status all callpool $xml
    same volume status v client-list
    same volume status v tasks $xml
    exec 9>&-
  done
  same volume top v clear
  same volume profile v info clear
  same volume profile v info clear --xml
  same_but_for_the_moment volume profile v info peek nonsense
}

# Each command line from the same state.
twin_profile() { # on|off start|stop [--xml]
  local back=stop
  if [ "$1" = on ]; then back=start; fi
  shift
  status_ours=0 status_stock=0
  "$ours" --mode=script volume profile v $back >/dev/null 2>&1 || true
  "$ours" --mode=script volume profile v "$@" >ours.out 2>ours.err || status_ours=$?
  "$ours" --mode=script volume profile v $back >/dev/null 2>&1 || true
  "$stock" --mode=script volume profile v "$@" >stock.out 2>stock.err || status_stock=$?
  compare "volume profile $*"
}

"$1"
[ ${#differ[@]} = 0 ] || fails "answers differ: $(printf '"%s" ' "${differ[@]}")"
