#!/bin/bash
# mount -o aux-gfid-mount: every object by its identity, and entries made with one.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

daemon
volume v
mount -t glusterfs -o aux-gfid-mount "$HOST:/v" "$MNT"
cd "$MNT"
mkdir a a/sub
echo hello >a/file
identity() { getfattr --only-values -n glusterfs.gfid.string "$1"; }
root=00000000-0000-0000-0000-000000000001 a=$(identity a) file=$(identity a/file) sub=$(identity a/sub)

[ "$(ls -A)" = a ] || fails "the directory of identities is listed: $(ls -A)"
! ls .gfid 2>/dev/null || fails "it can be listed itself"
[ "$(cat .gfid/$file)" = hello ] || fails "the file is not found by its identity"
[ .gfid/$file -ef a/file ] || fails "it is another file"
[ -d .gfid/$a ] || fails "the directory is not found by its identity"
[ -d .gfid/$root ] || fails "the root is not found by its identity"
[ "$(cat .gfid/$a/file)" = hello ] || fails "the file is not found in its directory"
! stat .gfid/$(cat /proc/sys/kernel/random/uuid) 2>/dev/null || fails "what does not exist is found"
chmod 711 .gfid/$a
[ "$(stat -c %a "$BRICKS/v/a")" = 711 ] || fails "the mode did not reach the directory"
for words in "mkdir .gfid/x" "rm .gfid/$file" "rmdir .gfid/$sub" "rmdir .gfid" "mv a .gfid/x" "ln a/file .gfid/x"; do
  ! $words 2>/dev/null || fails "it was allowed: $words"
done
ln .gfid/$file .gfid/$a/second
mv .gfid/$a/second .gfid/$root/third
[ "$(cat third)" = hello ] || fails "what was linked and moved is not there"
rm .gfid/$root/third

cat >"$LAB/requests.py" <<'END'
import errno, os, stat, struct, sys, time, uuid

brick, directory = sys.argv[1:]

def request(name, uid, gid, gfid, kind, *rest):
    return struct.pack("!II", uid, gid) + gfid.encode() + b"\0" + struct.pack("!I", kind) + name.encode() + b"\0" + b"".join(
        one.encode() + b"\0" if isinstance(one, str) else struct.pack("!I", one) for one in rest)

def ask(value, key="glusterfs.gfid.newfile"):
    try:
        os.setxattr(directory, key, value)
    except OSError as error:
        return errno.errorcode[error.errno]

def check(name, uid, kind, gfid):
    status = os.lstat("a/" + name)
    assert (status.st_mode, status.st_uid) == (kind, uid), (name, oct(status.st_mode), status.st_uid)
    assert os.getxattr(brick + "/a/" + name, "trusted.gfid", follow_symlinks=False) == uuid.UUID(gfid).bytes, name

os.chmod("a", 0o777)
new = lambda: str(uuid.uuid4())
file, folder, link = new(), new(), new()
assert ask(request("f", 10, 11, file, stat.S_IFREG, 0o666, 0, 0o026)) is None
check("f", 10, stat.S_IFREG | 0o640, file)
assert ask(request("f", 10, 11, file, stat.S_IFREG, 0o666, 0, 0o026)) == "EEXIST"
assert ask(request("d", 10, 11, folder, stat.S_IFDIR, 0o755, 0)) is None
check("d", 10, stat.S_IFDIR | 0o755, folder)
assert ask(request("l", 10, 11, link, stat.S_IFLNK, "f")) is None
check("l", 10, stat.S_IFLNK | 0o777, link)
assert os.readlink("a/l") == "f"
assert ask(request("t", 10, 11, new(), stat.S_IFREG, 0o666, 0)) == "ENOMEM"
assert ask(b"") == "ENOMEM"

open(brick + "/a/by-hand", "w").close()
time.sleep(1.1)  # until then it could be a file in the making
lost = new()
assert ask(lost.encode() + b"\0by-hand\0", "glusterfs.gfid.heal") is None
check("by-hand", 0, stat.S_IFREG | 0o644, lost)

os.setgroups([])
os.setgid(11)
os.setuid(10)
assert ask(request("own", 10, 11, new(), stat.S_IFREG, 0o600, 0, 0)) is None
assert ask(request("root's", 0, 0, new(), stat.S_IFREG, 0o600, 0, 0)) == "EPERM"
assert ask(request("disk", 10, 11, new(), stat.S_IFBLK, 0o600, 0x801, 0)) == "EPERM"
END
python3 "$LAB/requests.py" "$BRICKS/v" ".gfid/$a" || fails "requests by extended attributes"

# A new graph knows nothing of what the old one gave out.
before=$(pgrep -x glusterfs)
gluster volume set v performance.open-behind off >/dev/null
switched() { grep -q 'switched to a new graph' /var/log/glusterfs/*.log; }
waits_for switched
[ -d .gfid/$a/sub ] || fails "the directory is not found on the new graph"
[ "$(pgrep -x glusterfs)" = "$before" ] || fails "the mount was lost"
cd /
umount "$MNT"
# Of a part of the volume, by somebody else, where the kernel asks for access lists.
mount -t glusterfs -o aux-gfid-mount,acl "$HOST:/v/a" "$MNT"
[ "$(setpriv --reuid 10 --regid 10 --clear-groups cat "$MNT/.gfid/$file")" = hello ] || fails "access lists"
umount "$MNT"
mounted v "$MNT"
! stat "$MNT/.gfid" 2>/dev/null || fails "it is there without the option"
umount "$MNT"
