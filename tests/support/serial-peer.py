#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""What may be at the other end of a UART, behind a pseudo terminal. It hears what
is sent at its rate; the rest is noise to it.
Usage: serial-peer.py LINK ROLE [BAUD]    LINK is made, and removed at the end
"old" has sent an answer to CONNECT before anybody could ask.
Says "ready", then "request" for each request. Wire facts: can-admin-channel.md,
section 11.2; katapult-protocol.md, section 12; klipper-mcu-protocol.md, 4.3.
"""
import fcntl
import os
import signal
import struct
import sys
import termios
import time
import tty

REQUEST = b" \x1c Request Serial Bootloader!! ~"
CONNECT = bytes.fromhex("01881100f17c9903")
NACK = bytes.fromhex("0188f10068959903")
IDENT = bytes.fromhex(
    "0188a00c110000000001010000400010400000007270323034300000000000007630"
    "2e302e312d3130392d673930326633333500183b9903")
UNKNOWN = bytes.fromhex("01889000e5e99903")
ERROR = bytes.fromhex("0188f20000bf9903")
EMPTY = bytes.fromhex("05118f087e")
NAK = bytes.fromhex("051903407e")
NEXT = bytes.fromhex("051a31db7e")
TCGETS2 = 0x802C542A
KATAPULT_BAUD = 250000


class Peer:
    def __init__(self, baud):
        self.baud = baud
        self.program, self.then = None, None
        self.heard = b""
        self.master, slave = os.openpty()
        tty.setraw(slave)
        self.name = os.ttyname(slave)
        # without it the master would read EIO until somebody opens the port
        self.slave = slave

    def rate(self):
        return struct.unpack_from("I", fcntl.ioctl(
            self.master, TCGETS2, bytes(44)), 40)[0]

    def send(self, data):
        os.write(self.master, data)

    def take(self, what):
        found = what in self.heard
        if found:
            self.heard = self.heard.split(what, 1)[1]
        return found

    def klipper(self):
        if self.take(REQUEST):
            print("request", flush=True)
            if self.then:
                self.program = self.then
        elif self.take(EMPTY):
            self.send(NAK)
        elif self.take(NAK):
            self.send(NEXT)

    def katapult(self):
        if self.take(CONNECT):
            self.send(IDENT)
        elif self.take(UNKNOWN):
            self.send(ERROR)

    def stuck(self):
        if self.take(CONNECT):
            self.send(NACK)

    def nothing(self):
        pass

    def delayed(self):
        """An old answer, which an adapter has kept until now."""
        if self.take(CONNECT):
            self.send(IDENT)
            self.program = "nothing"

    def replay(self):
        """Nobody is there, but for a recorded answer every 2 ms."""
        while True:
            self.send(IDENT)
            time.sleep(0.002)

    def recorded(self):
        """The same for one of Klipper's, to each question."""
        if self.take(EMPTY) or self.take(NAK):
            self.send(NAK)

    def babble(self):
        self.heard = b""
        self.send(b"\xaa\x55\xaa")

    def echo(self):
        self.send(self.heard)
        self.heard = b""

    def late(self):
        """Katapult boots for as long as two questions take."""
        if self.take(CONNECT):
            self.program = "later"

    def later(self):
        if self.take(CONNECT):
            self.program = "katapult"

    def gone(self):
        sys.exit()

    def run(self):
        while True:
            data = os.read(self.master, 4096)
            want = self.baud if self.program == "klipper" else KATAPULT_BAUD
            if self.rate() != want and self.program != "gone":
                continue
            self.heard += data
            getattr(self, self.program)()
            if self.program == "gone":
                sys.exit()


# ROLE: what runs at first, what the request makes of it
ROLES = {
    "enters": ("klipper", "katapult"),
    "late": ("klipper", "late"),
    "stays": ("klipper", None),
    "leaves": ("klipper", "nothing"),
    "unplugged": ("klipper", "gone"),
    "missing": ("gone", None),
    "delayed": ("delayed", None),
    "recorded": ("recorded", None),
    "katapult": ("katapult", None),
    "stuck": ("stuck", None),
    "silent": ("nothing", None),
    "old": ("nothing", None),
    "replay": ("nothing", None),
    "babble": ("babble", None),
    "echo": ("echo", None),
}

link, role = sys.argv[1:3]
peer = Peer(int(sys.argv[3]) if len(sys.argv) > 3 else KATAPULT_BAUD)
peer.program, peer.then = ROLES[role]
if role == "old":
    peer.send(IDENT)
os.symlink(peer.name, link)
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
print("ready", flush=True)
try:
    if role == "replay":
        peer.replay()
    peer.run()
finally:
    os.unlink(link)
