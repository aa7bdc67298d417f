#!/bin/bash
# Servers that keep the configuration go, for a while and for good: what still works, what is refused and how it is said,
# and how the pool is rebuilt from what is left.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab
source "$SOURCE/tests/servers.sh"

for number in 1 2 3; do server "server$number" "$number"; done
daemons server1 server2 server3

refuses() { # WORDS COMMAND...: in time, and says the words
  local words=$1 said start=$SECONDS
  shift
  if said=$("$@" 2>&1); then fails "'$*' is not refused: $said"; fi
  grep -qF -- "$words" <<<"$said" || fails "'$*' says '$said', without '$words'"
  [ $((SECONDS - start)) -le 12 ] || fails "'$*' takes $((SECONDS - start)) s"
}
answers_at_once() {
  local start=$SECONDS
  "$@" >/dev/null || fails "'$*' fails"
  [ $((SECONDS - start)) -le 5 ] || fails "'$*' takes $((SECONDS - start)) s"
}
off() { # everything of a server ends
  local pid
  pid=$(daemon_pid "$1")
  kill -9 "$pid" "$(on "$1" cat /var/lib/glusterd/mortar/etcd/pid 2>/dev/null || echo "$pid")" 2>/dev/null || true
  cut "$1"
}
back() {
  wire "$1"
  on "$1" glusterd -p /run/glusterd.pid
}
silent() { run_gluster "$1" pool list | grep "$2" | grep -q Disconnected; }

# ---- two servers, of which the one that keeps the configuration goes
run_gluster server1 peer probe server2 2>&1 | grep -q "^note: of two servers one keeps the pool's configuration" ||
  fails "nobody says what a pool of two cannot do"
run_gluster server2 volume create vol server2:/data/b >/dev/null
run_gluster server1 volume start vol >/dev/null
off server1
waits_for silent server2 server1
mkdir -p "$LAB/mnt"
mount -t glusterfs server2:/vol "$LAB/mnt"
echo there >"$LAB/mnt/file"
for command in "volume info" "volume status" "volume list" "peer status" "pool list" "pool status" "volume get vol all"; do
  answers_at_once run_gluster server2 $command
done
refuses "1 of the 1 server(s) that keep it do not answer (server1)" run_gluster server2 volume set vol user.a b
refuses "gluster pool recover" run_gluster server2 peer detach server1 force
[ "$(run_gluster server2 pool recover)" = "pool recover: success" ] || fails "the pool is not recovered"
run_gluster server2 volume set vol user.a b >/dev/null
[ "$(cat "$LAB/mnt/file")" = there ] || fails "the volume does not outlive the recovery"

# ---- who comes back follows
back server1
follows() { run_gluster "$1" volume info vol | grep -q "^user.a: b"; }
waits_for follows server1
run_gluster server1 volume set vol user.a c >/dev/null

# ---- three servers; one more goes than may
run_gluster server2 peer probe server3 >/dev/null
for name in server1 server2 server3; do waits_for votes "$name"; done
off server1
waits_for silent server2 server1
run_gluster server2 volume set vol user.a d >/dev/null
refuses "nothing was changed" run_gluster server2 pool recover
off server2
waits_for silent server3 server2
sleep 4 # until etcd has noticed, too: before that a change is begun, and its end is not known
refuses "2 of the 3 server(s) that keep it do not answer" run_gluster server3 volume set vol user.a e
answers_at_once run_gluster server3 volume status
run_gluster server3 pool recover >/dev/null
[ "$(run_gluster server3 volume info vol | grep '^user.a')" = "user.a: d" ] || fails "a change that was done is undone"
run_gluster server3 volume set vol user.a f >/dev/null
back server1
back server2
follows() { run_gluster "$1" volume info vol | grep -q "^user.a: f"; }
for name in server1 server2; do waits_for follows "$name"; done
waits_for run_gluster server1 volume set vol user.a g
umount "$LAB/mnt"
