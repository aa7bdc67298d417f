#!/bin/bash
# Servers that know each other by IPv6 addresses only: by names that stand for them, and by the addresses themselves.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab
source "$SOURCE/tests/servers.sh"

names=(six1 six2 six3)
for number in 1 2 3; do
  name=six$number
  server $name $number
  on $name ip address flush dev eth0
  on $name ip address add "fd99::$number/64" dev eth0 nodad
done
ip address add fd99::fe/64 dev switch nodad
sed -i '/six[123]$/d' /etc/hosts
for number in 1 2 3; do echo "fd99::$number six$number" >>/etc/hosts; done
reaches() { on six1 bash -c ": </dev/tcp/$1/24007" 2>&1 | grep -q refused; }
for name in six2 six3; do waits_for reaches $name; done

daemons "${names[@]}"
run_gluster six1 peer probe six2 2>/dev/null | grep -qx "peer probe: success" || fails "a name is not probed"
run_gluster six2 peer probe fd99::3 | grep -qx "peer probe: success" || fails "an address is not probed"
connected() { [ "$(run_gluster "$1" pool list | grep -c Connected)" = 3 ]; }
for name in "${names[@]}"; do
  waits_for connected $name
  waits_for votes $name
done
run_gluster six1 peer probe six3 >/dev/null # its name, beside the address
knows_the_name() { run_gluster six2 peer status | grep -Eqx "(Hostname: )?six3"; }
waits_for knows_the_name

run_gluster six3 volume create vol six{1,2,3}:/data/b >/dev/null
run_gluster six1 volume start vol >/dev/null
[ "$(run_gluster six2 volume status vol | grep -c ' Y ')" = 3 ] || fails "$(run_gluster six2 volume status vol)"
mkdir -p "$LAB/mnt"
mount -t glusterfs -o backup-volfile-servers=six2:six3 six1:/vol "$LAB/mnt"
for number in $(seq 30); do echo "$number" >"$LAB/mnt/file$number"; done
for number in 1 2 3; do [ "$(ls "$BRICKS/six$number/b" | wc -l)" -gt 0 ] || fails "six$number got no file"; done
kill_daemon six1
run_gluster six2 volume set vol user.without six1 >/dev/null 2>&1
[ "$(cat "$LAB/mnt"/file* | wc -l)" = 30 ] || fails "the volume is not there without the daemon of six1"
umount "$LAB/mnt"
