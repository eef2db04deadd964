#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""Replay a recorded proof on the nodeid of each SET that is seen, at once.

Usage: replay-on-set.py IFACE DATA...: the frames of the proof, in hex. Runs
until it is killed.
"""
import os
import socket
import struct
import sys

bus = socket.socket(socket.PF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
# admin messages alone, so that it is no receiver of everything
bus.setsockopt(socket.SOL_CAN_RAW, socket.CAN_RAW_FILTER,
               struct.pack("=II", 0x3F0, 0xC00007FF))
bus.bind((sys.argv[1],))
# before the question, which follows the SET by 10 ms, however busy this machine is
os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
proof = [bytes.fromhex(data) for data in sys.argv[2:]]
print("ready", flush=True)
while True:
    _, length, data = struct.unpack("=IB3x8s", bus.recv(16))
    if length < 8 or data[0] != 0x11:
        continue
    for piece in proof:
        bus.send(struct.pack("=IB3x8s", 0x101 + 2 * data[7], len(piece), piece))
