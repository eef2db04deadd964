# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""The bus: a record of all frames in the kernel's order, and a voice on it."""
import socket
import struct
import time

from wire import Frame

FRAME = struct.Struct("=IB3x8s")
RCVBUFFORCE = 33
TIMESTAMPNS = 35  # SO_TIMESTAMPNS, also the type of the message
TIMESPEC = struct.Struct("=qq")
MSG_CONFIRM = 0x800  # on reading: sent by this very socket
# One filter for all would be what canbootreq takes for a flashing tool.
HALVES = struct.pack("=IIII", 0, 0x400, 0x400, 0x400)


def shift_of_clocks():
    """From CLOCK_REALTIME to CLOCK_MONOTONIC, read while nobody held us up."""
    reads = []
    for _ in range(5):
        before = time.monotonic()
        day = time.clock_gettime(time.CLOCK_REALTIME)
        after = time.monotonic()
        reads.append((after - before, day - (before + after) / 2))
    return min(reads)[1]


class Bus:
    """What it sends is told apart in its own record."""

    def __init__(self, iface):
        self.sock = socket.socket(socket.PF_CAN, socket.SOCK_RAW,
                                  socket.CAN_RAW)
        self.sock.setsockopt(socket.SOL_CAN_RAW, socket.CAN_RAW_FILTER, HALVES)
        self.sock.setsockopt(socket.SOL_CAN_RAW,
                             socket.CAN_RAW_RECV_OWN_MSGS, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, RCVBUFFORCE, 4 << 20)
        self.sock.setsockopt(socket.SOL_SOCKET, TIMESTAMPNS, 1)
        self.sock.bind((iface,))
        self.sock.setblocking(False)
        self.record = []
        self.shift = 0.0  # from the kernel's clock to ours

    def begin(self):
        """A new record."""
        self.shift = shift_of_clocks()
        self.read()
        self.record = []

    def read(self):
        """Add what has come; returns how many that were."""
        before = len(self.record)
        while True:
            try:
                raw, extra, flags, _ = self.sock.recvmsg(FRAME.size, 64)
            except BlockingIOError:
                return len(self.record) - before
            can_id, length, data = FRAME.unpack(raw)
            seconds, nanos = TIMESPEC.unpack(extra[0][2])
            self.record.append(Frame(
                seconds - self.shift + nanos / 1e9, can_id, data[:length],
                bool(flags & MSG_CONFIRM)))

    def send(self, can_id, data):
        self.sock.send(FRAME.pack(can_id, len(data), data))
