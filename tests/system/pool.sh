#!/bin/bash
# Three servers come together, work as one, lose one of them at a time, and part again.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab
source "$SOURCE/tests/servers.sh"

for number in 1 2 3; do server "server$number" "$number"; done
daemons server1 server2 server3

says() { # EXPECTED COMMAND...: prints just that
  local expected=$1 said
  shift
  said=$("$@" 2>&1) || true
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
