#!/bin/bash
# A volume that asks for a quorum of servers: its bricks end where too few are there, and come back with them.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab
source "$SOURCE/tests/servers.sh"

for number in 1 2; do server "server$number" "$number"; done
daemons server1 server2
run_gluster server1 peer probe server2 >/dev/null 2>&1
online() { run_gluster server1 volume status "$1" | grep -c ' Y '; }
shows() { [ "$(online "$1")" = "$2" ]; } # VOLUME BRICKS
refused() { # SENTENCE WORDS...
  local sentence=$1 said
  shift
  if said=$(run_gluster server1 "$@" 2>&1); then fails "$* was done"; fi
  grep -qF "$sentence" <<<"$said" || fails "$* said: $said"
}
lost='Quorum not met. Volume operation not allowed.'

for name in asks not; do
  run_gluster server1 volume create $name server1:/data/$name server2:/data/$name >/dev/null
done
run_gluster server1 volume set asks cluster.server-quorum-type server >/dev/null
for name in asks not; do
  run_gluster server1 volume start $name >/dev/null
  shows $name 2 || fails "$name does not run"
done

# One of two is not more than half. The other volume goes on.
end_daemon server2
waits_for shows asks 0
shows not 1 || fails "the volume that does not ask for a quorum does not run"
refused "$lost" volume set asks user.a b
refused "$lost" volume stop asks
refused 'Cluster quorum is not met. Changing peers is not allowed in this state' peer probe server3
run_gluster server1 volume set not user.a b >/dev/null
run_gluster server1 volume set all cluster.server-quorum-ratio 50 >/dev/null
waits_for shows asks 1
run_gluster server1 volume reset all cluster.server-quorum-ratio >/dev/null
waits_for shows asks 0

# A daemon that starts does not serve it before it sees the others, and ends no bricks that run.
end_daemon server1
on server1 glusterd -p /run/glusterd.pid
waits_for shows not 1
shows asks 0 || fails "a volume without its quorum was served"
daemons server2
waits_for shows asks 2
pids=$(run_gluster server1 volume status asks | awk '/^Brick server1/ { print $NF }')
end_daemon server1
daemons server1
waits_for shows asks 2
[ "$(run_gluster server1 volume status asks | awk '/^Brick server1/ { print $NF }')" = "$pids" ] ||
  fails "a brick was started anew with its daemon"
