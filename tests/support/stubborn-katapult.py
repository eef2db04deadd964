#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""A Katapult that says what it is told to on any nodeid, and never leaves.

Usage: stubborn-katapult.py IFACE [CODE=ANSWER ...], both in hex: the answer to
each command of that code. Other commands get none. Runs until it is killed.
"""
import socket
import struct
import sys

answers = dict(arg.split("=") for arg in sys.argv[2:])
bus = socket.socket(socket.PF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
# what goes to nodeids C0 to FE, so that it is no receiver of everything
bus.setsockopt(socket.SOL_CAN_RAW, socket.CAN_RAW_FILTER,
               struct.pack("=II", 0x280, 0xC0000781))
bus.bind((sys.argv[1],))
print("ready", flush=True)
asked = b""
while True:
    can_id, length, data = struct.unpack("=IB3x8s", bus.recv(16))
    asked = (b"" if data[:2] == b"\x01\x88" else asked) + data[:length]
    # what is for Klipper on another nodeid comes here, too
    if not asked.startswith(b"\x01\x88"):
        asked = b""
        continue
    if len(asked) < 8 + 4 * asked[3]:
        continue
    answer = bytes.fromhex(answers.get(f"{asked[2]:02x}", ""))
    asked = b""
    for at in range(0, len(answer), 8):
        piece = answer[at:at + 8]
        bus.send(struct.pack("=IB3x8s", can_id + 1, len(piece), piece))
