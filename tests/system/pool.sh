#!/bin/bash
# Three servers come together, work as one, lose one of them at a time, and part again.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab
source "$SOURCE/tests/servers.sh"

for number in 1 2 3; do server "server$number" "$number"; done
daemons server1 server2 server3

says() { # EXPECTED COMMAND...: prints just that, and may be notes
  local expected=$1 said
  shift
  said=$("$@" 2>&1 | grep -v '^note: ') || true
  [ "$said" = "$expected" ] || fails "'$*' says '$said' instead of '$expected'"
}

says "peer probe: success" run_gluster server1 peer probe server2
says "peer probe: Host server2 port 24007 already in peer list" run_gluster server1 peer probe server2
says "peer probe: Probe on localhost not needed" run_gluster server1 peer probe server1
says "peer probe: success" run_gluster server2 peer probe server3

members() { run_gluster "$1" pool list | awk 'NR > 1 && $3 == "Connected" { print $1 }' | sort; }
all_there() {
  local name
  for name in server1 server2 server3; do
    [ "$(members "$name" | wc -l)" = 3 ] && [ "$(members "$name")" = "$(members server1)" ] || return 1
  done
}
waits_for all_there

# ---- one volume over all of them
bricks="server1:/data/b server2:/data/b server3:/data/b"
says "volume create: vol: success: please start the volume to access data" run_gluster server2 volume create vol $bricks
says "volume start: vol: success" run_gluster server3 volume start vol
for name in server1 server2 server3; do
  [ "$(run_gluster "$name" volume status vol | grep -c ' Y ')" = 3 ] || fails "$name does not show three bricks that run"
  [ "$(run_gluster "$name" volume info vol | md5sum)" = "$(run_gluster server1 volume info vol | md5sum)" ] ||
    fails "$name shows another volume"
done
mkdir -p "$LAB/mnt"
mount -t glusterfs -o backup-volfile-servers=server2:server3 server1:/vol "$LAB/mnt"
for number in $(seq 30); do echo "$number" >"$LAB/mnt/file$number"; done
for number in 1 2 3; do
  [ "$(ls "$BRICKS/server$number/b" | wc -l)" -gt 0 ] || fails "server$number got no file"
done

# ---- options reach running clients and every server
run_gluster server3 volume set vol performance.write-behind off >/dev/null
option_everywhere() {
  local name
  for name in server1 server2 server3; do
    on "$name" grep -q "^performance.write-behind=off" /var/lib/glusterd/vols/vol/info || return 1
  done
}
waits_for option_everywhere

# ---- any daemon may be killed, once all three keep the configuration
for name in server1 server2 server3; do waits_for votes "$name"; done
readable() { [ "$(cat "$LAB/mnt"/file* | wc -l)" = 30 ]; }
for name in server1 server2 server3; do
  kill_daemon "$name"
  readable || fails "the volume is not there while $name has no daemon"
  other=server1
  [ "$name" != server1 ] || other=server2
  run_gluster "$other" volume set vol user.killed "$name" >/dev/null
  on "$name" glusterd -p /run/glusterd.pid
  waits_for all_there
  waits_for on "$name" grep -q "^user.killed=$name" /var/lib/glusterd/vols/vol/info
done

# ---- all of them at once
for name in server1 server2 server3; do kill_daemon "$name"; done
pkill -9 -x etcd
readable || fails "the volume is not there without daemons"
daemons server1 server2 server3
waits_for all_there
waits_for run_gluster server2 volume set vol user.again yes

# ---- parting
says "peer detach: failed: Peer server3 hosts one or more bricks. If the peer is in not recoverable state then use either replace-brick or remove-brick command with force to remove all bricks from the peer and attempt the peer detach again." \
  run_gluster server1 peer detach server3
umount "$LAB/mnt"
run_gluster server1 volume stop vol >/dev/null
run_gluster server2 volume delete vol >/dev/null
! pgrep -x glusterfsd >/dev/null || fails "bricks run without a volume"
says "peer detach: success" run_gluster server2 peer detach server1
alone() { [ "$(run_gluster "$1" pool list | wc -l)" = 2 ]; }
waits_for alone server1
says "peer detach: success" run_gluster server2 peer detach server3
waits_for alone server3
waits_for alone server2
no_etcd() { ! pgrep -x etcd; }
waits_for no_etcd
