#!/bin/sh
# cluster.enable-shared-storage: a volume of the pool's own, mounted on its servers, for what they have to share.
. "$(dirname "$0")/../../words.sh"
shared=gluster_shared_storage place=/run/gluster/shared_storage
wanted=$(changed cluster.enable-shared-storage)
[ "$volume" = all ] && [ -n "$wanted" ] || exit 0
gluster() { command gluster --mode=script "$@"; }

make() {
  if ! gluster volume info $shared >/dev/null 2>&1; then
    # One copy on each of three servers, or of all that there are; no two servers are the same one by another name.
    bricks=$(gluster pool list | awk 'NR > 1 && $3 == "Connected" && n++ < 3 { print $2 }' |
      sed "s/^localhost$/$(hostname)/; s,\$,:$workdir/ss_brick,")
    copies=$(printf '%s\n' "$bricks" | wc -l)
    # shellcheck disable=SC2046,SC2086
    gluster volume create $shared $([ "$copies" = 1 ] || echo "replica $copies") $bricks force || return
  fi
  gluster volume start $shared force || return
  mkdir -p $place
  grep -q " $place " /etc/fstab || echo "$(hostname):/$shared $place glusterfs defaults 0 0" >>/etc/fstab
  grep -q " $place " /proc/mounts || mount $place
}

take_away() {
  sed -i "\\| $place |d" /etc/fstab
  if grep -q " $place " /proc/mounts; then umount $place; fi
  if ! gluster volume info $shared >/dev/null 2>&1; then return; fi
  gluster volume stop $shared
  gluster volume delete $shared
}

# These are commands of their own: glusterd does them once the one that runs this hook is over.
if is_on "$wanted"; then make; else take_away; fi </dev/null >/dev/null 2>&1 &
