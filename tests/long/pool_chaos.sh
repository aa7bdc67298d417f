#!/bin/bash
# pool_chaos.sh [SECONDS]: three servers with real daemons and etcd. A script makes, sets, starts, stops and deletes
# fifty volumes from all of them, while daemons are killed and servers cut off the network. No command that was reported
# as done may be undone, none that was refused be done; in the end all servers agree, and bricks run as they should.
seconds=${1:-900}
[ -n "${LAB:-}" ] || exec "$(dirname "$(realpath "$0")")/../lab" -- bash "$(realpath "$0")" "$seconds"
source "$SOURCE/tests/lab.sh"
source "$SOURCE/tests/servers.sh"
set +e

pool_of_three
for name in "${names[@]}"; do waits_for votes "$name"; done

faults=0
while_faults() { # until the file `end` is there; then all is mended
  local name
  while [ ! -e "$LAB/end" ]; do
    name=${names[$((RANDOM % 3))]}
    case $((RANDOM % 4)) in
      0 | 1) kill -9 "$(daemon_pid "$name")" 2>/dev/null ;;
      2) pid=$(on "$name" cat /var/lib/glusterd/mortar/etcd/pid) && kill -9 "$pid" 2>/dev/null ;;
      3) cut "$name" ;;
    esac
    echo x >>"$LAB/faults"
    sleep $((RANDOM % 8))
    wire "$name"
    [ -d "/proc/$(daemon_pid "$name")" ] || on "$name" glusterd -p /run/glusterd.pid
    sleep $((RANDOM % 6))
  done
}
while_faults &
faults_pid=$!

# What is known of each volume: absent, created, started, stopped; "?" where the last command's end is not known.
declare -A state=() note=()
ask() { timeout 100 nsenter --target "${server_pid[$1]}" --net --mount --uts -- gluster --mode=script "${@:2}" >said 2>&1; }
did=0 refused=0 unknown=0
wrong() { echo "WRONG: $*"; touch "$LAB/wrong"; }
volume_state() { # VOLUME SERVER
  run_gluster "$2" volume info "$1" 2>/dev/null | awk -F': ' '/^Status/ { print tolower($2) }'
}
end=$((SECONDS + seconds))
turn=0
while [ $SECONDS -lt $end ]; do
  turn=$((turn + 1))
  volume=v$((RANDOM % 50))
  name=${names[$((RANDOM % 3))]}
  [ -d "/proc/$(daemon_pid "$name")" ] || { sleep 0.2; continue; }
  now=${state[$volume]:-absent}
  case $now in
    absent) words=(volume create $volume "server1:/data/$volume.$turn" "server2:/data/$volume.$turn" "server3:/data/$volume.$turn") next=created ;;
    created | stopped) if [ $((RANDOM % 4)) = 0 ]; then words=(volume delete $volume) next=absent; else words=(volume start $volume) next=started; fi ;;
    started) if [ $((RANDOM % 2)) = 0 ]; then words=(volume stop $volume) next=stopped; else words=(volume set $volume user.turn $turn) next=started; fi ;;
    '?') sleep 0.5
      found=$(volume_state $volume "$name")
      run_gluster "$name" volume list >/dev/null 2>&1 && state[$volume]=${found:-absent}
      continue ;;
  esac
  ask "$name" "${words[@]}"
  status=$?
  if [ $status = 0 ]; then
    did=$((did + 1))
    state[$volume]=$next
    [ "${words[1]}" != set ] || note[$volume]=$turn
    # A brick has hundreds of folders: those of volumes that are gone would fill the disk.
    [ $next != absent ] || { unset "note[$volume]"; rm -rf "$BRICKS"/server?/"$volume".*; }
  elif grep -qE "not known|timed out|Connection failed|did not answer|Commit failed|already|does not exist|not started|not in the started" said; then
    # It may have been done: what the next look shows counts.
    unknown=$((unknown + 1))
    state[$volume]='?'
    unset "note[$volume]"
  else
    refused=$((refused + 1))
  fi
done
touch "$LAB/end"
wait $faults_pid
for name in "${names[@]}"; do
  wire "$name"
  [ -d "/proc/$(daemon_pid "$name")" ] || on "$name" glusterd -p /run/glusterd.pid
done
same() { # all know the same
  local name
  for name in "${names[@]}"; do
    run_gluster "$name" volume info >"info.$name" 2>&1 || return 1
    cmp -s "info.$name" info.server1 || return 1
  done
}
waits_for same || wrong "the servers do not agree"
# Nothing is held for ever: each takes a command.
for name in "${names[@]}"; do
  waits_for run_gluster "$name" volume create "last-$name" "$name:/data/last-$name"
  run_gluster "$name" volume delete "last-$name" >/dev/null || wrong "the volume that $name has made last cannot be deleted"
done
for volume in "${!state[@]}"; do
  [ "${state[$volume]}" != '?' ] || continue
  found=$(volume_state "$volume" server1)
  [ "${found:-absent}" = "${state[$volume]}" ] || wrong "$volume is ${found:-absent}, and was reported as ${state[$volume]}"
  [ -z "${note[$volume]:-}" ] || grep -q "user.turn: ${note[$volume]}" <(run_gluster server1 volume info "$volume") ||
    wrong "$volume has lost the option that was reported as set in turn ${note[$volume]}"
done
started=$(run_gluster server1 volume info | grep -c '^Status: Started')
bricks_run() { [ "$(pgrep -cx glusterfsd)" = $((started * 3)) ]; }
waits_for bricks_run || wrong "$(pgrep -cx glusterfsd) bricks run for $started started volumes"
echo "$turn turns: $did done, $refused refused, $unknown of unknown end; $(wc -l <"$LAB/faults") faults; $started volumes started"
[ ! -e "$LAB/wrong" ]
