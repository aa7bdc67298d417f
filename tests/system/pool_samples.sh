#!/bin/bash
# Five servers come together, lose one, and part: our command and daemon say what stock 10.3 said (tests/samples/pool).
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab
source "$SOURCE/tests/servers.sh"
source "$SOURCE/tests/samples.sh"

samples=$SOURCE/tests/samples/pool
asks() { on "$1" bash -c "$2"; }
# Ours names servers that did not answer, and says what two servers mean.
plain() {
  sed -E '/^note: /d
    s/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/UUID/g' "$1"
}

# Peers are listed by their ids; stock's list was in the order of the names.
for number in 1 2 3 4 5; do
  server "server$number" "$number"
  on "server$number" bash -c \
    "mkdir /data/dist; echo UUID=00000000-0000-4000-8000-00000000000$number >/var/lib/glusterd/glusterd.info"
done
echo 10.99.0.1 server1-b >>/etc/hosts
daemons server1 server2 server3 server4 server5

peers() { [ "$(run_gluster "$1" peer status | grep -c 'Peer in Cluster (Connected)')" = "$2" ]; } # SERVER COUNT

sample peer-detach-notpart peer-probe-unknown-host peer-probe-down-host peer-probe-ok
waits_for peers server1 2
sample peer-status pool-list peer-probe-already peer-detach-localhost peer-probe-member-of-other-cluster \
  peer-probe-reverse-from-outsider
run_gluster server1 peer probe server4 >/dev/null
run_gluster server1 peer probe server5 >/dev/null
for name in server1 server2; do waits_for peers $name 4; done
sample pool-list-5 peer-probe-alias

sample volume-create-distribute
for name in arb arb2 disp one r2 rep3 reuse2 tav; do
  run_gluster server1 volume create $name server1:/data/$name server2:/data/$name >/dev/null
done
sample volume-list remote-host-ok peer-detach-has-bricks peer-detach-has-bricks-force

# A majority has to stay: all five keep the configuration.
end_daemon server3
waits_for sh -c "nsenter --target ${server_pid[server1]} --net --mount --uts -- gluster peer status | grep -q Disconnected"
sample peer-status-disconnected pool-list-disconnected volume-create-peer-down volume-set-peer-down peer-detach-down
daemons server3
for name in server1 server2; do waits_for peers $name 4; done

sample peer-probe-second-address peer-status-othernames peer-detach-confirm
sample peer-detach
waits_for peers server1 3
all_are_compared
