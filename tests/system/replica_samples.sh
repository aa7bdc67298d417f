#!/bin/bash
# Volumes of copies on four servers: our command and daemon say what stock 10.3 said (tests/samples/replica).
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab
source "$SOURCE/tests/servers.sh"
source "$SOURCE/tests/samples.sh"

samples=$SOURCE/tests/samples/replica
asks() { on "$1" bash -c "$2"; }
# Ours says what two servers mean, and which of the checks it was is no matter.
plain() {
  sed -E '/^note: /d
    s/Pre Validation failed on server[0-9]\. //
    s/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/UUID/g' "$1"
}
peers() { [ "$(run_gluster "$1" peer status | grep -c 'Peer in Cluster (Connected)')" = "$2" ]; } # SERVER COUNT

for number in 1 2 3 4; do
  server "server$number" "$number"
  on "server$number" bash -c "mkdir -p /data/dist /data/rep3 /data/arb /data/arb2 /data/r2"
done
daemons server1 server2 server3 server4
for number in 2 3 4; do run_gluster server1 peer probe server$number >/dev/null; done
for name in server1 server2 server3 server4; do waits_for peers $name 3; done

sample volume-create-same-host-noconfirm volume-create-dist-replicate volume-create-arbiter volume-create-arbiter-oldsyntax \
  volume-create-replica2-warning-y
run_gluster server1 volume create dist server1:/data/dist/b1 server2:/data/dist/b1 >/dev/null
for name in rep3 arb r2 dist; do run_gluster server1 volume start $name >/dev/null; done

healed() { [ "$(run_gluster server1 volume status "$1" shd | grep -c ' Y  ')" = "$2" ]; } # VOLUME SERVERS
waits_for healed rep3 3
waits_for healed arb 3
sample volume-heal-bad volume-heal-enable volume-heal-disable volume-heal-when-disabled volume-heal-enable2 volume-heal-dist
waits_for healed arb 3
clears() { run_gluster server1 volume heal rep3 >/dev/null; }
waits_for clears
sample volume-heal-launch volume-heal-full volume-heal-statistics-count

sample volume-add-brick-not-multiple volume-remove-brick-incomplete-set volume-remove-brick-different-sets \
  volume-replace-brick-dist volume-replace-brick-nosuch volume-replace-brick-syntax
sample volume-replace-brick volume-reset-brick-start volume-reset-brick-commit volume-reset-brick-commit-force
sample volume-add-brick-arbiter-convert volume-remove-brick-reduce-replica
all_are_compared
