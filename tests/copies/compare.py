"""compare.py BRICK BRICK...: says what differs between the copies of a set: names, kinds, owners, modes, contents, every
extended attribute, handles; and what blames a copy or waits to be healed. Nothing of that may be there once the copies
are healed. Leaves with status 1 where something is."""

import hashlib
import os
import stat
import sys
import uuid

# The last use is every copy's own affair.
MDATA, MDATA_ATIME = "trusted.glusterfs.mdata", slice(41, 57)
OWN = ("trusted.glusterfs.volume-id", "security.selinux")
LISTS = ("xattrop", "dirty", "entry-changes")


def attributes(path):
    values = {}
    for key in os.listxattr(path, follow_symlinks=False):
        value = os.getxattr(path, key, follow_symlinks=False)
        if key in OWN or (key.startswith("trusted.afr.") and not any(value)):
            continue
        if key == MDATA:
            value = value[: MDATA_ATIME.start] + value[MDATA_ATIME.stop :]
        values[key] = value.hex()
    return values


def picture(brick):
    seen = {}
    for top, folders, files in os.walk(brick):
        folders[:] = sorted(name for name in folders if not name.startswith(".glusterfs"))
        for name in sorted([*folders, *files]) + ([""] if top == brick else []):
            path = os.path.join(top, name)
            status = os.lstat(path)
            is_file = stat.S_ISREG(status.st_mode)
            seen[os.path.relpath(path, brick)] = {
                "mode": oct(status.st_mode),
                "owner": f"{status.st_uid}:{status.st_gid}",
                "links": status.st_nlink if is_file else None,
                "size": status.st_size if is_file else None,
                "content": hashlib.sha256(open(path, "rb").read()).hexdigest() if is_file else None,
                "target": os.readlink(path) if stat.S_ISLNK(status.st_mode) else None,
                **attributes(path),
            }
    return seen


def being_removed(brick):
    """What was removed as a tree: the brick purges it, and its handles, when it has time."""
    for top, folders, files in os.walk(os.path.join(brick, ".glusterfs", "landfill")):
        for name in [*folders, *files]:
            try:
                gfid = os.getxattr(os.path.join(top, name), "trusted.gfid", follow_symlinks=False)
            except FileNotFoundError:  # purged at this moment
                continue
            yield str(uuid.UUID(bytes=gfid))


def handles(brick):
    private = os.path.join(brick, ".glusterfs")
    removed = set(being_removed(brick))
    return {
        gfid
        for first in os.listdir(private) if len(first) == 2
        for second in os.listdir(os.path.join(private, first))
        for gfid in os.listdir(os.path.join(private, first, second))
    } - removed


def waiting(brick):
    for kind in LISTS:
        directory = os.path.join(brick, ".glusterfs", "indices", kind)
        for name in os.listdir(directory) if os.path.isdir(directory) else []:
            if not name.startswith((kind + "-", "entry-changes-")):
                yield f"{kind}/{name}"


def main(bricks):
    findings = []
    first, *others = [(brick, picture(brick), handles(brick)) for brick in bricks]
    for brick, seen, held in others:
        for path in sorted(set(first[1]) | set(seen)):
            one, other = first[1].get(path), seen.get(path)
            if one is None or other is None:
                findings.append(f"{path} is on {first[0] if one else brick} only")
                continue
            for key in sorted(set(one) | set(other)):
                if one.get(key) != other.get(key):
                    findings.append(f"{path}: {key} is {one.get(key)} on {first[0]}, {other.get(key)} on {brick}")
        for gfid in sorted(first[2] ^ held):
            findings.append(f"the handle {gfid} is on {first[0] if gfid in first[2] else brick} only")
    for brick, seen, _ in [first, *others]:
        findings += [f"{brick}: {path} has {key}" for path, of in seen.items() for key in of if key.startswith("trusted.afr.")]
        findings += [f"{brick} lists {entry}" for entry in waiting(brick)]
    for finding in findings[:40]:
        print(finding)
    if len(findings) > 40:
        print(f"and {len(findings) - 40} more")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
