#!/bin/bash
# A server that gets another address: one that is known by its name is found by it, keeps the configuration as before,
# and its bricks serve as before.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab
source "$SOURCE/tests/servers.sh"

names="server1 server2 server3"
for number in 1 2 3; do server "server$number" "$number"; done
daemons $names
for name in server2 server3; do run_gluster server1 peer probe $name >/dev/null; done
run_gluster server2 peer probe server1 >/dev/null
for name in $names; do waits_for votes $name; done
run_gluster server1 volume create vol server{1,2,3}:/data/b >/dev/null
run_gluster server1 volume start vol >/dev/null
mkdir -p "$LAB/mnt"
mount -t glusterfs -o backup-volfile-servers=server2:server3 server1:/vol "$LAB/mnt"
for number in $(seq 30); do echo "$number" >"$LAB/mnt/file$number"; done

moves() { # NAME FROM TO, in the last number
  on "$1" ip address flush dev eth0
  on "$1" ip address add "10.99.0.$3/24" dev eth0
  sed -i "s/^10\.99\.0\.$2 /10.99.0.$3 /" /etc/hosts
}
connected() { [ "$(run_gluster "$1" pool list | grep -c Connected)" = 3 ]; }
online() { [ "$(run_gluster "$1" volume status vol | grep -c ' Y ')" = 3 ]; }
all_read() { [ "$(cat "$LAB/mnt"/file* 2>/dev/null | wc -l)" = 30 ]; }
changes() { run_gluster "$1" volume set vol "user.$2" set >/dev/null; }

# ---- while its daemon runs
moves server2 2 22
for name in $names; do waits_for connected $name; done
waits_for online server1
waits_for all_read
changes server1 at-another-address
changes server2 by-itself

# ---- with it and one other, two of three: its vote counts
cut server3
waits_for changes server1 with-server2
waits_for changes server2 with-server1
wire server3
for name in $names; do waits_for connected $name; done

# ---- while it is down
kill_daemon server1
moves server1 1 11
daemons server1
for name in $names; do waits_for connected $name; done
waits_for online server3
waits_for all_read
waits_for changes server1 moved-too
has() { run_gluster "$1" volume info vol | grep -qx "user.$2: set"; }
for name in $names; do
  for option in at-another-address by-itself with-server2 with-server1 moved-too; do waits_for has $name $option; done
done

# ---- all at once: those that keep the configuration do not find each other any more, which only `pool recover` mends
for name in $names; do kill_daemon $name; done
moves server1 11 111
moves server2 22 122
moves server3 3 103
daemons $names
for name in $names; do waits_for connected $name; done
yes | on server1 gluster pool recover >/dev/null || fails "what the servers know is not recovered"
waits_for changes server1 recovered
for name in $names; do
  waits_for votes $name
  waits_for has $name recovered
done
waits_for online server2
waits_for all_read
umount "$LAB/mnt"
