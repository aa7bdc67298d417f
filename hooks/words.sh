# Sourced by the scripts of the hooks with their arguments: what glusterd says to them, and what it keeps of the volume.
# Files that do not begin with S are not run.
volume= workdir=/var/lib/glusterd changes=
while [ $# -gt 0 ]; do
  case $1 in
    --volname=*) volume=${1#*=} ;;
    --gd-workdir=*) workdir=${1#*=} ;;
    -o) shift; changes="$changes$1
" ;; # KEY=VALUE, one a line
  esac
  shift
done
[ -n "$volume" ] || exit 0

option() { # KEY: its value, where it was set
  sed -n "s/^$1=//p" "$workdir/vols/$volume/info" 2>/dev/null | tail -n 1
}

changed() { # KEY: its new value, where `volume set` gives it one
  printf '%s' "$changes" | sed -n "s/^$1=//p" | tail -n 1
}

is_on() { case $1 in on | yes | true | enable | 1) true ;; *) false ;; esac }

own_bricks() { # the paths of this server's bricks, one a line
  own=$(sed -n 's/^UUID=//p' "$workdir/glusterd.info")
  for brick in "$workdir/vols/$volume/bricks"/*; do
    grep -qx "uuid=$own" "$brick" 2>/dev/null && sed -n 's/^path=//p' "$brick"
  done
}

has() { command -v "$1" >/dev/null 2>&1; }

# Runs a command in an empty directory on which the volume is mounted for as long.
mounted() { # COMMAND...
  place=$(mktemp -d) || return 1
  if glusterfs --volfile-server=localhost --volfile-id="$volume" "$place"; then
    (cd "$place" && "$@")
    umount -l "$place"
  fi
  rmdir "$place"
}
