#!/bin/bash
# Brick, daemon and client are killed in the middle of a load: what fsync acknowledged is there, and the volume serves again
# without a hand.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

daemon
volume v
mounted v "$MNT"

# Writes numbered files, each synced; the number is noted outside once fsync has acknowledged it. Errors are tried again.
cat >writer.py <<'END'
import os, sys, time
mount, journal = sys.argv[1:3]
number, end = 0, time.time() + float(sys.argv[3])
with open(journal, 'a') as done:
    while time.time() < end:
        name = f'{mount}/f{os.getpid()}.{number}'
        try:
            fd = os.open(name, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o644)
            try:
                os.write(fd, f'{number}\n'.encode() * 1000)
                os.fsync(fd)
            finally:
                os.close(fd)
        except OSError:
            time.sleep(0.1)
            continue
        done.write(f'{name} {number}\n')
        done.flush()
        number += 1
print(number)
END

check_journal() {
  local name number count=0
  while read -r name number; do
    [ "$(head -n 1 "$name")" = "$number" ] && [ "$(wc -l <"$name")" = 1000 ] || fails "$name lost what fsync acknowledged"
    count=$((count + 1))
  done <journal
  [ $count -gt 20 ] || fails "only $count files were written"
  echo "$count files, all there"
}

python3 writer.py "$MNT" journal 6 &
writer=$!
sleep 1
old=$(brick_pid v)
kill -9 "$old"
sleep 2.5
kill -9 "$(brick_pid v)" 2>/dev/null || true
wait $writer
waits_for ls "$MNT"
[ "$(brick_pid v)" != "$old" ] || fails "the brick was not started again"
check_journal

# The daemon: the mount does not notice; a new one finds its brick.
brick=$(brick_pid v)
kill -9 "$(cat /run/glusterd.pid)"
echo alone >"$MNT/alone"
glusterd
waits_for gluster volume list
[ "$(brick_pid v)" = "$brick" ] || fails "the daemon started a second brick"
gluster volume status v | grep -q "Y *$brick"
[ "$(pgrep -xc glusterfsd)" = 1 ] || fails "there are $(pgrep -xc glusterfsd) bricks"

# The client: nothing it had acknowledged is lost, its locks are free.
python3 writer.py "$MNT" journal 4 &
sleep 2
kill -9 "$(pgrep -x glusterfs)"
wait
umount -l "$MNT"
mounted v "$MNT"
check_journal

# SIGTERM and a word through its own socket are deliberate: the brick stays down until it is asked for.
detach() { gf_attach -d "$(tr '\0' '\n' <"/proc/$(brick_pid v)/cmdline" | grep '\.socket$')" "$BRICKS/v"; }
! gf_attach -d /nonexistent "$BRICKS/v" 2>words || fails "gf_attach reached nobody and was content"
grep -q '^gf_attach: /nonexistent: ' words
for end in "kill $(brick_pid v)" detach; do
  $end
  waits_for bash -c "! pgrep -x glusterfsd"
  sleep 2
  ! pgrep -x glusterfsd || fails "a brick that was stopped on purpose ($end) was started again"
  gluster volume start v force
  waits_for ls "$MNT"
done
umount "$MNT"
# A file that was being made when the brick was killed, which nobody was told of, is whole once it is looked up.
mount -t glusterfs -o use-readdirp=no "$HOST:/v" "$MNT"
find "$MNT" -exec stat {} + >stats
umount "$MNT"
gluster volume stop v
gluster-brick-check "$BRICKS/v"
