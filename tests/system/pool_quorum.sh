#!/bin/bash
# Server quorum: a server that sees too few of its pool stops the bricks of volumes that ask for it, and no others.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab
source "$SOURCE/tests/servers.sh"

names="server1 server2 server3"
for number in 1 2 3; do server "server$number" "$number"; done
daemons $names
for name in server2 server3; do run_gluster server1 peer probe $name >/dev/null; done
for name in $names; do waits_for votes $name; done
for volume in guarded free; do
  run_gluster server1 volume create $volume server1:/data/$volume server2:/data/$volume server3:/data/$volume >/dev/null
  run_gluster server1 volume start $volume >/dev/null
done
run_gluster server1 volume set guarded cluster.server-quorum-type server >/dev/null

runs() { # VOLUME SERVER
  local pid
  for pid in $(pgrep -x glusterfsd); do
    if tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q -- "-s $2 --volfile-id $1\."; then return 0; fi
  done
  return 1
}
stands() { ! runs "$@"; }
all_run() {
  local name
  for name in $names; do runs guarded $name && runs free $name || return 1; done
}
refuses() { # WORDS COMMAND...
  local words=$1 said
  shift
  if said=$("$@" 2>&1); then fails "'$*' is not refused: $said"; fi
  grep -qF -- "$words" <<<"$said" || fails "'$*' says '$said', without '$words'"
}
says() { grep -qF -- "$1" <<<"$("${@:2}" 2>&1)"; }
waits_for all_run

# ---- a server that is cut off
cut server3
waits_for stands guarded server3
runs free server3 || fails "the brick of a volume without server quorum was stopped"
for name in server1 server2; do runs guarded $name || fails "a brick of the majority was stopped"; done
refuses "Quorum not met. Volume operation not allowed." run_gluster server3 volume set guarded user.a b
refuses "Quorum not met. Volume operation not allowed." run_gluster server3 volume stop guarded
refuses "Cluster quorum is not met. Changing peers is not allowed in this state" run_gluster server3 peer probe server4
says "note: brick server3:/data/guarded is offline: server quorum is not met: 1 of 3 servers" \
  run_gluster server3 volume status guarded || fails "volume status does not say why the brick does not run"
run_gluster server1 volume set guarded user.a c >/dev/null

# ---- its glusterd starts anew
kill_daemon server3
on server3 glusterd -p /run/glusterd.pid
waits_for run_gluster server3 volume list
sleep 5
stands guarded server3 || fails "a brick was started without quorum"
runs free server3 || fails "a brick without server quorum does not run"
wire server3
waits_for all_run

# ---- the ratio counts: of three servers, one is not enough below a third only
run_gluster server2 volume set all cluster.server-quorum-ratio 70 >/dev/null
cut server1
for name in $names; do waits_for stands guarded $name; done
refuses "Quorum not met" run_gluster server2 volume set guarded user.a d
waits_for run_gluster server2 volume set all cluster.server-quorum-ratio 51
for name in server2 server3; do waits_for runs guarded $name; done
wire server1
waits_for all_run

# ---- a daemon that starts anew among others does not touch bricks that run
pid=$(pgrep -f -- "-s server2 --volfile-id guarded\.")
kill_daemon server2
on server2 glusterd -p /run/glusterd.pid
waits_for run_gluster server2 volume list
sleep 5
[ "$(pgrep -f -- "-s server2 --volfile-id guarded\.")" = "$pid" ] || fails "a brick with quorum was started anew"

# ---- nobody asks for it any more
cut server3
waits_for stands guarded server3
wire server3
waits_for all_run
run_gluster server1 volume set guarded cluster.server-quorum-type none >/dev/null
cut server3
sleep 4
runs guarded server3 || fails "the brick of a volume without server quorum was stopped"
