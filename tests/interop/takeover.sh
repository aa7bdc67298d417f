#!/bin/bash
# A pool of GlusterFS with its volumes, filled by its client, is taken over in place by Mortar on every server, serves the
# same data to the client that stays as it was, and goes back to GlusterFS.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab --stock all
source "$SOURCE/tests/servers.sh"

prefix=${MORTAR_PREFIX:-$SOURCE/build/prefix}
for number in 1 2 3; do server "server$number" "$number"; done

# ---- GlusterFS: a volume over three servers, with options, and all kinds of files
daemons server1 server2 server3
run_gluster server1 peer probe server2 >/dev/null
run_gluster server1 peer probe server3 >/dev/null
peers() { [ "$(run_gluster "$1" peer status | grep -c 'Peer in Cluster (Connected)')" = 2 ]; }
for name in server1 server2 server3; do waits_for peers "$name"; done
run_gluster server1 peer probe server1 >/dev/null
run_gluster server2 peer probe server1 >/dev/null
run_gluster server1 volume create vol server1:/data/a server2:/data/a server3:/data/a server1:/data/b >/dev/null
run_gluster server1 volume set vol performance.cache-size 64MB >/dev/null
run_gluster server1 volume set vol network.ping-timeout 20 >/dev/null
run_gluster server1 volume set vol user.note "kept as it is" >/dev/null
run_gluster server1 volume start vol >/dev/null
run_gluster server2 volume create other server2:/data/o >/dev/null
mkdir -p "$LAB/mnt"
mount_stock() { mount -t glusterfs -o acl,backup-volfile-servers=server2:server3 server1:/vol "$LAB/mnt"; }
mount_stock
mkdir -p "$LAB/mnt/tree"
cp -a /usr/include/linux "$LAB/mnt/tree/"
ln -s linux "$LAB/mnt/tree/link"
ln "$LAB/mnt/tree/linux/fs.h" "$LAB/mnt/tree/second"
truncate -s 10M "$LAB/mnt/tree/sparse"
echo end >>"$LAB/mnt/tree/sparse"
mkfifo "$LAB/mnt/tree/fifo"
setfattr -n user.colour -v green "$LAB/mnt/tree/second"
setfacl -m u:1234:rw "$LAB/mnt/tree/sparse"
for number in $(seq 50); do echo "$number" >"$LAB/mnt/tree/from$number"; mv "$LAB/mnt/tree/from$number" "$LAB/mnt/tree/to$number"; done
picture() { # every name with its kind, mode, owner, size, links, time, and content
  (cd "$LAB/mnt" && find . -printf '%P %y %m %U %G %s %n %T@ %l\n' | sort && find . -type f -print0 | sort -z | xargs -0 sha256sum &&
    getfattr -d tree/second && getfacl -n tree/sparse)
}
picture >"$LAB/before"
run_gluster server1 volume info vol >"$LAB/info.before"
umount "$LAB/mnt"

# And one of copies, of which one server is missing what was written last.
run_gluster server1 volume create copies replica 3 server1:/data/c server2:/data/c server3:/data/c >/dev/null
run_gluster server1 volume start copies >/dev/null
run_gluster server1 volume info copies >"$LAB/copies.before"
mount_copies() { mount -t glusterfs -o backup-volfile-servers=server2:server3 server1:/copies "$LAB/mnt"; }
# Not in the folder for what healers keep aside either: GlusterFS makes it on the copies that are there just then.
copies_differ() { # SERVER
  ! diff -r -x .glusterfs -x '.glusterfs-anonymous-inode-*' "$BRICKS/server1/c" "$BRICKS/$1/c" >/dev/null
}
mount_copies
for number in $(seq 20); do echo "$number" >"$LAB/mnt/$number"; done
pkill -f 'glusterfsd .*server3.data-c'
for number in $(seq 10 30); do echo "again $number" >"$LAB/mnt/$number"; done
umount "$LAB/mnt"
copies_differ server3 || fails "the third copy misses nothing"

stop_all() { # NAME...: daemons and bricks
  local name
  for name in "$@"; do end_daemon "$name"; done
  pkill glusterfsd || true
  pkill -f 'process-name glustershd' || true
  no_bricks() { ! pgrep -x glusterfsd; }
  waits_for no_bricks
}
stop_all server1 server2 server3

# ---- Mortar on every server, one after the other; the client stays GlusterFS's
stock_path=$PATH
PATH=$prefix/sbin:$PATH
daemons server3 server1 server2
pool_of() { run_gluster "$1" pool list | awk 'NR > 1 && $3 == "Connected" { print $1 }' | sort; }
together() {
  local name
  for name in server1 server2 server3; do
    [ "$(pool_of "$name" | wc -l)" = 3 ] && [ "$(pool_of "$name")" = "$(pool_of server1)" ] || return 1
  done
}
waits_for together
run_gluster server2 volume info vol >"$LAB/info.after"
diff "$LAB/info.before" "$LAB/info.after" || fails "the volume is another one"
online() { [ "$(run_gluster server1 volume status vol | grep -c ' Y ')" = 4 ]; }
waits_for online
mount_stock
picture >"$LAB/after"
diff "$LAB/before" "$LAB/after" >/dev/null || { diff "$LAB/before" "$LAB/after" | head -20; fails "the data differs"; }
changed() { run_gluster server3 volume set vol user.note "changed by Mortar"; }
waits_for changed
echo more >"$LAB/mnt/tree/more"
picture >"$LAB/before"
umount "$LAB/mnt"
run_gluster server2 volume info copies >"$LAB/copies.after"
diff "$LAB/copies.before" "$LAB/copies.after" || fails "the volume of copies is another one"
copies_online() { [ "$(run_gluster server1 volume status copies | grep -c ' Y  ')" = 6 ]; }
waits_for copies_online
healed() { ! copies_differ server2 && ! copies_differ server3; }
waits_for healed
mount_copies
[ "$(cat "$LAB/mnt/30")" = "again 30" ] || fails "a copy is old"
echo more >"$LAB/mnt/more"
umount "$LAB/mnt"
for name in server1 server2 server3; do
  for brick in "$BRICKS/$name"/[abc]; do
    [ ! -e "$brick" ] || "$prefix/sbin/gluster-brick-check" "$brick" >/dev/null || fails "$brick is out of order"
  done
done

# ---- and back
run_gluster server1 volume reset vol user.note >/dev/null
run_gluster server1 volume set vol user.note "kept as it is" >/dev/null
stop_all server1 server2 server3
pkill -x etcd || true
PATH=$stock_path
daemons server1 server2 server3
for name in server1 server2 server3; do waits_for peers "$name"; done
waits_for online
mount_stock
picture >"$LAB/after"
diff "$LAB/before" "$LAB/after" >/dev/null || { diff "$LAB/before" "$LAB/after" | head -20; fails "the data differs after the way back"; }
umount "$LAB/mnt"
mount_copies
[ "$(cat "$LAB/mnt/more")" = more ] || fails "a copy differs after the way back"
umount "$LAB/mnt"
