"""status_requests.py SOCKET VOLUME COUNT: asks glusterd COUNT times for a volume's status over connections that stay,
as a console that watches a pool does. Every answer must be a success; prints how many there were in a second."""

import os
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "answers"))
import wire  # noqa: E402

PROGRAM, VERSION, STATUS_VOLUME = 1238463, 2, 27
OF_VOLUME = 0x100
CONNECTIONS, UNDER_WAY = 4, 8
LAST_FRAGMENT = 1 << 31


def request(number, volume):
    values = wire.legacy_dict({"cmd": str(OF_VOLUME), "volname": volume})
    call = struct.pack(">6I", number, 0, 2, PROGRAM, VERSION, STATUS_VOLUME) + bytes(16) + wire.opaque(values)
    return struct.pack(">I", LAST_FRAGMENT | len(call)) + call


def exactly(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            sys.exit("the daemon has closed a connection")
        data += more
    return data


def take_answer(connection):
    size = struct.unpack(">I", exactly(connection, 4))[0] & ~LAST_FRAGMENT
    reader = wire.Reader(exactly(connection, size))
    head = [reader.number("I") for _ in range(6)]
    if head[1] != 1 or head[2] != 0 or head[5] != 0:
        sys.exit(f"a call was refused: {head}")
    status, number = reader.number("i"), reader.number("i")
    if status != 0:
        sys.exit(f"the status was refused: {status}, errno {number}, {reader.opaque()}")


def main():
    path, volume, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    connections = []
    for _ in range(CONNECTIONS):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(path)
        connections.append(connection)
    started = time.monotonic()
    turns = count // (CONNECTIONS * UNDER_WAY)
    for turn in range(turns):
        for connection in connections:
            connection.sendall(b"".join(request(turn * UNDER_WAY + one + 1, volume) for one in range(UNDER_WAY)))
        for connection in connections:
            for _ in range(UNDER_WAY):
                take_answer(connection)
    done = turns * CONNECTIONS * UNDER_WAY
    print(f"{done} requests, {done / (time.monotonic() - started):.0f} in a second")


main()
