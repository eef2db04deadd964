#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""A Klipper application that ignores the request for its bootloader.

Usage: klipper-app.py IFACE UUID [KEY=VALUE ...]

nodeid=N          has this nodeid already
stats=SECONDS     reports as often, while it has a nodeid (5, as firmware does)
mcu=TYPE          of its dictionary (stm32g0b1xx)
broken=1          its dictionary is no zlib stream
told=UUID         tells this one instead of its own
drop=N            each Nth frame that it sends gets lost

Says each nodeid that it gets, and "shutdown" when somebody else takes it. By
klipper-mcu-protocol.md; nothing of it comes from libkcan.
"""
import json
import select
import socket
import struct
import sys
import time
import zlib

iface, uuid = sys.argv[1], bytes.fromhex(sys.argv[2])
keys = dict(arg.split("=") for arg in sys.argv[3:])
told = bytes.fromhex(keys.get("told", sys.argv[2]))
period = float(keys.get("stats", 5))
dictionary = zlib.compress(json.dumps({
    "app": "Klipper", "version": "v0.13.0-730-g84104bbb",
    "commands": {"get_canbus_id": 10, "get_config": 2},
    "responses": {"canbus_id canbus_uuid=%.*s canbus_nodeid=%u": 21},
    "config": {"MCU": keys.get("mcu", "stm32g0b1xx"), "CLOCK_FREQ": 64000000},
}).encode())
if "broken" in keys:
    dictionary = b"\x78\xda" + bytes(200)


def crc16(data):
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x8408 if crc & 1 else 0)
    return struct.pack(">H", crc)


def vlq(number):
    signed = number - (1 << 32) if number >= 1 << 31 else number
    out = bytes([number & 0x7F])
    for shift in 7, 14, 21, 28:
        if -(1 << shift - 2) <= signed < 3 << shift - 2:
            break
        out = bytes([0x80 | number >> shift & 0x7F]) + out
    return out


def read_vlq(data):
    number = data[0] & 0x7F
    used = 1
    while data[used - 1] & 0x80:
        number = number << 7 | data[used] & 0x7F
        used += 1
    return number, data[used:]


class App:
    """The node: its nodeid, and both directions of its data channel."""

    def __init__(self):
        self.bus = socket.socket(socket.PF_CAN, socket.SOCK_RAW,
                                 socket.CAN_RAW)
        self.take(int(keys.get("nodeid", 0)))
        self.bus.bind((iface,))
        self.expected = 0
        self.heard = b""
        self.frames = 0

    def take(self, nodeid):
        """Exactly these standard ids, as the firmware's filter has them."""
        self.nodeid = nodeid
        ids = [0x3F0] + ([0x100 + 2 * nodeid] if nodeid else [])
        self.bus.setsockopt(socket.SOL_CAN_RAW, socket.CAN_RAW_FILTER,
                            b"".join(struct.pack("=II", i, 0xC00007FF)
                                     for i in ids))

    def send(self, *contents):
        """Blocks with the next sequence, cut into frames together."""
        out = b""
        for content in contents:
            block = bytes([len(content) + 5, 0x10 | self.expected]) + content
            out += block + crc16(block) + b"\x7e"
        for at in range(0, len(out), 8):
            piece = out[at:at + 8]
            self.frames += 1
            if "drop" not in keys or self.frames % int(keys["drop"]):
                self.bus.send(struct.pack("=IB3x8s", 0x101 + 2 * self.nodeid,
                                          len(piece), piece))

    def admin(self, data):
        if len(data) < 8 or data[0] != 1:
            return
        if data[1:7] == uuid:
            if data[7] != self.nodeid:
                self.take(data[7])
                print("nodeid", self.nodeid, flush=True)
        elif data[7] == self.nodeid:
            self.take(0)
            print("shutdown", flush=True)

    def answer(self, content):
        if content[:1] == b"\x01":
            offset, rest = read_vlq(content[1:])
            data = dictionary[offset:offset + rest[0]]
            return b"\x00" + vlq(offset) + bytes([len(data)]) + data
        if content == b"\x0a":
            return b"\x15\x06" + told + vlq(self.nodeid)
        return b""

    def blocks(self):
        while len(self.heard) >= 5:
            size = self.heard[0]
            if 5 <= size <= 64 and len(self.heard) < size:
                return
            block = self.heard[:size]
            if not 5 <= size <= 64 or block[-1] != 0x7E or \
                    crc16(block[:-3]) != block[-3:-1]:
                lone = self.heard[0] == 0x7E
                at = self.heard.find(b"\x7e")
                self.heard = self.heard[at + 1:] if at >= 0 else b""
                if not lone:
                    self.send(b"")
                continue
            self.heard = self.heard[size:]
            if block[1] & 15 != self.expected:
                self.send(b"")
                continue
            self.expected = self.expected + 1 & 15
            content = self.answer(block[2:-3])
            self.send(*([content] if content else []), b"")

    def run(self):
        due = time.monotonic() + period
        while True:
            wait = max(0, due - time.monotonic())
            if select.select([self.bus], [], [], wait)[0]:
                can_id, length, data = struct.unpack("=IB3x8s",
                                                     self.bus.recv(16))
                if can_id == 0x3F0:
                    self.admin(data[:length])
                else:
                    self.heard += data[:length]
                    self.blocks()
            elif self.nodeid:
                self.send(b"\x11\x49\x01\x01")
            if time.monotonic() >= due:
                due += period


app = App()
print("ready", flush=True)
app.run()
