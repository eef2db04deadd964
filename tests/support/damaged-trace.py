#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""A candump log of what should not be on a bus.

Usage: damaged-trace.py SEED FRAMES LOG...

Damaged and missing frames of the logs, frames of random bytes, and random content
in blocks whose CRC is good, dictionaries among them.
"""
import os
import random
import sys
import zlib

sys.path.insert(0, f"{os.path.dirname(os.path.realpath(__file__))}/../campaign")
from wire import block, crc16, cut  # noqa: E402

draw = random.Random(int(sys.argv[1]))
recorded = [line.split()[2].split("#") for name in sys.argv[3:]
            for line in open(name)]
TELLING = [0, 1, 2, 5, 6, 0x10, 0x11, 0x12, 0x20, 0x7E, 0x80, 0x88, 0x99, 0xFF]
DICTIONARY = rb"""{"commands":{"set pin=%u to=%hi":2},"responses":{"got data=%*s":3},
"output":{"at %u":4},"enumerations":{"pin":{"PA0":[0,16],"x":5}},"app":"a"}"""


def some(most):
    return bytes(draw.choice(TELLING + [draw.randrange(256)])
                 for _ in range(draw.randint(0, most)))


def klipper(content):
    body = bytes([len(content) + 5, 0x10 | draw.randrange(16)]) + content
    return body + crc16(body).to_bytes(2, "big") + b"\x7e"


def katapult():
    code = draw.choice([0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0xA0, 0xF1, 0x77])
    command = bytes([draw.randrange(0x10, 0x18), 0, 0, 0]) if code == 0xA0 else b""
    words = draw.choice([0, 1, 2, 3, 4, 5, draw.randint(0, 29)])
    payload = (command + some(4 * words)).ljust(4 * words, b"\0")[:4 * words]
    return block(code, payload)


def dictionary():
    text = bytearray(DICTIONARY)
    for _ in range(draw.randint(0, 4)):
        text[draw.randrange(len(text))] = draw.choice(b'{}[],:"\\%-0e\xff')
    packed = draw.choice([zlib.compress(text), zlib.compress(text)[:-3], some(40)])
    blocks = b""
    for at in [*range(0, len(packed), 40), len(packed)]:
        offset = bytes([at]) if at < 96 else bytes([0x80 | at >> 7, at & 0x7F])
        part = packed[at:at + 40]
        blocks += klipper(b"\0" + offset + bytes([len(part)]) + part)
    return blocks + klipper(b"\3\2ab") + klipper(b"\4\5")


def frames(can_id, data):
    return [(can_id, piece) for piece in cut(data)]


def next_frames(number):
    kind = draw.random()
    can_id = draw.choice([0x108, 0x109, 0x202, 0x203, draw.randrange(0x100, 0x300)])
    if kind < 0.1:
        return [(draw.choice([0x3F0, 0x3F1, can_id]), some(8))]
    if kind < 0.15:
        return frames(can_id, klipper(some(59)))
    if kind < 0.2:
        return frames(can_id, katapult())
    if kind < 0.25:
        return frames(can_id | 1, dictionary())
    name, data = recorded[number % len(recorded)]
    data = bytearray.fromhex(data)
    if data and draw.random() < 0.1:
        data[draw.randrange(len(data))] = draw.randrange(256)
    return [(int(name, 16), data)] if draw.random() < 0.98 else []


made, number = 0, 0
while made < int(sys.argv[2]):
    for can_id, data in next_frames(number):
        print(f"(1795965170.{made:06d}) vcan0 {can_id:03X}#{data.hex().upper()}")
        made += 1
    number += 1
