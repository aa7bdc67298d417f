#!/bin/bash
# A volume of three copies: created, shown, started, mounted; every brick has every file; a brick may die under a writer,
# and comes back; the self-heal daemon runs while the volume is started.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

bricks=("$HOST:$BRICKS/b"{1,2,3})
healer() { cat /run/gluster/shd/v/v-shd.pid; }
online() { gluster volume status v | grep -c ' Y  '; }
has_online() { [ "$(online)" = "$1" ]; }

daemon
refused=$(gluster volume create v replica 3 "${bricks[@]}" 2>&1) && fails "three copies on one server without force"
case $refused in
  "volume create: v: failed: Multiple bricks of a replicate volume are present on the same server."*) ;;
  *) fails "$refused" ;;
esac
refused=$(command gluster volume create v replica 2 "${bricks[@]:0:2}" </dev/null 2>&1) && fails "two copies, and nobody agreed"
case $refused in "Replica 2 volumes are prone to split-brain."*) ;; *) fails "$refused" ;; esac
[ "$(gluster volume create v replica 3 "${bricks[@]}" force)" = "volume create: v: success: please start the volume to access data" ]
for line in "Type: Replicate" "Number of Bricks: 1 x 3 = 3" "cluster.granular-entry-heal: on" \
  "performance.client-io-threads: off"; do
  gluster volume info v | grep -qx "$line" || fails "info does not say $line"
done
gluster volume info v --xml | grep -q '<replicaCount>3</replicaCount>'
gluster volume create a replica 2 arbiter 1 "$HOST:$BRICKS/a"{1,2,3} force >/dev/null
gluster volume info a | grep -qx "Number of Bricks: 1 x (2 + 1) = 3"
gluster volume info a | grep -qx "Brick3: $HOST:$BRICKS/a3 (arbiter)"
gluster volume create d replica 3 "$HOST:$BRICKS/d"{1..6} force >/dev/null
gluster volume info d | grep -qx "Type: Distributed-Replicate"
gluster volume info d | grep -qx "Number of Bricks: 2 x 3 = 6"

gluster volume start v >/dev/null
waits_for has_online 4
gluster volume status v | grep -q '^Self-heal Daemon on localhost  *N/A  *N/A  *Y  *[0-9]' || fails "$(gluster volume status v)"
[ "$(gluster volume status v shd | grep -c ' Y  ')" = 1 ]
gluster volume status v --xml | grep -q '<hostname>Self-heal Daemon</hostname>'
tr '\0' ' ' <"/proc/$(healer)/cmdline" | grep -q -- '--volfile-id shd/v .*--process-name glustershd --client-pid=-6' ||
  fails "the healer is $(tr '\0' ' ' <"/proc/$(healer)/cmdline")"

mkdir mount
mounted v "$PWD/mount"
mkdir -p mount/deep/er
for file in $(seq 50); do echo "content of $file" >"mount/deep/er/$file"; done
ln -s er mount/deep/link
mv mount/deep/er/50 mount/deep/moved
sync
same() { diff -r --no-dereference -x .glusterfs "$BRICKS/b$1" "$BRICKS/b$2"; }
same 1 2 && same 1 3 || fails "the copies differ"
[ "$(cat mount/deep/er/7)" = "content of 7" ]

# A brick dies; who writes goes on. It comes back by itself, or when it is asked for.
kill -9 "$(cat /run/gluster/vols/v/*b2.pid)"
for file in $(seq 20); do echo "again $file" >"mount/deep/er/$file" || fails "a write stops with a brick"; done
[ "$(cat mount/deep/er/20)" = "again 20" ]
gluster volume start v force >/dev/null
waits_for has_online 4

# So does the healer.
first=$(healer)
kill -9 "$first"
comes_back() { has_online 4 && [ "$(healer)" != "$first" ]; }
waits_for comes_back
gluster volume heal v disable | grep -qx "Disable heal on volume v has been successful "
waits_for has_online 3
refused=$(gluster volume heal v 2>&1) && fails "healed without a daemon"
[ "$(tail -n 1 <<<"$refused")" = "Self-heal-daemon is disabled. Heal will not be triggered on volume v" ] || fails "$refused"
gluster volume heal v enable >/dev/null
waits_for has_online 4
umount mount

# A mount that has nothing left to do ends in order, whatever it hears of the connections that it closes.
glusterfs --no-daemon --volfile-server="$HOST" --volfile-id=v "$PWD/mount" &
process=$!
waits_for mountpoint -q mount
echo last >mount/deep/er/1
sleep 1.5
umount mount
wait "$process" || fails "the mount ends with $?"

first=$(healer)
gluster volume stop v >/dev/null
[ ! -e "/proc/$first" ] || fails "the healer outlives its volume"
gluster volume delete v >/dev/null
