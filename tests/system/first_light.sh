#!/bin/bash
# One server, one brick, our mount: real work, several times over, and nothing is left where everything was removed.
source "$(dirname "$(realpath "$0")")/../lab.sh"
source "$(dirname "$(realpath "$0")")/../workload.sh"
in_lab

daemon
volume v
mounted v "$MNT"
df -T "$MNT" | grep -q "$HOST:/v *fuse.glusterfs"
work_on "$MNT"
# Not among the shared steps: the stock client answers ESTALE, on stock's own bricks as well.
python3 - "$MNT/gone" <<'END' || fails "the mode of an unlinked open file cannot be changed"
import os, sys
fd = os.open(sys.argv[1], os.O_CREAT | os.O_RDWR, 0o644)
os.unlink(sys.argv[1])
os.fchmod(fd, 0o600)
assert os.fstat(fd).st_mode & 0o777 == 0o600
END
diff -r "$MNT/work/linux" "$BRICKS/v/work/linux"
umount "$MNT"
waits_for bash -c "! pgrep -x glusterfs"
gluster volume stop v
gluster-brick-check "$BRICKS/v"
gluster volume start v
mounted v "$MNT"
diff -r "$MNT/work/linux" /usr/include/linux
leave_nothing_on "$MNT"
test "$(find "$BRICKS/v/.glusterfs/"?? -type f -o -type l | wc -l)" = 1 || fails "handles are left in the brick"
gluster volume stop v
gluster volume delete v
