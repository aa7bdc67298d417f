# Sourced by the scripts of tests/system and tests/interop: puts the script into a lab and gives it a few words.
#   in_lab [lab options]        re-runs the script inside the lab; returns only there
#   volume NAME [OPTION VALUE]  makes, sets and starts a volume of one brick
#   waits_for COMMAND...        until it succeeds, at most 20 s
#   fails                       ends with a message
#   check_bricks BRICK...       nothing on them is out of order
set -eu
# What ends the script without a word.
trap 'echo "$(basename "$0"): line $LINENO: this failed: $BASH_COMMAND" >&2' ERR

in_lab() {
  if [ -z "${LAB:-}" ]; then
    exec "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/lab" "$@" -- bash "$(realpath "$0")"
  fi
}

fails() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

waits_for() {
  local tries
  for tries in $(seq 200); do
    if "$@" >/dev/null 2>&1; then return 0; fi
    sleep 0.1
  done
  fails "waited in vain for: $*"
}

gluster() { command gluster --mode=script "$@"; }

daemon() {
  glusterd
  waits_for gluster volume list
}

volume() {
  local name=$1
  shift
  gluster volume create "$name" "$HOST:$BRICKS/$name" force >/dev/null
  while [ $# -gt 0 ]; do
    gluster volume set "$name" "$1" "$2" >/dev/null
    shift 2
  done
  gluster volume start "$name" >/dev/null
}

mounted() { mount -t glusterfs "$HOST:/$1" "$2" && mountpoint -q "$2"; }

check_bricks() {
  local brick
  for brick in "$@"; do gluster-brick-check "$brick" || fails "$brick is out of order"; done
}

brick_pid() { cat "/run/gluster/vols/$1/$HOST$(tr / - <<<"$BRICKS/$1").pid"; }
