#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""A CAN adapter that takes nothing: slcan on a terminal that nobody reads.

Prints the interface's name once it is there, and holds it until it is killed.
"""
import fcntl
import os
import pty
import signal
import struct
import sys
import tty

N_SLCAN = 17
TIOCSETD = 0x5423
SIOCGIFNAME = 0x8910  # on the terminal: the name of its interface

master, slave = pty.openpty()
tty.setraw(slave)
fcntl.ioctl(slave, TIOCSETD, struct.pack("i", N_SLCAN))
name = fcntl.ioctl(slave, SIOCGIFNAME, bytes(16))
print(name.rstrip(b"\0").decode(), flush=True)
os.close(1)
signal.sigwait({signal.SIGTERM})
sys.exit(0)
