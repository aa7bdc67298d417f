#!/usr/bin/env python3
"""How many messages a mount and its bricks exchange for an operation, and how often the caller waits for them.

    messages.py FOLDER PORT...      the mount's own TCP ports, as the bricks see them

All that passes on the loopback device is read, so nothing is asked of the programs, and GlusterFS's are counted alike.
A trip is a message to a brick that has answered what it was asked before: what is sent together travels together. For
each operation on an object of its own: the trips to one brick while the caller waited (the brick with most, median of
the operations), and the calls to each brick with whatever follows until all is settled; pings do not count.
"""
import bisect
import os
import socket
import statistics
import struct
import sys
import threading
import time

BLOCK = b"x" * 4096
HANDSHAKES = 14398633  # the RPC program of pings
SETTLED = 3.0  # seconds
OUTGOING = 4  # packets on the loopback device come twice
TIMESTAMPS = 35  # SO_TIMESTAMPNS


class Connection:
    """One direction: where the RPC records begin."""

    def __init__(self):
        self.head = b""
        self.rest = 0
        self.is_first = True

    def calls(self, data):
        """The RPC programs of the records that begin here; None of an answer."""
        begun = []
        while data:
            if self.rest:
                passed = min(self.rest, len(data))
                data, self.rest = data[passed:], self.rest - passed
                continue
            needed = 20 - len(self.head)
            self.head, data = self.head + data[:needed], data[needed:]
            if len(self.head) < 20:
                break
            mark, _, kind, _, program = struct.unpack(">5I", self.head)
            self.head = b""
            if self.is_first:
                begun.append(program if kind == 0 else None)
            self.is_first = bool(mark >> 31)
            self.rest = (mark & 0x7FFFFFFF) - 16
        return begun


class Wire(threading.Thread):
    """Notes when the mount asks a brick something, and when a brick answers."""

    def __init__(self, ports):
        super().__init__(daemon=True)
        self.ports = ports
        self.seen = []  # (nanoseconds, the mount's port, whether it is asked)
        self.lock = threading.Lock()
        self.connections = {}
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
        self.socket.setsockopt(socket.SOL_SOCKET, 33, 1 << 26)  # SO_RCVBUFFORCE
        self.socket.setsockopt(socket.SOL_SOCKET, TIMESTAMPS, 1)
        self.socket.bind(("lo", 0))

    def run(self):
        while True:
            packet, extra, _, address = self.socket.recvmsg(1 << 17, 64)
            if address[2] == OUTGOING or packet[9] != socket.IPPROTO_TCP:
                continue
            tcp = packet[(packet[0] & 15) * 4:struct.unpack(">H", packet[2:4])[0] or None]
            source, target = struct.unpack(">2H", tcp[:4])
            if source not in self.ports and target not in self.ports:
                continue
            asks = source in self.ports
            connection = self.connections.setdefault((source, target), Connection())
            seconds, nanoseconds = struct.unpack("2q", extra[0][2])
            for program in connection.calls(tcp[(tcp[12] >> 4) * 4:]):
                if program != HANDSHAKES:
                    with self.lock:
                        self.seen.append((seconds * 10**9 + nanoseconds, source if asks else target, asks))

    def take(self):
        with self.lock:
            seen, self.seen = sorted(self.seen), []
        return seen


def trips(seen):
    counts, has_answered = {}, {}
    for _, port, asks in seen:
        if asks and has_answered.get(port, True):
            counts[port] = counts.get(port, 0) + 1
        has_answered[port] = not asks
    return max(counts.values(), default=0)


def write(path, flags, data):
    file = os.open(path, flags | os.O_WRONLY, 0o644)
    os.write(file, data)
    os.close(file)


def read(path):
    file = os.open(path, os.O_RDONLY)
    os.read(file, 8192)
    os.close(file)


OPERATIONS = [
    ("create, write 4 KiB, close", lambda p: write(p, os.O_CREAT | os.O_EXCL, BLOCK)),
    ("open, append 1 KiB, close", lambda p: write(p, os.O_APPEND, BLOCK[:1024])),
    ("open, read, close", read),
    ("stat", os.stat),
    ("chmod", lambda p: os.chmod(p, 0o600)),
    ("mkdir", lambda p: os.mkdir(p + ".d")),
    ("rmdir", lambda p: os.rmdir(p + ".d")),
    ("rename", lambda p: os.rename(p, p + ".new")),
    ("unlink", lambda p: os.unlink(p + ".new")),
]


def measure(wire, operation, paths, bricks):
    wire.take()
    spans = []
    for path in paths:
        begun = time.time_ns()
        operation(path)
        spans.append((begun, time.time_ns()))
    time.sleep(SETTLED)
    seen = wire.take()
    times = [when for when, _, _ in seen]
    waited = [trips(seen[bisect.bisect_left(times, begun):bisect.bisect_right(times, ended)]) for begun, ended in spans]
    asked = sum(asks for _, _, asks in seen)
    return statistics.median(waited), asked / bricks / len(paths)


def main():
    folder, ports = sys.argv[1], {int(port) for port in sys.argv[2:]}
    wire = Wire(ports)
    wire.start()
    rows = {name: [] for name, _ in OPERATIONS}
    for kind, count in (("alone", 1), ("many", 200)):
        os.makedirs(f"{folder}/{kind}")
        paths = [f"{folder}/{kind}/{number:04}" for number in range(count)]
        for name, operation in OPERATIONS:
            time.sleep(SETTLED)
            rows[name].append(measure(wire, operation, paths, len(ports)))
    print("| operation | alone: trips, calls | one of 200: trips, calls |\n| --- | --- | --- |")
    for name, figures in rows.items():
        print(f"| {name} |", " | ".join(f"{waits:g}, {calls:.2f}" for waits, calls in figures), "|")


main()
