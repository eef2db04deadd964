# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""Plays a round, and gathers what the judge needs to know of it."""
import heapq
import select
import time
from dataclasses import dataclass, field
from typing import Optional

import wire
from caller import GRACE, START, Caller, Watch
from intruder import Recordings, ThirdParty
from plan import Call, Node, Round

TICK = 0.01
LOOK = 0.025
LATE = 0.002  # a turn that comes so much late was held up


@dataclass
class Evidence:
    """What is known of a round when it is over."""
    plan: Round
    record: list = field(default_factory=list)
    events: list = field(default_factory=list)  # canmcu's
    callers: list = field(default_factory=list)
    holds: list = field(default_factory=list)  # (from, to): nobody ran then
    mcus: Optional[Watch] = None  # of canmcu
    finally_held: dict = field(default_factory=dict)

    def stalled(self, caller, since, until):
        """
        Seconds in which this machine let the caller not run, or nobody. A
        caller that hangs does not keep this program from its turns.
        """
        return caller.watch.waited(since, until) + sum(
            max(0.0, min(until, b) - max(since, a)) for a, b in self.holds)


class Runner:
    """The loop of one bus: all that is not canmcu or canbootreq."""

    def __init__(self, bus, world, program, iface, limit):
        self.bus, self.world, self.limit = bus, world, limit
        self.program, self.iface = program, iface
        self.recordings = Recordings(bus, world)
        for uuid in world.boards:
            self.recordings.make(Node(uuid, "katapult"))
        self.timers = []
        self.count = 0
        self.poll = select.poll()
        for sock in (bus.sock, world.news.sock):
            self.poll.register(sock, select.POLLIN)

    # Time.

    def at(self, when, run, *args):
        self.count += 1
        heapq.heappush(self.timers, (when, self.count, run, args))

    def turn(self):
        """
        Wait for a frame, an end, a timer or the next tick, and do what is
        due. A call to a guest's kernel is dear: nothing is read in vain.
        """
        now = time.monotonic()
        if now > self.turned + LATE:
            self.evidence.holds.append((self.turned, now))
        due = max(now, min(self.timers[0][0] if self.timers else now + TICK,
                           now + TICK))
        ready = {fd for fd, _ in self.poll.poll((due - now) * 1000)}
        self.turned = time.monotonic()
        if self.turned > due + LATE:
            self.evidence.holds.append((due, self.turned))
        if self.bus.sock.fileno() in ready:
            first = len(self.bus.record)
            self.bus.read()
            for party in self.parties:
                party.hear(self.bus.record, first)
        if self.world.news.sock.fileno() in ready:
            self.world.take_events()
        for caller in self.evidence.callers:
            if caller.fd in ready:
                self.end(caller)
        while self.timers and self.timers[0][0] <= self.turned:
            _, _, run, args = heapq.heappop(self.timers)
            run(*args)
        if self.turned - self.watched >= LOOK:
            self.look(self.watched, self.turned)

    def look(self, since, until):
        """At all that nobody tells of."""
        self.watched = until
        self.evidence.mcus.look(since, until)
        for caller in self.evidence.callers:
            if caller.running():
                caller.watch.look(since, until)
                caller.drain()
                self.limit_time(caller)

    # Callers.

    def start(self, caller):
        self.bus.read()
        for uuid in caller.call.uuids:
            caller.before[uuid] = self.world.show(uuid)
        caller.start(len(self.bus.record))
        self.poll.register(caller.fd, select.POLLIN)
        for ms, name in caller.call.signals:
            self.at(caller.started + ms / 1000, caller.kill, name)
        self.at(caller.started + caller.call.late_ms / 1000, setattr, caller,
                "late", True)

    def limit_time(self, caller):
        since, now = caller.started, self.turned
        over = now - since - START - self.limit(caller.call) - GRACE
        if over > 0 and over > self.evidence.stalled(caller, since, now) + \
                caller.watch.ran(since, now):
            caller.kill_hard()

    def end(self, caller):
        self.bus.read()
        self.poll.unregister(caller.fd)
        caller.reap(len(self.bus.record))
        for uuid in caller.call.uuids:
            caller.held[uuid] = self.world.nodeid(uuid)
        self.after(caller.index)

    def after(self, index):
        """What the plan has for the end of that call."""
        for hand in self.evidence.plan.hands:
            if hand.after == index:
                self.world.tell(hand.command)
        for caller in self.evidence.callers:
            if caller.call.after == index:
                self.start(caller)

    def hand(self, hand):
        try:
            self.world.tell(hand.command)
        except RuntimeError:
            pass  # a node that is off cannot be reset

    # A round.

    def schedule(self, plan, now):
        for caller in self.evidence.callers:
            if caller.call.after is None:
                self.at(now + caller.call.start_ms / 1000, self.start, caller)
        for hand in plan.hands:
            if hand.after is None:
                self.at(now + hand.at_ms / 1000, self.hand, hand)
        for party in self.parties:
            self.at(now + party.intruder.start_ms / 1000, self.intrude, party)

    def intrude(self, party):
        wait = party.tick()
        if wait is not None and not self.over():
            self.at(time.monotonic() + wait, self.intrude, party)

    def over(self):
        return all(c.status is not None for c in self.evidence.callers)

    def play(self, plan):
        self.evidence = Evidence(plan)
        self.evidence.mcus = Watch(self.world.process.pid)
        self.evidence.callers = [Caller(c, i, self.program, self.iface)
                                 for i, c in enumerate(plan.calls)]
        self.parties = [
            ThirdParty(i, self.bus, self.recording(i.uuid, i.what))
            for i in plan.intruders]
        self.timers = []
        for node in plan.nodes:
            self.world.prepare(node)
        self.world.sync()
        self.bus.begin()
        self.turned = self.watched = time.monotonic()
        # what comes before the call does so by up to 20 ms
        self.schedule(plan, self.turned + 0.02)
        while not self.over():
            self.turn()
        self.settle()
        self.evidence.mcus.close()
        return self.evidence

    def settle(self):
        """What faults hold up arrives before the next round begins."""
        plan, evidence = self.evidence.plan, self.evidence
        self.world.take_events()
        until = max((e["time_us"] / 1e6 + delay_of(plan, e)
                     for e in self.world.events if e["event"] == "fault"),
                    default=0)
        while time.monotonic() < until:
            self.turn()
        for node in plan.nodes:
            evidence.finally_held[node.uuid] = self.world.nodeid(node.uuid)
        evidence.events = self.world.sync()
        self.bus.read()
        evidence.record = self.bus.record

    def recording(self, uuid, what):
        if what == "klipper" and uuid not in self.recordings.klipper:
            self.record_klipper(uuid)
        return self.recordings.of(uuid, what)

    def record_klipper(self, uuid):
        """Some seconds: one call that asks this node's application."""
        evidence, parties = self.evidence, self.parties_now()
        self.evidence = Evidence(Round(0, 0, "record", [
            Node(uuid, bootloader="none")], []))
        self.evidence.mcus = Watch(self.world.process.pid)
        caller = Caller(Call([uuid], "diagnose", 0.2), 0, self.program,
                        self.iface)
        self.evidence.callers, self.parties = [caller], []
        self.world.prepare(self.evidence.plan.nodes[0])
        self.bus.begin()
        self.turned = self.watched = time.monotonic()
        self.start(caller)
        while not self.over():
            self.turn()
        self.recordings.klipper[uuid] = [
            f.data for f in self.bus.record
            if f.can_id in map(wire.from_node, wire.ASKED)]
        self.evidence, self.parties = evidence, parties

    def parties_now(self):
        return getattr(self, "parties", [])


def delay_of(plan, event):
    """Seconds by which a fault holds a frame up, and some more."""
    if event["fault"] == "reorder":
        return 0.03
    if event["fault"] != "delay":
        return 0
    faults = plan.node(event["uuid"]).faults
    return max(int(word[3:]) for fault in faults for word in fault.split()
               if word.startswith("ms=")) / 1000 + 0.01
