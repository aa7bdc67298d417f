#!/bin/bash
# The Debian packages, installed on a machine that has GlusterFS: they take its place, serve and mount a volume, keep the
# settings of the administrator, do not let etcd's own service start, and go again. The machine is a view of this one in
# which nothing that is done stays.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

build=$SOURCE/build/release
[ -e "$build/CPackConfig.cmake" ] || build=$SOURCE/build/product
"$SOURCE/tools/package" "$build" "$LAB/packages" >/dev/null
server=$(echo "$LAB"/packages/mortar-server_*.deb) client=$(echo "$LAB"/packages/mortar-client_*.deb)

# What they say and hold.
for package in "$server" "$client"; do
  dpkg-deb --field "$package" Depends | grep -q libfmt || fails "$package does not say which libraries it needs"
  dpkg-deb --contents "$package" | grep -E ' \./usr/local|@|-rw.r..r.w' && fails "$package holds what it should not"
done
dpkg-deb --field "$server" Depends | grep -q 'etcd-server' || fails "the server comes without etcd"
dpkg-deb --field "$server" Conflicts | grep -q 'glusterfs-server' || fails "the server stands beside another"

# A machine of its own to install them on.
mkdir "$LAB/machine" "$LAB/changes"
mount -t tmpfs changes "$LAB/changes"
mkdir "$LAB/changes/upper" "$LAB/changes/work"
mount -t overlay overlay -o "lowerdir=/,upperdir=$LAB/changes/upper,workdir=$LAB/changes/work" "$LAB/machine"
for place in dev sys proc; do mount --rbind /$place "$LAB/machine/$place"; done
mount -t tmpfs run "$LAB/machine/run"
mount --bind "$BRICKS" "$LAB/machine/srv"
cp /etc/hosts "$LAB/machine/etc/hosts"
cp "$server" "$client" "$LAB/machine/tmp"
there() { chroot "$LAB/machine" "$@"; }
printf '#!/bin/sh\nexit 101\n' >"$LAB/machine/usr/sbin/policy-rc.d"
chmod +x "$LAB/machine/usr/sbin/policy-rc.d"
is_installed() { there dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed; }
export DEBIAN_FRONTEND=noninteractive
quietly() { "$@" >out 2>&1 || fails "$*: $(tail -n 20 out)"; }

# An etcd that was there before is left alone.
is_installed etcd-server || fails "this machine has no etcd-server: it is needed by the test"
quietly there apt-get install -y --no-install-recommends "/tmp/$(basename "$server")" "/tmp/$(basename "$client")"
for package in glusterfs-server glusterfs-cli glusterfs-client; do
  ! is_installed $package || fails "$package is still there"
done
for package in mortar-server mortar-client; do
  is_installed $package || fails "$package is not there: $(cat out)"
  quietly there dpkg --verify $package
  [ ! -s out ] || fails "$package is not as it was packed: $(cat out)"
done
[ ! -e "$LAB/machine/etc/systemd/system/etcd.service" ] || fails "the etcd of somebody else was masked"
there gluster --version | grep -qi mortar || fails "gluster is another program"
! there sh -c 'dpkg -L mortar-server mortar-client | grep "^/usr/sbin/." | xargs ldd' | grep 'not found' || fails "a library is missing"
there bash -c '. /usr/share/bash-completion/completions/gluster; complete -p gluster' | grep -q _gluster ||
  fails "bash does not complete gluster"
for script in start/post/S30samba-start.sh set/post/S32gluster_enable_shared_storage.sh; do
  [ -x "$LAB/machine/var/lib/glusterd/hooks/1/$script" ] || fails "the hook $script is not there"
done
if there sh -c 'command -v logrotate' >/dev/null; then
  quietly there logrotate --debug /etc/logrotate.d/glusterfs
  ! grep -i error out || fails "logrotate does not read its file"
fi

# They work.
there glusterd
waits_for there gluster volume list
there gluster --mode=script volume create v "$HOST:/srv/v" force >/dev/null
there gluster --mode=script volume start v >/dev/null
mkdir "$LAB/machine/mnt/v"
there mount -t glusterfs "$HOST:/v" /mnt/v
echo hello >"$LAB/machine/mnt/v/file"
there umount /mnt/v
waits_for grep -q hello "$BRICKS/v/file"
there gluster --mode=script volume stop v >/dev/null
kill "$(cat "$LAB/machine/run/glusterd.pid")"

# Installed again, they keep what was changed; taken away, they leave volumes and data.
sed -i 's/^META=all/META=lock/' "$LAB/machine/var/lib/glusterd/hooks/1/start/post/S29CTDBsetup.sh"
quietly there dpkg -i "/tmp/$(basename "$client")" "/tmp/$(basename "$server")"
grep -q '^META=lock' "$LAB/machine/var/lib/glusterd/hooks/1/start/post/S29CTDBsetup.sh" || fails "a hook lost its settings"
quietly there dpkg --purge mortar-server mortar-client
[ ! -e "$LAB/machine/usr/sbin/glusterd" ] && [ ! -e "$LAB/machine/etc/glusterfs/glusterd.vol" ] || fails "something stayed"
[ -e "$LAB/machine/var/lib/glusterd/vols/v/info" ] && [ -e "$BRICKS/v/file" ] || fails "a volume went with the package"

# An etcd that comes with the server is not to start by itself, until the server is purged.
quietly there dpkg --force-depends --purge etcd-server
quietly there dpkg --force-depends -i "/tmp/$(basename "$client")" "/tmp/$(basename "$server")"
[ "$(readlink "$LAB/machine/etc/systemd/system/etcd.service")" = /dev/null ] || fails "etcd's own service may start"
quietly there dpkg --force-depends --purge mortar-server
[ ! -L "$LAB/machine/etc/systemd/system/etcd.service" ] || fails "etcd's own service stays masked"
