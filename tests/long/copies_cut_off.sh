#!/bin/bash
# Three servers with a copy and a mount each. Each in turn is cut off from the others, while the same names are made,
# written, renamed and removed on both sides: the side with two copies goes on, the other is refused everything, and
# afterwards nothing is in split brain and the copies are equal. Then two of three bricks are down: nothing is
# acknowledged, the error is clear, and all goes on by itself when they are back.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab
source "$SOURCE/tests/servers.sh"

pool_of_three
three_copies 3
for name in "${names[@]}"; do
  on "$name" mkdir /run/v
  on "$name" mount -t glusterfs "$name:/v" /run/v
done
healed() { [ "$(run_gluster server1 volume heal v info | sed -n 's/^Number of entries: //p' | paste -sd' ')" = "0 0 0" ]; }
alike() { python3 "$SOURCE/tests/copies/compare.py" "$BRICKS"/server{1,2,3}/v >differences; }
copies_are_alike() { (waits_for alike) || { cat differences; fails "the copies differ $1"; }; }
no_split_brain() {
  [ "$(run_gluster server1 volume heal v info split-brain | grep -c 'Number of entries in split-brain: 0')" = 3 ]
}

# ---- every partition into two
contend() { on "$1" python3 "$SOURCE/tests/copies/contend.py" "/run/v/$2" "$1" 12 >"done.$1" 2>"refused.$1"; }
for away in "${names[@]}"; do
  there=()
  for name in "${names[@]}"; do [ "$name" = "$away" ] || there+=("$name"); done
  on "$away" mkdir "/run/v/$away"
  on "$away" touch "/run/v/$away/shared"
  cut "$away"
  sleep 1
  contend "$away" "$away" &
  cut_off=$!
  contend "${there[0]}" "$away" &
  one=$!
  contend "${there[1]}" "$away"
  wait $one
  wait $cut_off
  [ ! -s "done.$away" ] || { cat "done.$away"; fails "$away was cut off, and has acknowledged this"; }
  [ "$(grep -c "Transport endpoint is not connected" "refused.$away")" -gt 10 ] || { cat "refused.$away"; fails "the errors"; }
  # Two users of the same names may find them gone; nothing else.
  for name in "${there[@]}"; do
    ! grep -v "No such file" "refused.$name" || fails "$name was with another server, and was refused this"
    [ "$(wc -l <"done.$name")" -gt 20 ] || fails "$name did not go on"
  done
  wire "$away"
  waits_for serves_copies "$away"
  waits_for healed
  no_split_brain || fails "there is split brain after $away was away"
  copies_are_alike "after $away was away"
  # What was appended by all that was acknowledged, in some order.
  waits_for on "$away" cat "/run/v/$away/shared" # until its mount is connected again
  for name in "${names[@]}"; do
    on "$name" cat "/run/v/$away/shared" >"shared.$name"
    [ "$(wc -l <"shared.$name")" = "$(cat done.* | grep -c 'wrote shared')" ] || fails "appended lines are missing on $name"
  done
done

# ---- two of three bricks down
brick_of() { on "$1" cat "/run/gluster/vols/v/$1-data-v.pid"; }
on server1 bash -c 'echo kept >/run/v/kept'
waits_for healed
kill -9 "$(brick_of server2)" "$(brick_of server3)"
gone() { ! run_gluster server1 volume status v | grep 'Brick server[23]' | grep -q ' Y  '; }
waits_for gone
not_connected="Transport endpoint is not connected"
# What is written may wait in the mount: until it is synchronized nothing is acknowledged.
append='echo more | dd of=/run/v/kept oflag=append conv=notrunc,fsync status=none'
refuses() { # COMMAND
  ! on server1 bash -c "$1" 2>said || fails "two bricks are down, and this was done: $1"
  grep -q "$not_connected" said || { cat said; fails "two bricks are down, and this is what was said of: $1"; }
}
refuses "$append"
refuses 'mkdir /run/v/folder'
refuses 'mv /run/v/kept /run/v/moved'
refuses 'rm /run/v/kept'
refuses 'cat /run/v/kept'
run_gluster server1 volume start v force >/dev/null
waits_for serves_copies server1
waits_for on server1 bash -c "$append"
[ "$(on server2 cat /run/v/kept)" = "kept
more" ] || fails "what was acknowledged is not there"
waits_for healed
no_split_brain || fails "there is split brain after two bricks were down"

# ---- who wants to read what the last copy has, says so; two bricks hang, for one that was killed is started by a command
reads() { [ "$(on server1 timeout 2 head -n 1 /run/v/kept)" = kept ]; }
hanging="$(brick_of server2) $(brick_of server3)"
# shellcheck disable=SC2086 # numbers
kill -STOP $hanging
refused_now() { on server1 cat /run/v/kept 2>&1 | grep -q "$not_connected"; }
waits_for refused_now
run_gluster server1 volume set v cluster.quorum-type none >/dev/null
waits_for reads
run_gluster server1 volume reset v cluster.quorum-type >/dev/null
waits_for refused_now
# shellcheck disable=SC2086
kill -CONT $hanging
waits_for reads
waits_for healed
no_split_brain || fails "there is split brain after two bricks hung"
for name in "${names[@]}"; do on "$name" umount /run/v; done
copies_are_alike "after two bricks were down"
