#!/bin/bash
# copies_under_load.sh [SECONDS [PROGRAMS]]: three servers with a copy each, two mounts on which files change all the time.
# One server after the other loses its brick, all its processes or its network. No operation fails and none stalls for
# long; what was acknowledged is there; after each return everything is healed without a command, and in the end the
# copies are equal. PROGRAMS: ours, stock-bricks (all servers are GlusterFS, the mounts ours), stock-mounts; power-cuts
# (ours, and each server in its turn loses its power, with what its disk had not written).
seconds=${1:-45}
programs=${2:-ours}
keeps=
[ "$programs" != stock-bricks ] || keeps="--stock glusterd,glusterfsd,gluster"
# shellcheck disable=SC2086 # none or two words
[ -n "${LAB:-}" ] || exec "$(dirname "$(realpath "$0")")/../lab" $keeps -- bash "$(realpath "$0")" "$seconds" "$programs"
source "$SOURCE/tests/lab.sh"
source "$SOURCE/tests/servers.sh"
source "$SOURCE/tests/disks.sh"

longest_stall=15
# A client of GlusterFS may show for a moment what was before, on GlusterFS's own bricks, too, when one of them comes back.
patience=0
[ "$programs" != stock-mounts ] || patience=2
[ "$programs" != power-cuts ] || for name in server1 server2 server3; do make_disk "$name"; done
pool_of_three
three_copies 4

mkdir one two
for mount in one two; do
  if [ "$programs" = stock-mounts ]; then
    "$LAB/stock/glusterfs" --volfile-server=server1 --volfile-server=server2 --volfile-id=v "$PWD/$mount"
  else
    mount -t glusterfs -o backup-volfile-servers=server2:server3 server1:/v "$PWD/$mount"
  fi
  waits_for mountpoint -q "$mount"
done

marks() { getfattr -R -d -m trusted.afr -e hex "$BRICKS"/server?/v 2>/dev/null | grep '^trusted.afr' | grep -v '=0x0*$'; }
waiting() { run_gluster server1 volume heal v info | sed -n 's/^Number of entries: //p' | paste -sd' '; }
healed() { [ "$(waiting)" = "0 0 0" ]; }
# Bricks of GlusterFS serve healers one request at a time, after all others (performance.least-prio-threads).
until_healed=60
[ "$programs" != stock-bricks ] || until_healed=180
heals_within() { # SECONDS, of a volume in use: names that are just being changed may come and go
  local until=$((SECONDS + $1))
  until healed; do
    [ $SECONDS -lt $until ] || { run_gluster server1 volume heal v info; marks; fails "not healed after $1 s"; }
    sleep 0.5
  done
}
brick_of() { on "$1" cat "/run/gluster/vols/v/$1-data-v.pid"; }
processes_of() { # the daemons of a server: those in its network
  local pid
  for pid in $(pgrep -x 'glusterd|glusterfsd|glusterfs|etcd'); do
    [ "$(readlink "/proc/$pid/ns/net")" != "$(readlink "/proc/${server_pid[$1]}/ns/net")" ] || echo "$pid"
  done
}

# ---- the load, and meanwhile one fault after the other
mkdir one/a two/b
python3 "$SOURCE/tests/copies/load.py" "$PWD/one/a" "$seconds" 1 $patience >said.a 2>wrong.a &
load_a=$!
python3 "$SOURCE/tests/copies/load.py" "$PWD/two/b" "$seconds" 2 $patience >said.b 2>wrong.b &
load_b=$!
end=$((SECONDS + seconds))
faults=0
goes_well() { [ ! -s wrong.a ] && [ ! -s wrong.b ]; }
while [ $((SECONDS + 10)) -lt $end ] && goes_well; do
  name=${names[$((faults % 3))]}
  kind=$((faults / 3 % 3))
  [ "$programs" != power-cuts ] || kind=power-cut
  case $kind in
    0) kill -9 "$(brick_of "$name")" ;;
    1) # shellcheck disable=SC2046 # numbers
      kill -9 $(processes_of "$name") ;;
    2) cut "$name" ;;
    power-cut)
      # shellcheck disable=SC2046 # numbers
      kill -9 $(processes_of "$name")
      disk_goes_down "$name"
      machine_starts "$name"
      ;;
  esac
  faults=$((faults + 1))
  sleep $((2 + RANDOM % 5))
  wire "$name"
  if [ -n "$(processes_of "$name" | head -n 1)" ] && run_gluster "$name" volume list >/dev/null 2>&1; then
    run_gluster "$name" volume start v force >/dev/null
  else
    daemons "$name"
  fi
  waits_for serves_copies "$name"
  heals_within $until_healed
  # Until all have written down what there is.
  [ "$programs" != power-cuts ] || sleep 6
done
wait $load_a || { cat wrong.a; fails "the first mount: see above"; }
wait $load_b || { cat wrong.b; fails "the second mount: see above"; }
read -r did_a longest_a late_a <said.a
read -r did_b longest_b late_b <said.b
heals_within $until_healed

# ---- what was acknowledged, seen by the other mount, and on the bricks
state() { echo "$(tr / - <<<"${1#/}").state"; }
python3 "$SOURCE/tests/copies/load.py" --check "$PWD/two/a" "$(state "$PWD/one/a")" || fails "the second mount sees it otherwise"
python3 "$SOURCE/tests/copies/load.py" --check "$PWD/one/b" "$(state "$PWD/two/b")" || fails "the first mount sees it otherwise"
umount one two
alike() { python3 "$SOURCE/tests/copies/compare.py" "$BRICKS"/server{1,2,3}/v >differences; }
(waits_for alike) || { cat differences; fails "the copies differ"; }
[ -z "$(marks)" ] || { marks; fails "copies are blamed"; }
check_bricks "$BRICKS"/server{1,2,3}/v
echo "$((did_a + did_b)) operations, $faults faults, the longest operation $longest_a and $longest_b s, late looks $late_a and $late_b"
for longest in "$longest_a" "$longest_b"; do
  [ "${longest%.*}" -lt $longest_stall ] || fails "an operation took $longest s"
done
