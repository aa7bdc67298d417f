#!/bin/bash
# Wrong inputs: stock's refusals, and nothing is changed. What cannot be done says why.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

# The daemon itself: before there is any state, and on the state of somebody else, which it leaves as it is.
daemon_refuses() { # PATTERN OPTIONS...
  local pattern=$1 output
  shift
  if output=$(glusterd "$@" 2>&1); then fails "glusterd $* started"; fi
  grep -qF -- "$pattern" <<<"$output" || fails "glusterd $* said: $output"
}
state() { (cd /var/lib/glusterd && find . -mindepth 1 ! -path "./mortar*" -printf '%p %m %s %T@\n' | sort); }

daemon_refuses 'base-port 50000 of glusterd lies above max-port 49999' \
  --xlator-option=management.base-port=50000 --xlator-option=management.max-port=49999
rm -rf /var/lib/glusterd/*
mkdir -p /var/lib/glusterd/peers
echo uuid=2c351aed-16ed-4a68-a36e-7ec2880cd543 >/var/lib/glusterd/peers/2c351aed-16ed-4a68-a36e-7ec2880cd543
before=$(state)
daemon_refuses 'does not say who this server is'
[ "$(state)" = "$before" ] || fails "the state of another glusterd was changed: $(state)"
rm /var/lib/glusterd/peers/*
echo UUID=6748a2a8-3219-4ba5-8386-d42e6b5e75ff >/var/lib/glusterd/glusterd.info

daemon
gluster system:: uuid get | grep -q 6748a2a8-3219-4ba5-8386-d42e6b5e75ff || fails "the server got another identity"

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
for key in features.worm features.trash features.leases features.shard changelog.changelog server.ssl client.ssl; do
  refused "$key cannot be switched on: this release does not have it yet" volume set v $key on
  gluster volume set v $key off >/dev/null
done
refused 'features.shard cannot be switched on: this release does not have it yet' volume set v group distributed-virt
refused "groups/nosuch'" volume set v group nosuch
[ "$(gluster volume get v performance.quick-read | awk '/quick-read/ { print $2 }')" = on ] || fails "a refused group set something"
gluster volume set v group metadata-cache >/dev/null
[ "$(gluster volume get v network.inode-lru-limit | awk '/lru/ { print $2 }')" = 200000 ] || fails "the group was not set"
refused "Use 'gluster volume quota <VOLNAME> enable' instead" volume set v quota on
refused 'no octal number with a zero in front' volume set v storage.create-mask 77
refused 'is not valid (possible options are off, file, forced, optimal.)' volume set v locks.mandatory-locking maybe
gluster volume reset v >/dev/null
for words in "volume bitrot v enable" "snapshot create s v" "volume quota v enable"; do
  # shellcheck disable=SC2086 # words
  refused 'yet; nothing was changed' $words
done
refused 'Self-heal-daemon is disabled. Heal will not be triggered on volume v' volume heal v
refused 'Volume v is not of replicate type' volume heal v enable
refused 'replace-brick is not permitted on distribute only volumes' volume replace-brick v "$b/v" "$b/v2" commit force
refused 'Probe returned with Transport endpoint is not connected' peer probe 10.99.99.99
refused 'is an invalid address' peer probe 'no/host'
refused 'is not part of cluster' peer detach 10.99.99.99
refused 'is localhost' peer detach "$HOST"
refused 'This server is in no pool of several' pool recover
refused 'does not have dispersed volumes yet' volume create r disperse 3 redundancy 1 "$b"/{r1,r2,r3} force
command gluster volume stop v </dev/null >said 2>&1 || true
gluster volume info v | grep -q '^Status: Started' || fails "stopped although nobody agreed"
gluster --remote-host=$HOST volume get v nfs.disable | grep -q '^nfs.disable *on'
gluster volume stop v >/dev/null
gluster volume delete v >/dev/null
refused 'is already part of a volume' volume create w "$b/v"
refused 'is already part of a volume' volume create w "$b/v/below"
refused 'is already part of a volume' volume create w "$b/w1" "$b/v"
[ ! -e "$BRICKS/w1" ] || fails "a brick of a volume that was refused is there"
rm -rf "$BRICKS/v"
gluster volume create w "$b/w" force >/dev/null
rm -rf "$BRICKS/w"
refused 'Failed to find brick directory' volume start w

# A brick that does not start: the user reads why, and where there is more.
pid_file() { echo "/run/gluster/vols/$1/$HOST$(tr / - <<<"$BRICKS/$1").pid"; }
gluster volume create x "$b/x" force >/dev/null
setfattr -n trusted.gfid -v 0x11111111111111111111111111111111 "$BRICKS/x"
refused "volume start: x: failed: Brick $b/x did not start: brick $BRICKS/x: is a directory inside another volume. See /var/log/glusterfs/bricks/" \
  volume start x
setfattr -x trusted.gfid "$BRICKS/x"

# One that somebody else's process serves.
mkdir -p /run/gluster/vols/x
(exec -a /usr/sbin/glusterfsd bash -c 'while :; do sleep 1; done' brick --brick-name "$BRICKS/x") &
other=$!
echo $other >"$(pid_file x)"
sleep 0.2
refused "is served by process $other, which this glusterd did not start: end it with \`kill $other\`" volume start x
kill -0 $other || fails "the other process was ended"
kill $other
wait $other || true
gluster volume start x >/dev/null

# One whose disk is late: it comes up by itself, unless the volume is stopped meanwhile.
is_online() { gluster volume status "$1" detail | grep -q '^Online *: Y'; }
gluster volume create late "$b/late" force >/dev/null
gluster volume start late >/dev/null
for ending in comes-back stopped; do
  kill "$(cat /run/glusterd.pid)"
  waits_for bash -c "! pgrep -x glusterd"
  kill -9 "$(cat "$(pid_file late)")"
  mv "$BRICKS/late" "$BRICKS/away"
  daemon
  waits_for is_online x
  sleep 3
  if is_online late; then fails "a brick without a directory is online"; fi
  [ $ending = comes-back ] || gluster volume stop late >/dev/null
  mv "$BRICKS/away" "$BRICKS/late"
  if [ $ending = comes-back ]; then waits_for is_online late; fi
done
sleep 5
[ "$(pgrep -xc glusterfsd)" = 1 ] || fails "a brick of a stopped volume runs"
