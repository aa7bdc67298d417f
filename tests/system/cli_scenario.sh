#!/bin/bash
# The life of volumes on one server, told by our command and daemon as stock 10.3 told it: tests/samples/cli/one-server.txt
# is what this script printed in a lab of stock, but for ids, ports, numbers of processes and sizes.
#
#   tests/lab --stock all --bricks xfs -- bash "$PWD/tests/system/cli_scenario.sh" record >tests/samples/cli/one-server.txt
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab --bricks xfs

# A short name: long ones are broken into lines.
mount --bind "$BRICKS" /home
BRICKS=/home
recorded=$SOURCE/tests/samples/cli/one-server.txt
# What is left out, for stock has faults there: the XML of client-list carries an error beside a good answer; the NFS server
# that stock was built without is shown as the bricks; an option of the user's that is not set fails without a word; in
# the XML the name of the file system stands for the size of its inodes.
# Ours begins volumes with options that make mounts coherent (docs/caching.md); stock knows no such setting.
if [ "${1:-}" = record ]; then settings=; else settings=--xlator-option=management.new-volume-cache-invalidation=off; fi

plain() {
  sed -E "s,$LAB,/lab,g
    "'s/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/UUID/g; s/[0-9]{8}_[0-9]{6}/TIME/
    s/^(Brick [^ ]+ +)[0-9]{5} +/\1PORT /; s/( Y +)[0-9]+ */\1PID/
    s/(TCP Port +: )[0-9]+/\1PORT/; s/(Pid +: )[0-9]+/\1PID/; s/(Total Disk Space|Disk Space Free|Inode Count|Free Inodes|Device)( *: ).*/\1\2/
    s/<(port|tcp|pid|sizeTotal|sizeFree|inodesTotal|inodesFree|device)>[^<]+</<\1>NUMBER</; s,<inodeSize.*,<inodeSize/>,
    s/(\.port|space(free|total)): [1-9][0-9]*/\1: NUMBER/'
}

g() { # WORDS...: what the command says, on which stream, and its status
  local status=0
  echo "# gluster $*" | plain
  command gluster --mode=script "$@" >out 2>err </dev/null || status=$?
  plain <out
  plain <err | sed 's/^/! /'
  echo "= $status"
}
both() { g "$@"; g "$@" --xml; }

tell() {
  local b=$HOST:$BRICKS key
  mkdir -p "$BRICKS/deep"
  both volume create one $b/one/missing
  both volume create one $b/one force
  g volume create one $b/two force
  g volume create two $b/two/a $b/two/b
  g volume create two $b/deep/a $b/deep/b force
  g volume create three $b/deep/a/inside force
  g volume create three $b/deep force
  both volume list
  both volume info
  both volume info one
  both volume info nosuch
  both volume status one
  both volume status
  both volume start one
  g volume start two
  sleep 1
  g volume start one force --xml
  both volume status
  both volume status two
  both volume status two $b/deep/b
  both volume status two $b/deep/c
  both volume status two detail
  both volume status two tasks
  g volume status two client-list
  for key in shd quotad bitd scrub snapd; do both volume status two $key; done
  g volume status two nonsense
  both volume set two performance.cache-size 64MB
  both volume set two network.ping-timeout 20 user.note 'a b' client.event-threads 4
  g volume set two cache-max-file-size 2MB
  for key in 'network.ping-timeout abc' 'performance.write-behind maybe' 'performance.io-thread-count 0' \
    'storage.reserve 101' 'performance.cache-size lots' 'cluster.lookup-unhashed sometimes' 'auth.allow 10.0.0.300,*' \
    'diagnostics.brick-log-level loud' 'cluster.server-quorum-ratio 51' 'features.quota on' 'features.bitrot on' \
    'features.scrub-freq daily' 'cluster.op-version 100000' 'network.ping-timeout 5 performance.cache-size lots' \
    'cluster.max-op-version 5' 'performance.io-thread-count 8 nosuch.option 1' 'user.x' 'group' 'group nosuch'; do
    both volume set two $key
  done
  g volume info two
  for key in performance.cache-size cache-size user.note network.ping-timeout all cluster.op-version; do
    both volume get two $key
  done
  both volume get all all
  both volume get all cluster.server-quorum-ratio
  g volume get all performance.cache-size
  g volume get nosuch all
  g volume get nosuch all --xml
  both volume set all cluster.server-quorum-ratio 60
  g volume set all cluster.server-quorum-ratio 101
  g volume set all performance.cache-size 1GB
  g volume get all all
  both volume reset all cluster.server-quorum-ratio
  both volume reset two performance.cache-size
  g volume reset two performance.cache-size
  both volume reset nosuch
  both volume reset two
  g volume info two
  g volume set two group virtual
  g volume reset two all force
  both volume log two rotate
  both volume log two rotate $b/deep/c
  g volume log two
  g volume profile two start
  g get-state odir "$LAB" file state
  plain <state
  g get-state odir "$LAB/nosuch"
  g get-state nosuch
  both volume sync $HOST
  both volume sync 10.9.9.9
  both volume delete two
  both volume stop nosuch
  g volume stop one
  both volume stop one
  g volume delete one
  both volume delete one
  g volume stop two --xml
  g volume delete two --xml
  both volume list
  both volume info
  g volume create again $b/one
  g volume create again $b/one/inside
  g volume create again $b/one force
  printf 'volume list\nnosuch\nvolume list\n' | command gluster 2>&1 && echo "= 0" || echo "= $?"
  printf '\n  volume   list\nexit\nvolume list\n' | command gluster 2>&1 && echo "= 0" || echo "= $?"
  g system:: uuid reset
}

glusterd $settings
waits_for gluster volume list
if [ "${1:-}" = record ]; then
  tell
  exit
fi
tell >ours.txt
diff "$recorded" ours.txt || fails "our commands say something else than stock's"
