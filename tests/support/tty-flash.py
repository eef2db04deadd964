#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""Flash a file through Katapult on a serial port, read it back, and start it.
Usage: tty-flash.py TTY FILE
Wire facts: katapult-protocol.md, sections 2 to 4.
"""
import os
import select
import struct
import sys
import tty

CONNECT, SEND_BLOCK, SEND_EOF, REQUEST_BLOCK, COMPLETE = range(0x11, 0x16)
ACK = 0xa0
BLOCK = 64
PATIENCE_S = 10


def crc16(data):
    crc = 0xffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x8408 if crc & 1 else 0)
    return crc


def ask(fd, command, payload=b""):
    """Returns what the answer has behind the command that it repeats."""
    body = bytes([command, len(payload) // 4]) + payload
    os.write(fd, b"\x01\x88" + body + struct.pack("<H", crc16(body)) +
             b"\x99\x03")
    got = b""
    while len(got) < 4 or len(got) < 8 + 4 * got[3]:
        if not select.select([fd], [], [], PATIENCE_S)[0]:
            sys.exit("no answer to %02x: %s" % (command, got.hex()))
        got += os.read(fd, 4096)
    body = got[2:-4]
    assert got[:2] == b"\x01\x88" and got[-2:] == b"\x99\x03", got.hex()
    assert got[-4:-2] == struct.pack("<H", crc16(body)), got.hex()
    assert body[0] == ACK and body[2:6] == struct.pack("<I", command), got.hex()
    return body[6:]


def main():
    fd = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
    tty.setraw(fd)
    with open(sys.argv[2], "rb") as image:
        data = image.read()
    data += b"\xff" * (-len(data) % BLOCK)
    start, = struct.unpack("<I", ask(fd, CONNECT)[4:8])
    for at in range(0, len(data), BLOCK):
        ask(fd, SEND_BLOCK,
            struct.pack("<I", start + at) + data[at:at + BLOCK])
    pages, = struct.unpack("<I", ask(fd, SEND_EOF))
    for at in range(0, len(data), BLOCK):
        back = ask(fd, REQUEST_BLOCK, struct.pack("<I", start + at))
        assert back[4:] == data[at:at + BLOCK], hex(start + at)
    ask(fd, COMPLETE)
    print("flashed", pages, "pages at", hex(start))


main()
