# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""Frames, by docs/protocol.md. Nothing of it comes from libkcan."""
import struct
from typing import NamedTuple

ADMIN = 0x3F0
QUERY, SET_KLIPPER, REQUEST, SET, CLEAR = 0x00, 0x01, 0x02, 0x11, 0x12
POOL = range(0xC0, 0xFF)  # where the nodeids of proofs are drawn
ASKED = range(65, 128)  # what --diagnose gives Klipper, which keeps it


class Frame(NamedTuple):
    """One frame of the bus, in the kernel's order."""
    at: float  # seconds of CLOCK_MONOTONIC
    can_id: int
    data: bytes
    ours: bool = False  # sent by the third party


def crc16(data):
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x8408 if crc & 1 else 0)
    return crc


def block(code, payload=b""):
    """A block of Katapult's protocol."""
    body = bytes([code, len(payload) // 4]) + payload
    return b"\x01\x88" + body + struct.pack("<H", crc16(body)) + b"\x99\x03"


def cut(data):
    return [data[at:at + 8] for at in range(0, len(data), 8)]


WHO = block(0x16)  # GET_CANBUS_ID
CONNECT = block(0x11)
COMPLETE = block(0x15)


def read_word(address):
    """REQUEST_BLOCK, which takes two frames."""
    return cut(block(0x14, struct.pack("<I", address)))


def proof(uuid):
    """The three frames that Katapult answers WHO with."""
    return cut(block(0xA0, struct.pack("<I", 0x16) + raw(uuid) + b"\0\0"))


def raw(uuid):
    return bytes.fromhex(uuid)


def complement(uuid):
    return bytes(255 - byte for byte in raw(uuid))


def set_data(uuid, nodeid):
    return bytes([SET]) + raw(uuid) + bytes([nodeid])


def back_data(uuid, nodeid):
    return bytes([SET]) + complement(uuid) + bytes([nodeid])


def request_data(uuid):
    return bytes([REQUEST]) + raw(uuid)


def to_node(nodeid):
    return 0x100 + 2 * nodeid


def from_node(nodeid):
    return 0x101 + 2 * nodeid


def text(can_id, data):
    return f"{can_id:03X}#{data.hex().upper()}"
