#!/bin/bash
# Our gluster command and stock's, asked the same of the same stock daemon, print the same bytes and leave with the same
# status. Two faults of stock are not copied: the XML of `status detail` repeats the file system's name as the size of an
# inode, and the XML of `status clients` carries an error of another server's silence beside a good answer.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab --stock glusterd,glusterfsd,glusterfs,mount.glusterfs

stock=$LAB/stock/gluster
ours=/usr/sbin/gluster
differ=0

compare() { # NAME: the outputs and statuses of both
  if [ "$status_ours" = "$status_stock" ] && cmp -s ours.out stock.out && cmp -s ours.err stock.err; then return; fi
  echo "differs: $1 (status: stock $status_stock, ours $status_ours)"
  diff stock.out ours.out || true
  diff stock.err ours.err || true
  differ=$((differ + 1))
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

[ $differ = 0 ] || fails "$differ answers differ"
