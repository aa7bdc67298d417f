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
