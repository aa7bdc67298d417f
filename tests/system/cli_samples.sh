#!/bin/bash
# Our gluster command and daemon print what stock 10.3 printed when the same was asked of it: text, XML, errors and exit
# statuses of tests/samples/cli, but for ids, ports, numbers of processes and sizes. Every sample there is compared; which
# of stock's others are not, and why, stands in tests/samples/cli/left-out.txt.
#
# The samples are of a pool of several servers: here all their names are this one's, and its bricks lie in /home, a name
# as long as that of theirs.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab --bricks xfs
source "$SOURCE/tests/samples.sh"

samples=$SOURCE/tests/samples/cli
hostname server1
sed -i '1s/$/ server1 server2 server3 server4/' /etc/hosts
mount --bind "$BRICKS" /home

# What is a matter of the moment, and whose server it was.
plain() {
  sed -E 's,/home,/data,g
    s/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/UUID/g
    s/(failed: |<opErrstr>|<output>)Staging failed on server[0-9]\. Error: /\1/
    s/^(Brick .{37}) *[0-9]{5} /\1 PORT /
    s/(TCP Port +: )[0-9]+/\1PORT/; s/(Pid +: )[0-9]+/\1PID/; s/( Y +)[0-9]+/\1PID/
    s/<(port|tcp|pid|sizeTotal|sizeFree|inodesTotal|inodesFree)>[0-9]+</<\1>NUMBER</' "$1"
}

asks() { bash -c "${2//\/data/\/home}"; } # all servers are this one

glusterd --xlator-option=management.new-volume-cache-invalidation=off
waits_for gluster volume list

# Before there is a volume.
sample bad-option bad-timeout glusterd-sock-bad incomplete-word unknown-word remote-host-down \
  help-dashdash help-help help-peer-help print-logdir print-statedumpdir system-getwd system-uuid-get system-fsmlog \
  peer-status-empty peer-usage peer-probe-localhost peer-probe-localhost-word volume-sync-localhost \
  volume-list-none volume-info-none volume-status-none volume-status-nosuch volume-start-nosuch volume-stop-nosuch \
  volume-delete-nosuch volume-set-nosuch \
  volume-set-opversion-high volume-set-opversion-low volume-set-opversion-same volume-set-all-bad volume-get-opversion \
  volume-get-max-opversion volume-set-all volume-get-all-global \
  volume-create-arbiter-bad volume-create-bad-name volume-create-bad-name-all volume-create-disperse-bad \
  volume-create-disperse-not-multiple volume-create-duplicate-brick volume-create-file-path volume-create-in-workdir \
  volume-create-localhost volume-create-longpath volume-create-no-brick volume-create-parent-missing \
  volume-create-relative-path volume-create-replica1 volume-create-replica2-warning volume-create-replica2-warning-n \
  volume-create-stripe volume-create-tcprdma-bad volume-create-unknown-peer volume-create-unresolvable

# Bricks that cannot be.
mkdir -p /home/noxa /home/mp4 /home/rep3 /home/dist /home/z /home/reuse /home/arb
mount -t ramfs none /home/noxa
mkdir /home/noxa/b
mount -t tmpfs none /home/mp4
sample volume-create-noxattr volume-create-mountpoint
umount /home/noxa /home/mp4

# Its volumes were of other kinds; what was asked is the same.
gluster volume create rep3 server1:/home/rep3/b1 >/dev/null
sample volume-info-nosuch volume-create-exists volume-create-brick-in-use volume-create-brick-in-use-force \
  volume-create-brick-nested volume-start-brick-missing volume-start-wrong-id volume-status-not-started \
  volume-stop-not-started
gluster volume create dist server1:/home/dist/b1 >/dev/null
sample volume-start volume-start-already volume-delete-started volume-status-badword volume-status-nosuchbrick \
  volume-status-quotad-notenabled volume-status-rep3-tasks
sample volume-create-single-dir-missing-parent volume-create-brick-parent-of-brick
gluster volume start one >/dev/null
sample volume-stop-confirm volume-stop-confirm-y volume-delete-confirm
gluster volume create arb server1:/home/arb/b1 >/dev/null
gluster volume start arb >/dev/null
sample volume-start-force volume-log-rotate volume-log-rotate-brick volume-statedump volume-statedump-sub \
  volume-statedump-client volume-statedump-client-bad system-uuid-get uuid-reset-refused \
  volume-profile-start volume-profile-start-again volume-profile-stop volume-profile-stop-again \
  volume-profile-info-notstarted
for volume in za zb zc zd; do gluster volume create $volume server4:/home/$volume >/dev/null; done
for volume in za zb; do gluster volume start $volume >/dev/null; done
sample volume-stop volume-delete volume-delete-confirm-y
gluster volume create reuse server4:/home/reuse/b >/dev/null
gluster volume delete reuse >/dev/null
sample volume-create-brick-already-part volume-create-prefix-already-part volume-create-already-part-force

# Options.
sample volume-set-ok volume-get-one volume-get-short volume-set-user volume-get-user volume-set-multi \
  volume-set-bad-bool volume-set-bad-enum volume-set-bad-int volume-set-bad-size volume-set-bad-value \
  volume-set-features-quota volume-set-ganesha-enable volume-set-nfs-confirm volume-set-noval volume-set-typo \
  volume-set-group-nosuch volume-set-shared-storage-disable volume-reset-one volume-reset-notset volume-reset-all
gluster volume create r2 server1:/home/r2 >/dev/null
sample volume-set-group

all_are_compared
