#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""Run a command on a terminal whose output Ctrl-S has stopped.
Usage: stopped-terminal.py COMMAND [ARG...]
Ends with its status, 128 plus the number of a signal, when it has ended; then
prints the flags of the terminal's descriptor, before and after, and all that the
terminal has shown.
"""
import fcntl
import os
import signal
import subprocess
import sys
import termios

master, slave = os.openpty()
termios.tcflow(slave, termios.TCOOFF)
flags = fcntl.fcntl(slave, fcntl.F_GETFL)
child = subprocess.Popen(sys.argv[1:], stdout=slave, stderr=slave)
signal.signal(signal.SIGTERM, lambda *_: child.terminate())
status = child.wait()
print("flags", flags, fcntl.fcntl(slave, fcntl.F_GETFL))
termios.tcflow(slave, termios.TCOON)
os.close(slave)
os.set_blocking(master, False)
try:
    while shown := os.read(master, 4096):
        sys.stdout.write(shown.decode())
except OSError:
    pass
sys.exit(status if status >= 0 else 128 - status)
