#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What well-behaved clients never send: bytes to crossdns, and what it does.

usage: raw.py ADDRESS PORT
"""

import socket
import struct
import sys

ADDRESS, PORT = sys.argv[1], int(sys.argv[2])
NAME = b"\3web\4shop\3svc\12clusterset\5local\0"
FAILED = 0


def query(name=NAME, kind=1, klass=1, flags=0, counts=(1, 0, 0, 0), rest=b""):
    return struct.pack("!HH4H", 0x1234, flags, *counts) + name + \
        struct.pack("!HH", kind, klass) + rest


def opt(version=0, size=1232, data=b""):
    return struct.pack("!BHHBBHH", 0, 41, size, 0, version, 0,
                       len(data)) + data


def udp(message, timeout=5.0):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(timeout)
        s.connect((ADDRESS, PORT))
        s.send(message)
        try:
            return s.recv(65536)
        except socket.timeout:
            return None


def connection():
    s = socket.create_connection((ADDRESS, PORT), timeout=10)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def receive(s, size):
    data = b""
    while len(data) < size:
        more = s.recv(size - len(data))
        if not more:
            return None
        data += more
    return data


def reply(s):
    head = receive(s, 2)
    return receive(s, struct.unpack("!H", head)[0]) if head else None


def framed(message):
    return struct.pack("!H", len(message)) + message


def rcode(message):
    """Of a whole message, the upper bits of EDNS included."""
    if message is None:
        return "nothing"
    low = message[3] & 15
    if struct.unpack("!H", message[10:12])[0] and message[-11] == 0:
        low |= message[-6] << 4
    return low


def expect(what, got, wanted):
    global FAILED
    if got != wanted:
        FAILED += 1
        print(f"FAIL: {what}: {got}, not {wanted}")
    else:
        print(f"{what}: {got}")


def answers(what, message, wanted):
    expect(what, rcode(udp(message)), wanted)


def silent(what, message):
    """Ignored: what comes back is the answer to the next query."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(5)
        s.connect((ADDRESS, PORT))
        s.send(message)
        s.send(b"\x43\x21" + query()[2:])
        expect(what, s.recv(65536)[:2], b"\x43\x21")


def bad_queries():
    answers("a question", query(), 0)
    silent("shorter than a header", query()[:11])
    silent("a response", query(flags=0x8000))
    silent("longer than any query", query(rest=b"\0" * 2000))
    answers("no question", query(counts=(0, 0, 0, 0)), 1)
    answers("two questions", query(counts=(2, 0, 0, 0),
                                   rest=query()[12:]), 1)
    answers("an answer in it", query(counts=(1, 1, 0, 0)), 1)
    answers("cut in the name", query()[:20], 1)
    answers("cut in the type", query()[:-3], 1)
    answers("bytes behind it", query(rest=b"\0"), 1)
    answers("a compressed name", query(name=b"\xc0\x0c"), 1)
    answers("a reserved label", query(name=b"\x41" + b"a" * 65 + b"\0"), 1)
    answers("a name of 256 bytes", query(name=b"\x3f" + b"a" * 63
                                         + (b"\x3f" + b"b" * 63) * 3
                                         + b"\0"), 1)
    answers("a name of 255 bytes", query(name=b"\x3f" + b"a" * 63
                                         + (b"\x3f" + b"b" * 63) * 2
                                         + b"\x3d" + b"c" * 61 + b"\0"), 5)
    answers("IQUERY", query(flags=1 << 11), 4)
    answers("STATUS", query(flags=2 << 11), 4)
    answers("NOTIFY", query(flags=4 << 11), 4)
    answers("UPDATE", query(flags=5 << 11), 4)
    answers("class CH", query(klass=3), 5)
    answers("class ANY", query(klass=255), 5)
    answers("AXFR", query(kind=252), 5)
    answers("type OPT", query(kind=41), 1)


def edns():
    one = (1, 0, 0, 1)
    answers("EDNS", query(counts=one, rest=opt()), 0)
    answers("EDNS, version 1", query(counts=one, rest=opt(version=1)), 16)
    answers("two OPTs", query(counts=(1, 0, 0, 2), rest=opt() + opt()), 1)
    answers("an option cut short",
            query(counts=one, rest=opt(data=b"\0\x0a\0\x09")), 1)
    answers("an option that is whole",
            query(counts=one, rest=opt(data=b"\0\x0a\0\x01a")), 0)
    answers("an OPT with a name",
            query(counts=one, rest=b"\1a" + opt()), 1)
    answers("too many additional records",
            query(counts=(1, 0, 0, 9), rest=opt()), 1)
    expect("an OPT for an OPT",
           udp(query(counts=one, rest=opt()))[10:12], b"\0\1")
    expect("none for none", udp(query())[10:12], b"\0\0")


def flags():
    message = query(name=NAME.upper(), flags=0x0110)
    message = message[:12] + NAME.replace(b"web", b"wEb") + message[-4:]
    got = udp(message)
    expect("the question as it was asked", got[12:len(message)],
           message[12:])
    expect("QR, AA, RD and CD; no RA, no TC", got[2:4], b"\x85\x10")
    expect("REFUSED has no AA", udp(query(name=b"\1a\0"))[2:4], b"\x80\5")


def tcp():
    with connection() as s:
        s.sendall(framed(query()) * 50)
        expect("50 queries at once",
               [rcode(reply(s)) for _ in range(50)], [0] * 50)
        for byte in framed(query()):
            s.sendall(bytes([byte]))
        expect("byte by byte", rcode(reply(s)), 0)
    with connection() as s:
        s.sendall(framed(query()[:20]))
        expect("a bad query, and the connection stays", rcode(reply(s)), 1)
        s.sendall(framed(query()))
        expect("a good one behind it", rcode(reply(s)), 0)
    for what, message in (("too long", b"\xff\xff"),
                          ("a response", framed(query(flags=0x8000))),
                          ("no message", b"\0\0")):
        with connection() as s:
            s.sendall(message)
            expect(f"{what}: closed", reply(s), None)
    with connection() as s:
        # Never reads: crossdns has to stop, and goes on with others.
        s.settimeout(0.2)
        try:
            for _ in range(20000):
                s.sendall(framed(query(kind=33)) * 16)
        except (socket.timeout, ConnectionError):
            pass
        answers("others, while one takes no answers", query(), 0)


bad_queries()
edns()
flags()
tcp()
sys.exit(FAILED > 0)
