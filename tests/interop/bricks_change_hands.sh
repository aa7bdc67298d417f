#!/bin/bash
# A brick that stock wrote is served by us, and one that we wrote by stock: contents, attributes and .glusterfs fit.
source "$(dirname "$(realpath "$0")")/../lab.sh"
source "$(dirname "$(realpath "$0")")/../workload.sh"
in_lab

prefix=${MORTAR_PREFIX:-$SOURCE/build/prefix}/sbin

# Programs of one side for this lab's /usr/sbin.
programs_of() { # stock|ours
  local name
  for name in glusterd glusterfsd glusterfs gluster mount.glusterfs; do
    if [ "$1" = stock ]; then
      cp --remove-destination -L "$LAB/stock/$name" "/usr/sbin/$name"
    else
      ln -sf "$prefix/$name" "/usr/sbin/$name"
    fi
  done
}

# What a user sees, and what the brick holds, but for what changes by looking.
contents() { (cd "$1" && find . -path ./.glusterfs -prune -o -type f -print0 | sort -z | xargs -0 sha256sum); }
attributes() { (cd "$1" && find . -path ./.glusterfs -prune -o -print0 | sort -z | xargs -0 getfattr -h -d -m . -e hex --absolute-names); }

end_all() {
  umount "$MNT"
  gluster volume stop v >/dev/null
  kill "$(pgrep -x glusterd)" # stock writes no pid file unasked; this namespace holds no other daemon
  waits_for bash -c '! pgrep -x glusterd'
}

for first in stock ours; do
  [ $first = stock ] && second=ours || second=stock
  programs_of $first
  daemon
  volume v
  mounted v "$MNT"
  work_on "$MNT"
  contents "$MNT" >seen.first
  end_all
  gluster-brick-check "$BRICKS/v" || fails "the checker finds fault with a brick of $first"
  attributes "$BRICKS/v" >attributes.first

  # The other side makes a volume of the same name around it.
  mv /var/lib/glusterd /var/lib/glusterd.$first
  mkdir /var/lib/glusterd
  programs_of $second
  daemon
  gluster volume create v "$HOST:$BRICKS/v" force >/dev/null
  gluster volume start v >/dev/null
  mounted v "$MNT"
  contents "$MNT" >seen.second
  cmp seen.first seen.second || fails "$second sees other contents than $first wrote"
  end_all
  attributes "$BRICKS/v" >attributes.second
  diff <(grep -v trusted.glusterfs.volume-id attributes.first) <(grep -v trusted.glusterfs.volume-id attributes.second) ||
    fails "$second changed attributes that $first wrote by looking at them"
  gluster-brick-check "$BRICKS/v" || fails "the checker finds fault with a brick that went from $first to $second"
  daemon
  gluster volume start v >/dev/null
  mounted v "$MNT"
  leave_nothing_on "$MNT"
  end_all
  gluster-brick-check "$BRICKS/v" || fails "the checker finds fault after $second removed what $first wrote"
  rm -rf /var/lib/glusterd "$BRICKS/v"
  mkdir /var/lib/glusterd
done
