#!/bin/bash
# The hooks that come with the package: a share of Samba follows the volume, SELinux learns of its bricks, CTDB's volume
# is mounted; on a machine without any of them they do nothing and complain of nothing.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

rm -rf /etc/samba /etc/ctdb
daemon
cp -r "$SOURCE"/hooks/* /var/lib/glusterd/hooks/1/
rm -f /usr/sbin/selinuxenabled /usr/sbin/semanage /usr/sbin/restorecon
configuration=/etc/samba/smb.conf
shared() { grep -qx "\[gluster-$1\]" $configuration; }
run() { gluster "$@" >/dev/null; }

# A machine with nothing.
run volume create plain "$HOST:$BRICKS/plain" force
run volume start plain
run volume set plain user.smb off
run volume set all cluster.server-quorum-ratio 60
run volume stop plain
run volume delete plain
! grep ' E .*hook' /var/log/glusterfs/glusterd.log || fails "a hook failed"
grep -c 'hook .* was run' /var/log/glusterfs/glusterd.log | grep -qx 11 || fails "other hooks were run than eleven"

# Samba.
mkdir -p /etc/samba
printf '[global]\nworkgroup = HOME\n[other]\npath = /srv\n' >$configuration
before=$(md5sum <$configuration)
run volume create photos "$HOST:$BRICKS/photos" force
! shared photos || fails "a volume is shared before it is started"
run volume start photos
shared photos || fails "a started volume is not shared"
run volume start photos force
[ "$(grep -cx '\[gluster-photos\]' $configuration)" = 1 ] || fails "a volume is shared twice"
run volume set photos user.cifs disable
! shared photos || fails "a volume is shared that shall not be"
[ "$(md5sum <$configuration)" = "$before" ] || fails "not all of the share was taken away: $(cat $configuration)"
run volume set photos user.cifs enable
shared photos || fails "a volume is not shared again"
run volume set photos user.smb off
run volume stop photos
run volume start photos
! shared photos || fails "a volume is shared at its start that shall not be"
run volume set photos user.smb on
sed -i '/^\[other\]/,$d' $configuration # shares behind it stay, too
printf '[gluster-photos]\npath = /\n[last]\npath = /srv\n' >>$configuration
run volume stop photos
! shared photos || fails "a stopped volume is shared"
grep -qx '\[last\]' $configuration || fails "the share behind was taken away"

# SELinux.
for program in selinuxenabled semanage restorecon; do
  printf '#!/bin/sh\necho "%s $*" >>%s\n' $program "$LAB/selinux" >/usr/sbin/$program
  chmod +x /usr/sbin/$program
done
run volume create labelled "$HOST:$BRICKS/labelled" force
run volume delete labelled
cat >wanted <<END
selinuxenabled 
semanage fcontext -a -t glusterd_brick_t $BRICKS/labelled(/.*)?
restorecon -R $BRICKS/labelled
selinuxenabled 
semanage fcontext -d $BRICKS/labelled(/.*)?
END
diff wanted "$LAB/selinux" || fails "SELinux was told something else"

# CTDB.
sed -i 's/^META=all/META=lock/' /var/lib/glusterd/hooks/1/{start/post/S29CTDBsetup,stop/pre/S29CTDB-teardown}.sh
mkdir /etc/ctdb
mkdir "$LAB/gluster"
sed -i "s,/gluster/lock,$LAB/gluster/lock," /var/lib/glusterd/hooks/1/{start/post/S29CTDBsetup,stop/pre/S29CTDB-teardown}.sh
echo '127.0.0.1 localhost' >>/etc/hosts
volume lock
mountpoint -q "$LAB/gluster/lock" || fails "CTDB's volume is not mounted"
grep -q "recovery lock = $LAB/gluster/lock/lockfile" /etc/ctdb/ctdb.conf || fails "CTDB does not know its lock"
run volume stop lock
! mountpoint -q "$LAB/gluster/lock" || fails "CTDB's volume is still mounted"
! grep gluster/lock /etc/fstab || fails "CTDB's volume is still in fstab"
! grep ' E .*hook' /var/log/glusterfs/glusterd.log || fails "a hook failed"

# Directories that clients may mount: the hook of a brick that is added, as glusterd calls it.
volume folders
mounted folders "$MNT"
mkdir -p "$MNT/one" "$MNT/two/deep"
run volume set folders auth.allow '/(*),/one(*),/two/deep(127.0.0.1|10.0.0.1)'
rmdir "$BRICKS/folders/one"
sh /var/lib/glusterd/hooks/1/add-brick/post/S13create-subdir-mounts.sh --volname=folders --version=1 \
  --volume-op=add-brick --gd-workdir=/var/lib/glusterd 2>err || fails "the directories were not looked at"
grep -q "'one'" err || fails "the directories of auth.allow were not looked at: $(cat err)"
! grep -v "'one'" err || fails "more was looked at than there is"

# The volume that servers share.
storage() {
  /var/lib/glusterd/hooks/1/set/post/S32gluster_enable_shared_storage.sh --volname=all \
    -o cluster.enable-shared-storage="$1" --gd-workdir=/var/lib/glusterd
}
storage enable
waits_for mountpoint -q /run/gluster/shared_storage
storage disable
waits_for eval '! command gluster volume info gluster_shared_storage'
! mountpoint -q /run/gluster/shared_storage || fails "the shared storage is still mounted"
