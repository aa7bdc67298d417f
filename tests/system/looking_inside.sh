#!/bin/bash
# What a mount, a brick and a daemon show of themselves: .meta, state dumps, statistics files, a trace, and locks that are
# dropped from outside.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

meta=$MNT/.meta
private() { grep -x -- "$2" "$meta/graphs/active/$1/private" >/dev/null; }
json() { python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$1"; }

daemon
gluster volume create v replica 3 "$HOST:$BRICKS/v"{1,2,3} force >/dev/null
gluster volume set v diagnostics.count-fop-hits on >/dev/null
gluster volume set v diagnostics.latency-measurement on >/dev/null
gluster volume set v diagnostics.stats-dump-interval 1 >/dev/null
gluster volume set v diagnostics.fop-sample-interval 1 >/dev/null
gluster volume start v >/dev/null
mounted v "$MNT"

# ---- the way of clients on the bricks' machine
ways() { # WHICH: how many connections of clients to the bricks are of that kind
  rm -f /run/gluster/*.dump.*
  gluster volume statedump v >/dev/null
  cat /run/gluster/*.dump.* | grep -c "^client[0-9]*\.shortcut=$1\$" || true
}
are() { [ "$(ways "$1")" = "$2" ]; }
waits_for are 1 6 # of the mount and the self-heal daemon to three bricks each
gluster volume set v server.shortcuts off >/dev/null
mkdir other
mounted v "$PWD/other"
waits_for are 0 3
umount other
gluster volume reset v server.shortcuts >/dev/null
rm -f /run/gluster/*.dump.*

# ---- .meta
! ls -a "$MNT" | grep -qx .meta || fails ".meta is listed"
for file in frames cmdline version; do json "$meta/$file" || fails "$file is no JSON"; done
[ "$(cat "$meta/logging/loglevel")" = 7 ]
[ "$(cat "$meta/root/options/mountpoint")" = "$MNT" ]
grep -q '^attribute_timeout = ' "$meta/root/private"
[ "$(stat -c %s "$meta/version")" = 0 ]
[ "$(cat "$meta/graphs/active/v-client-1/options/remote-subvolume")" = "$BRICKS/v2" ]
[ "$(cat "$meta/graphs/active/v-replicate-0/subvolumes/2/name")" = v-client-2 ]
waits_for private v-client-1 'connected = 1'
for line in 'child_up\[1\] = 1' 'up = 1' 'quorum-type = auto' \
  'on_this_machine = v-client-0, v-client-1, v-client-2'; do private v-replicate-0 "$line" || fails "no $line"; done
! echo 1 2>/dev/null >"$meta/version" || fails "the version can be written"
! mkdir "$meta/mine" 2>/dev/null || fails "a directory can be made in .meta"
echo 8 >"$meta/logging/loglevel"
[ "$(cat "$meta/logging/loglevel")" = 8 ]
echo 7 >"$meta/logging/loglevel"
echo 1 >"$meta/measure_latency"
touch "$MNT/file"
grep -q '^fuse.latency.[A-Z]* = AVG:' "$meta/root/profile" || fails "no times"
[ "$(find "$meta" -type f -exec cat {} + | wc -l)" -gt 100 ]
ls -lR "$meta" >/dev/null || fails "it cannot be listed with attributes"
kill -9 "$(cat /run/gluster/vols/v/*v2.pid)"
waits_for private v-replicate-0 'child_up\[1\] = 0'
private v-client-1 'connected = 0'
gluster volume start v force >/dev/null
waits_for private v-replicate-0 'child_up\[1\] = 1'

# ---- Another graph: the former one is listed on.
before=$(readlink "$meta/graphs/active")
gluster volume set v performance.write-behind off >/dev/null
another() { [ "$(readlink "$meta/graphs/active")" != "$before" ]; }
waits_for another
[ "$(find "$meta"/graphs/* -maxdepth 0 -type d | wc -l)" = 2 ]
[ ! -e "$meta/graphs/active/v-write-behind" ]
[ "$(cat "$meta/graphs/$before/v-write-behind/type")" = performance/write-behind ]

# ---- State dumps of a mount and of the self-heal daemon
dumped() { compgen -G "/run/gluster/glusterdump.$1.dump.*"; }
dumps_up() {
  kill -USR1 "$1"
  waits_for dumped "$1"
  [ "$(grep -B1 'trusted.afr.v-client-2' /run/gluster/glusterdump."$1".dump.* | head -1)" = 'child_up[2]=1' ]
}
dumps_up "$(pgrep -f -- "--volfile-id.*$MNT\$" | head -1)" || fails "the dump of the mount"
dumps_up "$(cat /run/gluster/shd/v/v-shd.pid)" || fails "the dump of the daemon"

# ---- Statistics
brick_file=/var/lib/glusterd/stats/glusterfsd_${BRICKS//\//_}_v1.dump
waits_for grep -q '\.aggr\.fop\.lookup\.count": [1-9]' "$brick_file"
waits_for grep -q '\.inter\.fop\.weighted_latency_ave_usec": ' /var/lib/glusterd/stats/glusterfs_v.dump
sampled() {
  stat "$MNT/no$RANDOM" 2>/dev/null
  grep -q '^[0-9]*\.[0-9]*,HIGH,LOOKUP,[0-9]*,v,N/A,0,0,Unknown,Unknown$' /var/log/glusterfs/samples/glusterfs_v.samp
}
waits_for sampled
gluster volume set v diagnostics.stats-dump-interval 0 >/dev/null

# ---- A trace of the mount
gluster volume set v debug.log-history on >/dev/null
gluster volume set v debug.trace client >/dev/null
traced() { stat "$MNT/nothing" 2>/dev/null; grep -q 'name="nothing"' "$meta/graphs/active/v-trace/history"; }
waits_for traced
gluster volume set v debug.trace off >/dev/null

# ---- A lock whose holder sleeps
python3 - "$MNT/file" <<'END' &
import fcntl, sys, time
file = open(sys.argv[1], "r+")
fcntl.lockf(file, fcntl.LOCK_EX, 1, 7)
open("locked", "w").close()
time.sleep(60)
END
holder=$!
waits_for test -e locked
gluster volume clear-locks v /file kind blocked posix | grep -qx "No locks cleared."
told=$(gluster volume clear-locks v /file kind all posix 0,7-1)
[ "$(head -1 <<<"$told")" = "Volume clear-locks successful" ]
for brick in 1 2 3; do
  grep -qx "$HOST:$BRICKS/v$brick/: posix blocked locks=0 granted locks=1" <<<"$told" || fails "$told"
done
kill $holder
told=$(gluster volume clear-locks v /none kind all posix 2>&1) && fails "locks of nothing are cleared"
[ "$told" = "Volume clear-locks unsuccessful
clear-locks getxattr command failed. Reason: No such file or directory" ] || fails "$told"
umount "$MNT"
