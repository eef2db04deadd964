# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""
A third party that replays what a node said once.

It never answers on just the right nodeid after the question: that remains
possible, as canbootreq(1) says, and would prove nothing here.
"""
import time

import wire

SETTLE = 0.05  # a controller is deaf while its filter changes
READ_AT = 0x08002000  # the application of a stm32g0b1xx


class Recordings:
    """What the nodes say, as somebody on the bus has logged it earlier."""

    def __init__(self, bus, world):
        self.bus, self.world = bus, world
        self.klipper = {}  # by UUID, see runner.record_klipper()
        self.rest = []
        self.proofs = {}

    def hear(self, nodeid, frames, *questions):
        """The data of so many frames that answer the questions."""
        self.bus.begin()
        for question in questions:
            self.bus.send(wire.to_node(nodeid), question)
        until = time.monotonic() + 5
        while time.monotonic() < until:
            self.bus.read()
            heard = [f.data for f in self.bus.record
                     if f.can_id == wire.from_node(nodeid)]
            if len(heard) >= frames:
                return heard
            time.sleep(0.001)
        raise RuntimeError("a node does not answer the one who records it")

    def make(self, node):
        """Prove it, and once let it tell all that --leave asks for."""
        nodeid = wire.POOL[7]
        self.world.prepare(node)
        self.bus.send(wire.ADMIN, wire.set_data(node.uuid, nodeid))
        time.sleep(SETTLE)
        self.proofs[node.uuid] = self.hear(nodeid, 3, wire.WHO)
        if not self.rest:
            self.rest = self.hear(nodeid, 8, wire.CONNECT) + \
                self.hear(nodeid, 10, *wire.read_word(READ_AT)) + \
                self.hear(nodeid, 2, wire.COMPLETE)

    def of(self, uuid, what):
        if what == "klipper":
            return self.klipper.get(uuid, [])
        return self.proofs[uuid] + (self.rest if what == "session" else [])


class ThirdParty:
    """One intruder of a round's plan."""

    def __init__(self, intruder, bus, frames):
        self.intruder, self.bus, self.frames = intruder, bus, frames
        self.left = intruder.times
        self.at = intruder.nodeid - wire.POOL[0]
        self.seen = set()

    def replay(self, nodeid):
        for data in self.frames:
            self.bus.send(wire.from_node(nodeid), data)

    def tick(self):
        """Returns the seconds until the next one, None: no more."""
        kind = self.intruder.kind
        if kind == "follow" or self.left <= 0:
            return None
        self.left -= 1
        period = self.intruder.period_ms / 1000
        if kind == "fixed":
            self.replay(self.intruder.nodeid)
            return max(period, len(self.frames) * 0.001)
        if self.intruder.period_ms:
            self.replay(wire.POOL[self.at])
            self.at = (self.at + 1) % len(wire.POOL)
            return period
        for nodeid in wire.POOL:
            self.replay(nodeid)
        return 0.25

    def hear(self, record, first):
        """New frames of the record: is there a SET to follow?"""
        if self.intruder.kind != "follow":
            return
        klipper = self.intruder.what == "klipper"
        head = bytes([wire.SET_KLIPPER if klipper else wire.SET]) + \
            wire.raw(self.intruder.uuid)
        for i in range(first, len(record)):
            frame = record[i]
            nodeid = frame.data[-1] if frame.data else 0
            if frame.can_id != wire.ADMIN or frame.data[:7] != head or \
                    nodeid in self.seen or self.left <= 0:
                continue
            self.seen.add(nodeid)
            self.follow(record, i, nodeid)

    def follow(self, record, at, nodeid):
        self.bus.read()
        question = wire.to_node(nodeid)
        if any(f.can_id == question for f in record[at:]):
            return  # too late
        self.left -= 1
        self.replay(nodeid)
