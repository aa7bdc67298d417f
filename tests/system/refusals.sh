#!/bin/bash
# Wrong inputs: stock's refusals, and nothing is changed.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

daemon

refused() { # PATTERN WORDS...
  local pattern=$1 output status=0
  shift
  output=$(gluster "$@" 2>&1) || status=$?
  [ $status = 1 ] || fails "status $status instead of 1: gluster $*: $output"
  grep -qF -- "$pattern" <<<"$output" || fails "gluster $* said: $output"
}

b=$HOST:$BRICKS
refused 'Failed to create brick directory for brick' volume create v "$b/missing/x" force
refused 'is not in '"'"'Peer in Cluster'"'"' state' volume create v nosuchhost:/x force
refused 'is a mount point' volume create v "$b"
mkdir -p /srv/root
refused 'is being created in the root partition' volume create v "$HOST:/srv/root/b"
touch "$BRICKS/file"
refused 'already present, is not a directory' volume create v "$b/file" force
refused "Brick isn't allowed to be created inside glusterd's working directory" volume create v "$HOST:/var/lib/glusterd/b" force
[ -z "$(gluster volume list 2>/dev/null)" ] || fails "a refused volume is there"

gluster volume create v "$b/v" force >/dev/null
refused 'Volume v already exists' volume create v "$b/other" force
[ ! -e "$BRICKS/other" ] || fails "a refused command made a directory"
refused 'may be containing or be contained by an existing brick' volume create w "$b/v/inside" force
refused 'may be containing or be contained by an existing brick' volume create w "$b/v" force
refused 'Volume v is not in the started state' volume stop v
refused 'Volume nosuch does not exist' volume start nosuch
gluster volume start v >/dev/null
refused 'Volume v already started' volume start v
refused 'Volume needs to be stopped before deletion' volume delete v
refused "is out of range" volume set v performance.io-thread-count 1000
refused 'option : performance.nonsense does not exist' volume set v performance.nonsense 1
gluster volume stop v >/dev/null
gluster volume delete v >/dev/null
refused 'is already part of a volume' volume create w "$b/v"
refused 'is already part of a volume' volume create w "$b/v/below"
rm -rf "$BRICKS/v"
gluster volume create w "$b/w" force >/dev/null
rm -rf "$BRICKS/w"
refused 'Failed to find brick directory' volume start w
