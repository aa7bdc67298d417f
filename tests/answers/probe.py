#!/usr/bin/env python3
"""probe.py HOST PORT BRICK: asks a brick everything once and prints its answers, one a line.

The brick is fresh, serves a volume named rep3 with default options, and allows everybody. stock-10.3.txt holds what
stock answers. Left out is what ends a stock brick: READ with fd -1, SETACTIVELK with an empty list, NAMELINK.
"""

import struct
import sys
import uuid

from wire import (BYTES, DUMP, GFID, HANDSHAKE, INT, NO_DICT, NO_GFID, OPERATIONS, ROOT, UINT, Brick,
                  credential, legacy_dict, lock, normal, opaque, read_legacy_dict, typed_dict)

host, port, brick_name = sys.argv[1], int(sys.argv[2]), sys.argv[3]
A, B = credential(b"AAAAAAAA"), credential(b"BBBBBBBB")
READ_LOCK, WRITE_LOCK, UNLOCK = 0, 1, 2


def say(title, answer):
    print(f"{title:<42} {normal(str(answer))}")


def new_gfid():
    return uuid.uuid4().bytes


def u32(*values):
    return struct.pack(f">{len(values)}I", *values)


# ---- signing in


def sign_in(brick, **changes):
    said = {
        "opversion": "100000", "clnt-lk-version": "1", "volfile-checksum": "0", "volfile-key": "rep3",
        "client-version": "10.3", "process-name": "probe", "fops-version": "1298437", "remote-subvolume": brick_name,
        "process-uuid": f"CTX_ID:{uuid.uuid4()}-GRAPH_ID:0-PID:1-HOST:h-PC_NAME:x-RECON_NO:-0",
    }
    said.update({key.replace("_", "-"): value for key, value in changes.items()})
    said = {key: value for key, value in said.items() if value is not None}
    status, reader = brick.call(HANDSHAKE, 1, opaque(legacy_dict(said)))
    if status:
        return f"accept_stat={status}"
    result, error = reader.number("i"), reader.number("i")
    return f"ret={result} " + (f"errno={error} " if result < 0 else "") + read_legacy_dict(reader)


def ask_to_sign_in(title, **changes):
    say("SETVOLUME " + title, sign_in(Brick(host, port), **changes))


ask_to_sign_in("bad subvol", remote_subvolume="/nope")
ask_to_sign_in("no uuid", process_uuid=None)
ask_to_sign_in("bad volume-id", volume_id=str(uuid.uuid4()))
ask_to_sign_in("no fops-version", fops_version=None)
ask_to_sign_in("fops-version 1", fops_version="1")
ask_to_sign_in("missing subdir", subdir_mount="/nosuch")
ask_to_sign_in("bad password", username="x", password="y")
say("STAT before SETVOLUME", Brick(host, port).ask("STAT", ROOT + NO_DICT))
brick = Brick(host, port)
say("SETVOLUME ok", sign_in(brick))


def ask(title, name, arguments, who=None):
    say(title, brick.ask(name, arguments, who))
    return brick.answer if hasattr(brick, "answer") else None


# ---- names


def lookup(title, gfid, parent, name, xdata=NO_DICT):
    ask("LOOKUP " + title, "LOOKUP", gfid + parent + u32(0) + opaque(name) + xdata)


def create(title, name, flags, xdata):
    ask("CREATE " + title, "CREATE", ROOT + u32(flags, 0o100644, 0) + opaque(name) + xdata)


def with_gfid(gfid):
    return typed_dict(("gfid-req", GFID, gfid))


EXCLUSIVE, SHARED = 0o302, 0o102
unknown, file = new_gfid(), new_gfid()
lookup("nameless unknown gfid", unknown, NO_GFID, "")
lookup("unknown parent", NO_GFID, unknown, "a")
lookup("missing name", NO_GFID, ROOT, "nope")
ask("STAT unknown gfid", "STAT", unknown + NO_DICT)
ask("OPEN unknown gfid", "OPEN", unknown + u32(0) + NO_DICT)
ask("GETXATTR unknown gfid", "GETXATTR", unknown + u32(1) + opaque("user.a") + NO_DICT)
ask("MKDIR unknown parent", "MKDIR", unknown + u32(0o755, 0) + opaque("d") + with_gfid(new_gfid()))
create("without gfid-req", "e0", SHARED, NO_DICT)
create("excl new", "e1", EXCLUSIVE, with_gfid(file))
create("excl existing", "e1", EXCLUSIVE, with_gfid(new_gfid()))
create("non-excl existing", "e1", SHARED, with_gfid(new_gfid()))
create("same gfid other name", "e9", EXCLUSIVE, with_gfid(file))
lookup("e1 null gfid", NO_GFID, ROOT, "e1")
lookup("e1 wrong gfid", unknown, ROOT, "e1")

# ---- data


def write(title, fd, flags=0):
    ask("WRITE " + title, "WRITE", file + struct.pack(">qQII", fd, 0, 3, flags) + NO_DICT + b"abc")


def read(title, fd, offset, size):
    ask("READ " + title, "READ", file + struct.pack(">qQII", fd, offset, size, 0) + NO_DICT)


write("fd bad", 999)
write("anon", -2, 2)
read("anon", -2, 0, 10)
read("anon past EOF", -2, 50, 10)
read("anon exact EOF", -2, 0, 3)
read("bad fd", 77, 0, 10)
ask("UNLINK missing", "UNLINK", ROOT + opaque("nope") + u32(0) + NO_DICT)
ask("RMDIR missing", "RMDIR", ROOT + u32(0) + opaque("nope") + NO_DICT)

# ---- extended attributes


def getxattr(gfid, name, title=None):
    arguments = gfid + u32(1 if name else 0) + opaque(name) + NO_DICT
    ask("GETXATTR " + (title or name), "GETXATTR", arguments)


getxattr(file, "user.none", "missing")
getxattr(file, "", "list")
getxattr(ROOT, "", "list root")
getxattr(file, "trusted.gfid")
getxattr(file, "glusterfs.gfid.string")
for name in ("glusterfs.xattrop_index_gfid", "glusterfs.xattrop_dirty_gfid", "glusterfs.xattrop_entry_changes_gfid",
             "trusted.glusterfs.volume-id", "glusterfs.get_real_filename:E1", "glusterfs.get_real_filename:zzz",
             "glusterfs.posix.acl", "trusted.glusterfs.list-node-uuids"):
    getxattr(ROOT, name)
wanted = typed_dict(("trusted.gfid", INT, 0), ("glusterfs.content", UINT, 65536), ("glusterfs.open-fd-count", UINT, 4),
                    ("glusterfs.posixlk-count", UINT, 0), ("trusted.*", UINT, 0))
lookup("e1 want xattrs", file, ROOT, "e1", wanted)
ask("SETATTR unknown gfid", "SETATTR", unknown + bytes(148) + struct.pack(">i", 1) + NO_DICT)

# ---- cluster locks


def inodelk(title, kind, domain, who):
    ask("INODELK " + title, "INODELK", file + u32(1, kind) + lock(kind) + opaque(domain) + NO_DICT, who)


def entrylk(title, command, name, who):
    given = 1 if name else 0
    ask("ENTRYLK " + title, "ENTRYLK", ROOT + struct.pack(">IIQ", command, 1, given) + opaque(name) + opaque("dom") + NO_DICT, who)


inodelk("A wr", WRITE_LOCK, "dom", A)
inodelk("B wr NB conflict", WRITE_LOCK, "dom", B)
for notice in brick.callbacks:
    say("CALLBACK", notice.replace(file.hex(), "GFID"))
inodelk("B other domain", WRITE_LOCK, "dom2", B)
lookup("inodelk-count", file, ROOT, "e1", typed_dict(("glusterfs.inodelk-count", UINT, 0)))
inodelk("B unlock not held", UNLOCK, "dom", B)
inodelk("A unlock", UNLOCK, "dom", A)
inodelk("B unlock2", UNLOCK, "dom2", B)
entrylk("A", 2, "n", A)
entrylk("B NB same", 2, "n", B)
entrylk("B whole dir NB", 2, "", B)
entrylk("B other", 2, "m", B)
entrylk("unlock A", 1, "n", A)
entrylk("unlock B", 1, "m", B)
entrylk("unlock not held", 1, "q", B)

# ---- counters and the rest by gfid


def xattrop(title, operation, name, value):
    ask("XATTROP " + title, "XATTROP", file + u32(operation) + typed_dict((name, BYTES, value)) + NO_DICT)


xattrop("missing read", 0, "trusted.afr.dirty", bytes(12))
xattrop("get-and-set missing", 4, "trusted.x", b"\1\2\3\4")
xattrop("get-and-set again", 4, "trusted.x", b"\5\6\7\x08")
xattrop("or", 2, "trusted.x", b"\5\6\7\x08")
xattrop("add64 default", 6, "trusted.y", struct.pack(">QQ", 5, 100))
for title, fd in (("anon", -2), ("fd0", 0)):
    ask("RCHECKSUM " + title, "RCHECKSUM", file + struct.pack(">qQII", fd, 0, 3, 0) + NO_DICT)
ask("SEEK anon data", "SEEK", file + struct.pack(">qQi", -2, 0, 0) + NO_DICT)
ask("SEEK past EOF", "SEEK", file + struct.pack(">qQi", -2, 100, 0) + NO_DICT)
ask("ACCESS", "ACCESS", file + u32(4) + NO_DICT)
ask("IPC", "IPC", struct.pack(">i", 1) + NO_DICT)
ask("LEASE get", "LEASE", file + u32(1, 1) + NO_GFID + u32(0) + NO_DICT)
ask("ZEROFILL anon", "ZEROFILL", file + struct.pack(">qQQ", -2, 0, 10) + NO_DICT)
ask("ICREATE", "ICREATE", new_gfid() + u32(0o100644) + NO_DICT)
ask("GETACTIVELK", "GETACTIVELK", file + NO_DICT)
ask("PUT", "PUT", ROOT + opaque("p") + bytes(24) + NO_DICT + NO_DICT)
for title, procedure, arguments in (("COMPOUND", 49, ROOT + NO_DICT), ("proc 57", 57, b""), ("NULL proc", 0, b"")):
    status, reader = brick.call(OPERATIONS, procedure, arguments)
    say(title, f"accept_stat={status}" if status else reader.rest().hex())

# ---- on an open file

OPEN = struct.pack(">q", 0)
ask("FSETXATTR fd0", "FSETXATTR", file + OPEN + u32(0) + typed_dict(("user.fx", BYTES, b"val")) + NO_DICT)
ask("FGETXATTR fd0", "FGETXATTR", file + OPEN + u32(1) + opaque("user.fx") + NO_DICT)
ask("FGETXATTR anon", "FGETXATTR", file + struct.pack(">q", -2) + u32(1) + opaque("user.fx") + NO_DICT)
ask("SETXATTR create-only existing", "SETXATTR", file + u32(1) + typed_dict(("user.fx", BYTES, b"v2")) + NO_DICT)
ask("SETXATTR replace missing", "SETXATTR", file + u32(2) + typed_dict(("user.no", BYTES, b"v2")) + NO_DICT)
ask("FREMOVEXATTR fd0", "FREMOVEXATTR", file + OPEN + opaque("user.fx") + NO_DICT)
ask("FREMOVEXATTR missing", "FREMOVEXATTR", file + OPEN + opaque("user.fx") + NO_DICT)
ask("FSETATTR mode", "FSETATTR", file + OPEN + bytes(144) + u32(0o600) + struct.pack(">i", 1) + NO_DICT)
ask("FTRUNCATE fd0", "FTRUNCATE", file + OPEN + struct.pack(">Q", 10) + NO_DICT)
ask("COPY_FILE_RANGE self", "COPY_FILE_RANGE", file + file + struct.pack(">qqQQII", 0, 0, 0, 20, 3, 0) + NO_DICT)
brick.ask("OPENDIR", ROOT + NO_DICT)
directory = brick.answer["fd"]


def fentrylk(title, command, who):
    arguments = ROOT + struct.pack(">qIIQ", directory, command, 1, 1) + opaque("z") + opaque("dom") + NO_DICT
    ask("FENTRYLK " + title, "FENTRYLK", arguments, who)


fentrylk("A", 2, A)
fentrylk("B NB", 2, B)
fentrylk("unlock", 1, A)


def posix_lock(title, command, who, owner, start, length):
    arguments = file + struct.pack(">qII", 0, command, WRITE_LOCK) + lock(WRITE_LOCK, start, length, 77, owner) + NO_DICT
    ask("LK " + title, "LK", arguments, who)


def flush(title, who):
    ask("FLUSH as " + title, "FLUSH", file + OPEN + NO_DICT, who)


posix_lock("A write 0-10", 1, A, b"AAAAAAAA", 0, 10)
posix_lock("B getlk", 0, B, b"BBBBBBBB", 5, 1)
posix_lock("B setlk conflict", 1, B, b"BBBBBBBB", 5, 1)
posix_lock("B setlk free range", 1, B, b"BBBBBBBB", 20, 1)
lookup("posixlk-count", file, ROOT, "e1", typed_dict(("glusterfs.posixlk-count", UINT, 0)))
flush("A", A)
posix_lock("B setlk again", 1, B, b"BBBBBBBB", 5, 1)
flush("B", B)

# ---- directories and what is left


def readdir(title, name, gfid, fd, size):
    ask(title, name, gfid + struct.pack(">qQI", fd, 0, size) + NO_DICT)


readdir("READDIR 4096", "READDIR", ROOT, directory, 4096)
readdir("READDIR small size", "READDIR", ROOT, directory, 150)
readdir("READDIRP size 1", "READDIRP", ROOT, directory, 1)
readdir("READDIR on file fd", "READDIR", file, 0, 4096)
ask("release bad fd", "RELEASE", file + struct.pack(">q", 500) + NO_DICT)
ask("OPENDIR root", "OPENDIR", ROOT + NO_DICT)
ask("OPENDIR on file", "OPENDIR", file + NO_DICT)
ask("OPEN dir", "OPEN", ROOT + u32(0) + NO_DICT)
ask("UNLINK on missing parent", "UNLINK", unknown + opaque("n") + u32(0) + NO_DICT)
ask("UNLINK e1", "UNLINK", ROOT + opaque("e1") + u32(0) + typed_dict(("get-link-count", INT, 0)))
ask("STAT e1 gfid after unlink (fd open)", "STAT", file + NO_DICT)
ask("FSTAT open fd", "FSTAT", file + OPEN + NO_DICT)
lookup("nameless unlinked", file, NO_GFID, "", typed_dict(("unlinked-lookup", UINT, 1)))
ask("UNLINK e0", "UNLINK", ROOT + opaque("e0") + u32(0) + NO_DICT)
create("name w slash", "a/b", EXCLUSIVE, with_gfid(new_gfid()))
lookup(".glusterfs", NO_GFID, ROOT, ".glusterfs")
lookup(".trashcan", NO_GFID, ROOT, ".trashcan")
ask("RENAME missing", "RENAME", ROOT + ROOT + opaque("no1") + opaque("no2") + NO_DICT)
ask("LINK unknown old", "LINK", unknown + ROOT + opaque("l") + NO_DICT)
ask("GETXATTR trunc garbage", "GETXATTR", ROOT[:8])

# ---- programs

for title, program, procedure, arguments in (
    ("STAT of version 330", (OPERATIONS[0], 330), 1, b""),
    ("bad version", (OPERATIONS[0], 999), 1, b""),
    ("bad prog", (999, 1), 1, b""),
    ("dump null", DUMP, 0, b""),
    ("SET_LK_VER", HANDSHAKE, 4, opaque("uid") + struct.pack(">i", 1)),
    ("HNDSK PING", HANDSHAKE, 3, b""),
    ("brick GETSPEC", HANDSHAKE, 2, u32(0) + opaque("x") + opaque("")),
):
    status, reader = brick.call(program, procedure, arguments)
    say(title, f"{status} {reader.rest().hex()}")
