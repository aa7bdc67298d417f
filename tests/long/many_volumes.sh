#!/bin/bash
# many_volumes.sh [VOLUMES] [mortar|stock]: three servers with many started volumes of three bricks each. Prints how long
# commands take, and the memory of the daemons: beside each other, run with both words.
volumes=${1:-100}
whose=${2:-mortar}
case $whose in
  mortar) keeps= ;;
  stock) keeps="--stock all" ;;
  *) sed -n '2,3s/^# //p' "$0" >&2; exit 2 ;;
esac
# shellcheck disable=SC2086 # none or two words
[ -n "${LAB:-}" ] || exec "$(dirname "$(realpath "$0")")/../lab" $keeps --bricks tmpfs -- bash "$(realpath "$0")" "$volumes" "$whose"
source "$SOURCE/tests/lab.sh"
source "$SOURCE/tests/servers.sh"

pool_of_three
if [ "$whose" = mortar ]; then
  for name in "${names[@]}"; do waits_for votes "$name"; done
fi

now() { date +%s%N; }
declare -A spent=()
timed() { # WHAT COMMAND...
  local what=$1 from
  shift
  from=$(now)
  "$@" >said 2>&1 || fails "$*: $(head -c 500 said)"
  spent[$what]=$((${spent[$what]:-0} + ($(now) - from) / 1000))
}
for number in $(seq "$volumes"); do
  name=server$((number % 3 + 1))
  timed create run_gluster $name volume create "v$number" "server1:/data/v$number" "server2:/data/v$number" "server3:/data/v$number" force
  timed start run_gluster $name volume start "v$number"
  timed set run_gluster $name volume set "v$number" performance.cache-size 64MB
done
for what in create start set; do echo "$what: $((spent[$what] / volumes / 1000)) ms each, of $volumes"; done
for turn in 1 2 3 4 5; do
  timed list run_gluster "server$((turn % 3 + 1))" volume list
  timed info run_gluster "server$((turn % 3 + 1))" volume info
  timed "info of one" run_gluster "server$((turn % 3 + 1))" volume info v7
  timed "status of one" run_gluster "server$((turn % 3 + 1))" volume status v7
  timed "status of all" run_gluster "server$((turn % 3 + 1))" volume status all
  timed "status of all, XML" run_gluster "server$((turn % 3 + 1))" volume status all --xml
done
for what in list info "info of one" "status of one" "status of all" "status of all, XML"; do
  echo "$what: $((spent[$what] / 5000)) ms"
done
memory() { # PROGRAM: resident, of all its processes
  pgrep -x "$1" | while read -r pid; do awk '/^VmRSS/ { print $2 }' "/proc/$pid/status"; done |
    awk -v name="$1" '{ sum += $1 } END { if (NR) printf "%s: %d processes, %d MiB in all, %.1f MiB each\n", name, NR, sum / 1024, sum / 1024 / NR }'
}
for program in glusterd etcd glusterfsd; do memory $program; done

# A daemon comes back to all of it.
pid=$(daemon_pid server2)
kill -9 "$pid"
waits_for test ! -d "/proc/$pid"
from=$(now)
on server2 glusterd -p /run/glusterd.pid
waits_for run_gluster server2 volume info v1
echo "glusterd answers $((($(now) - from) / 1000000)) ms after its start"
timed stop run_gluster server1 volume stop v1
timed delete run_gluster server1 volume delete v1
echo "stop: $((spent[stop] / 1000)) ms, delete: $((spent[delete] / 1000)) ms"
