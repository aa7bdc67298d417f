#!/bin/bash
# What bricks do and hold: volume profile, top, the parts of status, state dumps; and volumes of several bricks, each with
# its process, port and log.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

says() { # PATTERN WORDS...
  local pattern=$1 output
  shift
  output=$(gluster "$@" 2>&1) || fails "gluster $* failed: $output"
  grep -qE -- "$pattern" <<<"$output" || fails "gluster $* did not say \"$pattern\": $output"
}
silent_on() { # PATTERN WORDS...
  local pattern=$1 output
  shift
  output=$(gluster "$@" 2>&1) || fails "gluster $* failed: $output"
  ! grep -qE -- "$pattern" <<<"$output" || fails "gluster $* said \"$pattern\": $output"
}
refused() { # PATTERN WORDS...
  local pattern=$1 output
  shift
  ! output=$(gluster "$@" 2>&1) || fails "gluster $* succeeded: $output"
  grep -qF -- "$pattern" <<<"$output" || fails "gluster $* said: $output"
}
well_formed() { gluster --xml "$@" | python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.stdin)'; }

daemon

# ---- several bricks
gluster volume create many "$HOST:$BRICKS"/{1,2,3} force >/dev/null
gluster volume start many >/dev/null
pids() { cat /run/gluster/vols/many/*.pid; }
# Long names of bricks are broken over lines.
rows() { gluster volume status many | tr -d '\n' | grep -oE "$BRICKS/[0-9] +[N0-9][^ ]* +[N0-9][^ ]* +[YN] "; }
[ "$(rows | grep -c ' Y $')" = 3 ] || fails "not all bricks run: $(gluster volume status many)"
[ "$(gluster --xml volume status many | grep '<tcp>' | sort -u | wc -l)" = 3 ] || fails "bricks share a port"
[ "$(pids | sort -u | wc -l)" = 3 ] || fails "bricks share a process"
for brick in 1 2 3; do
  grep -q "$BRICKS/$brick is served on port" "/var/log/glusterfs/bricks/$(tr / - <<<"${BRICKS:1}")-$brick.log" ||
    fails "brick $brick has no log of its own"
  grep -q 'option shared-brick-count 3$' "/var/lib/glusterd/vols/many/many.$HOST.$(tr / - <<<"${BRICKS:1}")-$brick.vol" ||
    fails "brick $brick does not know with how many it shares the disk"
done
kill "$(cat /run/gluster/vols/many/*-2.pid)"
waits_for eval "gluster --xml volume status many | grep -q '<status>0'"
rows | grep -qE "$BRICKS/2 +N/A +N/A +N " || fails "a brick that ended is not shown so: $(gluster volume status many)"
[ "$(gluster --xml volume status many | grep -c '<status>1')" = 2 ] || fails "others went with it"
says 'Brick is offline' volume status many mem
says '' volume profile many start
[ "$(gluster volume profile many info | grep -c '^Brick: ')" = 2 ] || fails "a brick that ended tells something"
gluster volume start many force >/dev/null
[ "$(gluster --xml volume status many | grep -c '<status>1')" = 3 ] || fails "start force did not bring the brick back"
running=$(pids)
gluster volume stop many >/dev/null
for pid in $running; do [ ! -d "/proc/$pid" ] || fails "process $pid runs after the stop"; done
refused 'Volume many is not started.' volume profile many info
gluster volume delete many >/dev/null

# ---- the tables of files, which need no profile
volume v
brick=$BRICKS/v
gluster volume set v performance.quick-read off >/dev/null # what comes with a name is no read
mounted v "$MNT"
mkdir "$MNT/folder"
for file in a b c; do head -c 10000 /dev/urandom >"$MNT/folder/$file"; done
umount "$MNT" && mounted v "$MNT" # what the kernel has in its cache nobody asks for
for time in 1 2 3; do dd if="$MNT/folder/b" of=/dev/null iflag=direct bs=64k 2>/dev/null; done
cat "$MNT/folder/a" >/dev/null
ls -l "$MNT/folder" >/dev/null
waits_for eval "gluster volume top v open | grep -q 'Current open fds: 0, Max open fds: [1-9]'"
says '^[0-9]+		/folder/b$' volume top v read list-cnt 1
[ "$(gluster volume top v read | grep -c /folder/)" = 2 ] || fails "read: $(gluster volume top v read)"
[ "$(gluster volume top v write | grep -c '/folder/[abc]$')" = 3 ] || fails "write: $(gluster volume top v write)"
says '^[0-9]+		/folder$' volume top v opendir
says '^[0-9]+		/folder$' volume top v readdir
mv "$MNT/folder/b" "$MNT/moved"
says '^[0-9]+		/moved$' volume top v read list-cnt 1
rm "$MNT/moved"
says '^[0-9]+		<gfid:[0-9a-f-]{36}>$' volume top v read list-cnt 1
exec 7>"$MNT/held"
says 'Current open fds: 1, ' volume top v open list-cnt 0
says '^Cleared stats for brick ' volume top v clear
silent_on filename volume top v read
says 'Throughput [0-9.]+ MBps time' volume top v read-perf bs 65536 count 64 brick "$HOST:$brick"
says 'Throughput [0-9.]+ MBps time' volume top v write-perf bs 65536 count 64
[ -z "$(find "$brick" -name '*perf*')" ] || fails "the test of the speed left a file"
refused "No brick $HOST:/x in volume v" volume top v open brick "$HOST:/x"
for table in open read write opendir readdir read-perf write-perf; do well_formed volume top v $table; done

# ---- what is measured
refused 'Profile on Volume v is not started' volume profile v info
says '^Starting volume profile on v has been successful' volume profile v start
refused 'Profile on Volume v is already started' volume profile v start
says '^diagnostics.latency-measurement: on' volume info v
sleep 1 # until the brick has heard of it
gluster volume profile v info clear >/dev/null
for file in $(seq 20); do head -c 4096 /dev/zero >"$MNT/folder/new$file"; done
profile() { gluster volume profile v info cumulative; }
[ "$(profile | awk '$NF == "CREATE" {print $(NF - 1)}')" = 20 ] || fails "20 files were made: $(profile)"
[ "$(profile | awk '$NF == "WRITE" {print $(NF - 1)}')" = 20 ] || fails "20 writes: $(profile)"
says '^Data Written: 81920 bytes$' volume profile v info peek
profile | grep -A2 'Block Size: *4096b+' | grep -q 'No. of Writes: *20' || fails "sizes: $(profile)"
profile | awk '$NF == "CREATE" && !($2 > 1000 && $4 <= $2 && $2 <= $6) {exit 1}' || fails "times: $(profile)"
says '^Interval 0 Stats:' volume profile v info incremental
says '^Interval 1 Stats:' volume profile v info incremental peek
silent_on CREATE volume profile v info incremental peek
says '^Interval 1 Stats:' volume profile v info
silent_on 'Interval' volume profile v info cumulative
says '^[ 0-9]+ /folder/new[0-9]+ ' volume top v write-perf
for words in "" peek incremental cumulative clear; do well_formed volume profile v info $words; done
silent_on CREATE volume profile v info peek
# A mount counts as well.
touch "$MNT/folder/one"
dumps() { find "${1:-/run/gluster}" -name '*.dump.*[0-9]' -newer "$LAB/mark" 2>/dev/null; }
one_dump() { [ "$(dumps "$@" | wc -l)" = 1 ] && grep -q ^DUMP-END-TIME "$(dumps "$@")"; }
touch "$LAB/mark" && sleep 0.1
client=$(pgrep -x glusterfs)
says '^volume statedump: success' volume statedump v client "$HOST:$client"
waits_for one_dump
grep -qE '^v.cumulative.CREATE=[1-9]' "$(dumps)" || fails "the mount counted nothing: $(cat "$(dumps)")"
says 'Stopping volume profile on v has been successful' volume profile v stop
silent_on diagnostics volume info v

# ---- what is held
says '^Arena +: [1-9][0-9]+$' volume status v mem
says '^Active Inodes : [1-9]' volume status v inode
says '^LRU limit +: 65536$' volume status v inode
says '^FD Entry +PID +RefCount +Flags' volume status v fd
says "^0 +[1-9][0-9]* +[0-9]+ +[0-9]+" volume status v fd
says '^Pending calls: 0$' volume status v callpool
python3 - "$MNT/folder/a" <<'END' &
import fcntl, os, sys, time
file = open(sys.argv[1], 'r+')
fcntl.lockf(file, fcntl.LOCK_EX)
if os.fork() == 0:
    fcntl.lockf(open(sys.argv[1], 'r+'), fcntl.LOCK_EX)
    os._exit(0)
time.sleep(600)
END
holder=$!
waits_for eval "gluster volume status v callpool | grep -q '^Pending calls: 1'"
says 'Wind To     = LK' volume status v callpool
grep -q '<windTo>LK</windTo>' <<<"$(gluster --xml volume status v callpool)" || fails "the call is not in the XML"
for what in mem inode fd callpool clients detail tasks; do
  well_formed volume status v $what
  well_formed volume status all $what
  says . volume status v "$HOST:$brick" "${what/tasks/mem}"
done

# ---- written down
sections() { grep '^\[' "$(dumps "$@")"; }
dumped() { # WORDS...: of one brick, from scratch
  find /run/gluster -name '*.dump.*' -delete
  touch "$LAB/mark" && sleep 0.1
  says '^volume statedump: success' volume statedump v "$@"
  one_dump || fails "statedump $*: $(dumps)"
  [ -z "$(find /run/gluster -name '*.options')" ] || fails "the options are still there"
}
pid=$(brick_pid v)
dumped
[ "$(basename "$(dumps)" | sed 's/[0-9]*$//')" = "$(tr / - <<<"${brick:1}").$pid.dump." ] || fails "the name is $(dumps)"
for section in mallinfo global.callpool global.callpool.stack.1 "conn.1.bound_xl.$brick.active.1" conn.1.fdtable \
  xlator.storage.posix.v-posix.priv xlator.features.locks.v-locks.inode; do
  grep -qF "[$section]" "$(dumps)" || fails "no section $section: $(sections)"
done
head -1 "$(dumps)" | grep -qE '^DUMP-START-TIME: [0-9-]{10} [0-9:]{8}\.[0-9]{6} \+0000$' || fails "$(head -1 "$(dumps)")"
dumped mem
[ "$(sections)" = '[mallinfo]' ] || fails "mem: $(sections)"
dumped fd callpool
! sections | grep -qvE '^\[(global.callpool.*|conn\.[0-9]+\.fdtable)\]$' || fails "fd callpool: $(sections)"
dumped inode
! sections | grep -qvE '^\[(conn\.1\.bound_xl.*|xlator.*\.inode)\]$' || fails "inode: $(sections)"
dumped priv
! sections | grep -qvE '\.priv\]$' || fails "priv: $(sections)"
mkdir "$LAB/elsewhere"
printf 'mem=yes\npath=%s\n' "$LAB/elsewhere" >/run/gluster/glusterdump.options
touch "$LAB/mark" && sleep 0.1
kill -USR1 "$pid"
waits_for one_dump "$LAB/elsewhere"
[ "$(sections "$LAB/elsewhere")" = '[mallinfo]' ] || fails "glusterdump.options: $(sections "$LAB/elsewhere")"
rm /run/gluster/glusterdump.options
kill $holder
exec 7>&-
umount -l "$MNT"
gluster volume stop v >/dev/null
refused 'Volume v is not in the started state' volume statedump v
