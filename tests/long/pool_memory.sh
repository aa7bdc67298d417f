#!/bin/bash
# pool_memory.sh [RUNS [REQUESTS]]: three servers are asked for their status again and again, each time by a new command,
# and over connections that stay; their daemons must not grow. Prints the resident memory of each, and of etcd, before
# and after.
runs=${1:-2000}
requests=${2:-100000}
[ -n "${LAB:-}" ] || exec "$(dirname "$(realpath "$0")")/../lab" -- bash "$(realpath "$0")" "$runs" "$requests"
source "$SOURCE/tests/lab.sh"
source "$SOURCE/tests/servers.sh"

for number in 1 2 3; do server "server$number" "$number"; done
daemons server1 server2 server3
run_gluster server1 peer probe server2 >/dev/null 2>&1
run_gluster server1 peer probe server3 >/dev/null
run_gluster server1 volume create vol server1:/data/b server2:/data/b server3:/data/b >/dev/null
run_gluster server1 volume start vol >/dev/null
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
asks_on() { on server1 python3 "$SOURCE/tests/long/status_requests.py" /run/glusterd.socket vol "$1"; }
asks_on 3200 >/dev/null
echo "after the first requests: $(memory)"
requested_from=$(resident "$(daemon_pid server1)")
asks_on "$requests"
echo "after $requests more: $(memory)"
after=$(resident "$(daemon_pid server1)")
[ "$after" -le $((requested_from + 2048)) ] || fails "glusterd grew from $requested_from to $after KiB by requests"
[ "$after" -le $((before + 4096)) ] || fails "glusterd grew from $before to $after KiB"
# Nothing is left held: a change goes on.
run_gluster server2 volume set vol user.end yes >/dev/null
