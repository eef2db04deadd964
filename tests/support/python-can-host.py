#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""A socket as a Klipper host opens it: python-can, filtered on one node's id.

Usage: python-can-host.py IFACE CANID-IN-HEX; runs until it is killed.
"""
import signal
import sys

import can

channel, can_id = sys.argv[1], int(sys.argv[2], 16)
bus = can.Bus(
    channel=channel,
    interface="socketcan",
    can_filters=[{"can_id": can_id, "can_mask": 0x7FF, "extended": False}],
)
print("ready", flush=True)
signal.sigwait({signal.SIGTERM})
bus.shutdown()
