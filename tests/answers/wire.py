"""Just enough of the wire protocol to ask a brick and to read what it answers, written apart from Mortar's own codec.

A reply is read by a layout: words "name:kind". Every record has to be consumed to its last byte.
"""

import re
import socket
import struct

ROOT = bytes(15) + b"\1"
NO_GFID = bytes(16)
NO_DICT = struct.pack(">IiI", 0, -1, 0)
OPERATIONS = (1298437, 400)
HANDSHAKE = (14398633, 2)
DUMP = (123451501, 1)

INT, UINT, TEXT, BYTES, GFID = 2, 3, 5, 6, 7


# ---- writing


def opaque(data):
    data = data.encode() if isinstance(data, str) else data
    return struct.pack(">I", len(data)) + data + bytes(-len(data) % 4)


def typed_dict(*pairs):
    body = b""
    for key, kind, value in pairs:
        body += opaque(key.encode() + b"\0") + struct.pack(">i", kind)
        if kind == GFID:
            body += value
        elif kind in (INT, UINT):
            body += struct.pack(">q", value)
        else:
            body += opaque(value)
    return struct.pack(">IiI", len(body), len(pairs), len(pairs)) + body


def legacy_dict(values):
    out = struct.pack(">i", len(values))
    for key, value in values.items():
        value = value.encode() + b"\0"
        out += struct.pack(">ii", len(key), len(value)) + key.encode() + b"\0" + value
    return out


def lock(kind, start=0, length=0, pid=0, owner=b""):
    return struct.pack(">IIQQI", kind, 0, start, length, pid) + opaque(owner)


def credential(owner=b"\x64\0\0\0", pid=100):
    return 390040, struct.pack(">iIIIIQ", pid, 0, 0, 0, 0, 0) + struct.pack(">I", 0) + opaque(owner)


# ---- reading


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def raw(self, size):
        if self.at + size > len(self.data):
            raise ValueError(f"{size} bytes are wanted at {self.at} of {len(self.data)}")
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self, form):
        return struct.unpack(">" + form, self.raw(struct.calcsize(">" + form)))[0]

    def opaque(self):
        size = self.number("I")
        data = self.raw(size)
        if self.raw(-size % 4).strip(b"\0"):
            raise ValueError("padding is not zero")
        return data

    def rest(self):
        return self.raw(len(self.data) - self.at)


def shown(data):
    text = data[:-1] if data.endswith(b"\0") else data
    if text and all(32 <= byte < 127 for byte in text):
        return '"%s"%s' % (text.decode(), "\\0" if data.endswith(b"\0") else "")
    return "0x" + data.hex() if data else '""'


def read_gfid(reader):
    text = reader.raw(16).hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def read_iatt(reader):
    fields = {"gfid": read_gfid(reader)}
    for name in "flags ino dev rdev size blocks attributes attributes_mask".split():
        fields[name] = reader.number("Q")
    for name in "atime mtime ctime btime".split():
        fields[name] = reader.number("q")
    for name in "atime_nsec mtime_nsec ctime_nsec btime_nsec nlink uid gid blksize mode".split():
        fields[name] = reader.number("I")
    form = {"mode": "0%o", "flags": "0x%x", "dev": "0x%x"}
    shown_fields = [f"{k}=" + form.get(k, "%s") % v for k, v in fields.items() if v or k == "gfid"]
    return "{" + " ".join(shown_fields) + "}"


def read_value(reader, kind):
    if kind == INT:
        return reader.number("q")
    if kind == UINT:
        return reader.number("Q")
    if kind in (1, TEXT, BYTES):
        return shown(reader.opaque())
    if kind == GFID:
        return read_gfid(reader)
    if kind == 8:
        return read_iatt(reader)
    raise ValueError(f"a value of type {kind}")


KINDS = {1: "STR_OLD", INT: "INT", UINT: "UINT", TEXT: "STR", BYTES: "PTR", GFID: "GFUUID", 8: "IATT"}


def read_dict(reader):
    size, count, pairs = reader.number("I"), reader.number("i"), reader.number("I")
    begin = reader.at
    if count < 0:
        if size or pairs:
            raise ValueError("a NULL dictionary with a body")
        return "NULL"
    out = []
    for _ in range(pairs):
        key, kind = reader.opaque(), reader.number("i")
        out.append(f"{key[:-1].decode('latin1')}:{KINDS[kind]}={read_value(reader, kind)}")
    if count != pairs or reader.at - begin != size:
        raise ValueError("a dictionary that is not as long as it says")
    return "{" + ", ".join(sorted(out)) + "}"


def read_legacy_dict(reader):
    inside = Reader(reader.opaque())
    out = []
    for _ in range(inside.number("i") if inside.data else 0):
        key_size, size = inside.number("i"), inside.number("i")
        key = inside.raw(key_size + 1)[:-1].decode("latin1")
        out.append(f"{key}={shown(inside.raw(size))}")
    return "{" + ", ".join(sorted(out)) + "}"


def read_lock(reader):
    kind, whence, start, length, pid = (reader.number(form) for form in "IIQQI")
    return f"{{type={kind} whence={whence} start={start} len={length} pid={pid} owner={reader.opaque().hex()}}}"


def read_lease(reader):
    command, kind, number, flags = reader.number("I"), reader.number("I"), reader.raw(16).hex(), reader.number("I")
    return f"{{cmd={command} type={kind} id={number} flags={flags}}}"


def read_entries(reader, plus):
    names = []
    while reader.number("I"):
        reader.raw(16 + 8)
        names.append(reader.opaque().decode())
        if plus:
            read_iatt(reader)
            read_dict(reader)
    return sorted(names)


def read_locks(reader):
    out = []
    while reader.number("I"):
        out.append((read_lock(reader), shown(reader.opaque()), reader.number("I")))
    return out


READERS = {
    "i": lambda r: r.number("i"),
    "u": lambda r: r.number("I"),
    "q": lambda r: r.number("q"),
    "Q": lambda r: r.number("Q"),
    "text": lambda r: shown(r.opaque()),
    "dict": read_dict,
    "iatt": read_iatt,
    "lock": read_lock,
    "lease": read_lease,
    "entries": lambda r: read_entries(r, False),
    "entries+": lambda r: read_entries(r, True),
    "locks": read_locks,
    "data": lambda r: r.rest().hex(),
}

STATUS = "ret:i errno:i "
PLAIN = STATUS + "xdata:dict"
ONE = PLAIN + " stat:iatt"
TWO = PLAIN + " pre:iatt post:iatt"
THREE = PLAIN + " stat:iatt preparent:iatt postparent:iatt"
VALUES = PLAIN + " dict:dict pre:iatt post:iatt"

# name: (procedure, layout of the reply)
PROCEDURES = {
    "STAT": (1, ONE),
    "MKDIR": (4, THREE),
    "UNLINK": (5, TWO),
    "RMDIR": (6, TWO),
    "RENAME": (8, PLAIN + " stat:iatt preold:iatt postold:iatt prenew:iatt postnew:iatt"),
    "LINK": (9, THREE),
    "OPEN": (11, PLAIN + " fd:q"),
    "READ": (12, STATUS + "stat:iatt size:u xdata:dict data:data"),
    "WRITE": (13, TWO),
    "FLUSH": (15, PLAIN),
    "SETXATTR": (17, PLAIN),
    "GETXATTR": (18, VALUES),
    "OPENDIR": (20, PLAIN + " fd:q"),
    "ACCESS": (22, PLAIN),
    "CREATE": (23, PLAIN + " stat:iatt fd:Q preparent:iatt postparent:iatt"),
    "FTRUNCATE": (24, TWO),
    "FSTAT": (25, ONE),
    "LK": (26, PLAIN + " flock:lock"),
    "LOOKUP": (27, TWO),
    "READDIR": (28, PLAIN + " list:entries"),
    "INODELK": (29, PLAIN),
    "ENTRYLK": (31, PLAIN),
    "FENTRYLK": (32, PLAIN),
    "XATTROP": (33, VALUES),
    "FGETXATTR": (35, VALUES),
    "FSETXATTR": (36, PLAIN),
    "RCHECKSUM": (37, PLAIN + " flags:u weak:u strong:text"),
    "SETATTR": (38, TWO),
    "FSETATTR": (39, TWO),
    "READDIRP": (40, PLAIN + " list:entries+"),
    "RELEASE": (41, PLAIN),
    "FREMOVEXATTR": (43, PLAIN),
    "ZEROFILL": (46, TWO),
    "IPC": (47, PLAIN),
    "SEEK": (48, PLAIN + " offset:Q"),
    "LEASE": (50, PLAIN + " lease:lease"),
    "GETACTIVELK": (51, PLAIN + " list:locks"),
    "ICREATE": (53, ONE),
    "PUT": (55, THREE),
    "COPY_FILE_RANGE": (56, PLAIN + " stat:iatt pre:iatt post:iatt"),
}


def normal(text):
    """Without what differs from run to run: numbers of inodes, times, random identities."""
    text = re.sub(r"\{gfid=0{8}-0000-0000-0000-0{12}\}", "{0}", text)
    # How large a directory is and how many links it has is the file system's affair.
    text = re.sub(r"\{gfid=[^{}]* mode=04[^{}]*\}", lambda found: re.sub(r"(size|nlink)=\d+ ", "", found[0]), text)
    text = re.sub(r"(ino|blksize|blocks|[acm]time|[acm]time_nsec|dev|flags)=[0-9a-fx]+ ", "", text)
    text = re.sub(r'transport-ptr="\d+"', "transport-ptr=N", text)
    text = re.sub(r"0x[0-9a-f]{32}\b", "0x<16>", text)
    return re.sub(r"(?!0{8}-)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uuid>", text)


class Brick:
    """One connection, made from a privileged port."""

    def __init__(self, host, port):
        self.socket = socket.socket()
        for own in range(1023, 600, -1):
            try:
                self.socket.bind(("", own))
                break
            except OSError:
                continue
        self.socket.connect((host, port))
        self.xid = 1
        self.callbacks = []

    def exactly(self, size):
        data = b""
        while len(data) < size:
            more = self.socket.recv(size - len(data))
            if not more:
                raise EOFError("the brick closed the connection")
            data += more
        return data

    def record(self):
        data = b""
        while True:
            mark = struct.unpack(">I", self.exactly(4))[0]
            data += self.exactly(mark & 0x7FFFFFFF)
            if mark >> 31:
                return data

    def call(self, program, procedure, arguments, who=None):
        """The accept status and a reader of the result."""
        self.xid += 1
        flavour, body = who or credential()
        call = struct.pack(">IIIIIII", self.xid, 0, 2, *program, procedure, flavour) + opaque(body) + bytes(8) + arguments
        self.socket.sendall(struct.pack(">I", 0x80000000 | len(call)) + call)
        while True:
            reader = Reader(self.record())
            reader.number("I")
            if reader.number("I") == 0:
                self.callbacks.append(reader.data.hex())
                continue
            if reader.number("I"):
                return "denied", reader
            reader.number("I")
            reader.opaque()
            return reader.number("I"), reader

    def ask(self, name, arguments, who=None):
        procedure, layout = PROCEDURES[name]
        status, reader = self.call(OPERATIONS, procedure, arguments, who)
        if status:
            return f"accept_stat={status}"
        answer = {}
        for field in layout.split():
            key, kind = field.split(":")
            answer[key] = READERS[kind](reader)
        if reader.rest():
            raise ValueError(f"{name}: bytes are left over")
        self.answer = answer
        # Of a success the number means something only where it marks the end of what is read.
        if answer["ret"] >= 0 and not name.startswith("READ"):
            answer = {key: value for key, value in answer.items() if key != "errno"}
        return " ".join(f"{key}={value}" for key, value in answer.items())
