#!/bin/bash
# Clients of a volume over three servers, ours and stock's, hear of every change from whichever daemon is there, and keep
# what they have open; one that starts while servers are down gets what the others have.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab
source "$SOURCE/tests/servers.sh"

pool_of_three
for name in "${names[@]}"; do waits_for votes "$name"; done
run_gluster server2 volume create vol server{1,2,3}:/data/b >/dev/null
run_gluster server2 volume set vol network.ping-timeout 4 >/dev/null
run_gluster server2 volume start vol >/dev/null

cd "$LAB"
mount_ours() { mkdir -p "$2" && mount -t glusterfs -o backup-volfile-servers=server2:server3 "$1:/vol" "$2"; }
mount_theirs() { # the stock client
  mkdir -p "$2"
  "$LAB/stock/glusterfs" --volfile-server="$1" --volfile-server=server2 --volfile-server=server3 --volfile-id=vol "$PWD/$2"
  waits_for mountpoint -q "$2"
}
"$LAB/stock/glusterfs" --version | head -n 1 | grep -q '^glusterfs 10' || fails "this is not the stock client"
mount_ours server1 ours
mount_theirs server1 theirs
clients="ours theirs"

# Each holds a file open to the end, and writes a line to it after every change.
exec 3>>ours/held 4>>theirs/held.too
starts_again() { on "$1" glusterd -p /run/glusterd.pid 3>&- 4>&-; }
lines=0
writes() {
  lines=$((lines + 1))
  echo "$lines" >&3 || fails "ours cannot write what it has open after $*"
  echo "$lines" >&4 || fails "theirs cannot write what it has open after $*"
}
writes "the start"

# An option whose effect anybody sees.
refuses() { ! (: >"$1/probe.$1") 2>/dev/null && [ "$(LC_ALL=C touch "$1/probe.$1" 2>&1 | grep -c 'Read-only file system')" = 1 ]; }
allows() { (: >"$1/probe.$1") 2>/dev/null; }
switched() { # SERVER: told there, and heard by both
  run_gluster "$1" volume set vol features.read-only on >/dev/null
  for client in $clients; do waits_for refuses "$client"; done
  run_gluster "$1" volume set vol features.read-only off >/dev/null
  for client in $clients; do waits_for allows "$client"; done
  writes "a change at $1"
}
for name in "${names[@]}"; do switched "$name"; done

# The daemon that gave them their volume file dies: they hear from another.
kill_daemon server1
switched server2
starts_again server1
waits_for run_gluster server1 volume set vol user.back yes

# Mounted without the first daemon, which alone knows the port of its brick: what the other bricks have is there at once,
# the rest when the daemon comes back.
for number in $(seq 40); do echo "$number" >"ours/file$number"; done
seen() { [ "$(ls "$1" 2>/dev/null | grep -c '^file')" -ge "$2" ]; }
late="late.ours late.theirs"
kill_daemon server1
mount_ours server1 late.ours 3>&- 4>&-
mount_theirs server1 late.theirs 3>&- 4>&-
for client in $late; do waits_for seen "$client" 10; done
starts_again server1
for client in $late; do waits_for seen "$client" 40; done
umount $late
waits_for run_gluster server1 volume set vol user.back again

# A server that is away altogether: what is on the others is there, and the rest when it comes back.
cut server3
mount_ours server1 late.ours 3>&- 4>&- &
mount_theirs server1 late.theirs 3>&- 4>&- # each waits for the server that is away
wait $!
for client in $late; do waits_for seen "$client" 10; done
wire server3
for client in $clients $late; do waits_for seen "$client" 40; done
writes "a server's absence"

exec 3>&- 4>&-
for file in held held.too; do
  for client in $clients $late; do
    [ "$(cat "$client/$file")" = "$(seq "$lines")" ] || fails "$client reads in $file: $(tr '\n' ' ' <"$client/$file")"
  done
done
umount $clients $late
