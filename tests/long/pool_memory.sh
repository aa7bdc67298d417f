#!/bin/bash
# pool_memory.sh [RUNS]: three servers are asked for their status again and again, each time by a new command; their
# daemons must not grow. Prints the resident memory of each, and of etcd, before and after.
runs=${1:-2000}
[ -n "${LAB:-}" ] || exec "$(dirname "$(realpath "$0")")/../lab" -- bash "$(realpath "$0")" "$runs"
source "$SOURCE/tests/lab.sh"
source "$SOURCE/tests/servers.sh"

for number in 1 2 3; do server "server$number" "$number"; done
daemons server1 server2 server3
run_gluster server1 peer probe server2 >/dev/null 2>&1
run_gluster server1 peer probe server3 >/dev/null
run_gluster server1 volume create vol server1:/data/b server2:/data/b server3:/data/b >/dev/null
run_gluster server1 volume start vol >/dev/null
votes() { on "$1" grep -q voting /var/lib/glusterd/mortar/standing; }
for name in server1 server2 server3; do waits_for votes "$name"; done

resident() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }
memory() {
  local name
  for name in server1 server2 server3; do
    printf ' %s: glusterd %s KiB, etcd %s KiB;' "$name" "$(resident "$(daemon_pid "$name")")" \
      "$(resident "$(on "$name" cat /var/lib/glusterd/mortar/etcd/pid)")"
  done
  echo
}
asks() { # HOW OFTEN
  local turn
  for turn in $(seq "$1"); do
    run_gluster "server$((turn % 3 + 1))" volume status --xml >status.xml
    [ "$(grep -c '<status>1</status>' status.xml)" = 3 ] || fails "run $turn: $(cat status.xml)"
  done
}
asks 200
echo "after 200 runs: $(memory)"
before=$(resident "$(daemon_pid server1)")
started=$SECONDS
asks "$runs"
echo "after $runs more ($((SECONDS - started)) s): $(memory)"
after=$(resident "$(daemon_pid server1)")
[ "$after" -le $((before + 2048)) ] || fails "glusterd grew from $before to $after KiB"
run_gluster server2 volume set vol user.end yes >/dev/null
