# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""What a round does, in words that can be printed."""
from dataclasses import asdict, dataclass, field
from typing import Optional

# UUIDs of the MCUs that are asked, and of two that nobody may disturb
UUIDS = ("41f905f55004", "112233445566", "0a5b3c2d1e0f", "c0ffee123456")
HOSTED, FLASHED = "5eed00000001", "5eed00000002"


@dataclass
class Node:
    """An MCU as a round begins."""
    uuid: str
    state: str = "klipper"
    bootloader: str = "katapult"
    nodeid: Optional[int] = None
    boot_ms: int = 30
    blank: bool = False  # no application
    faults: list = field(default_factory=list)

    def enters(self, timeout):
        """Whether a request brings Katapult up: True, False, None: maybe."""
        if self.state == "katapult":
            return True
        if self.state == "off" or self.bootloader != "katapult":
            return False
        if self.boot_ms <= timeout * 1000 - 200:
            return True
        return False if self.boot_ms > timeout * 1000 + 100 else None


@dataclass
class Call:
    """One canbootreq."""
    uuids: list
    mode: str = "enter"  # leave, diagnose, no-verify
    timeout: float = 0.5
    json: bool = False
    verbose: bool = False
    nodeid: Optional[int] = None
    start_ms: int = 0
    after: Optional[int] = None  # starts when that call has ended
    out: str = "read"  # full, late: nobody reads, or only from late_ms on;
    err: str = "read"  # closed: the reader has gone
    late_ms: int = 0
    signals: list = field(default_factory=list)  # [ms, name]


@dataclass
class Intruder:
    """A third party that replays what the UUID's Katapult said once."""
    kind: str  # fixed, sweep: all nodeids; follow: the SET that it has seen
    uuid: str
    what: str = "proof"  # or session: all that is said in a --leave; klipper
    nodeid: int = 0xC0
    start_ms: int = 0
    period_ms: int = 5  # of sweep: from one nodeid to the next; 0: all at once
    times: int = 1000


@dataclass
class Hand:
    """Something done on the control socket in mid-call."""
    command: str
    at_ms: int = 0
    after: Optional[int] = None


@dataclass
class Round:
    seed: int
    number: int
    theme: str
    nodes: list
    calls: list
    intruders: list = field(default_factory=list)
    hands: list = field(default_factory=list)

    def node(self, uuid):
        return next((n for n in self.nodes if n.uuid == uuid), None)

    def lines(self):
        """For a reader, who may leave out what is as usual."""
        yield f"seed {self.seed} round {self.number}: {self.theme}"
        for what in self.nodes + self.calls + self.intruders + self.hands:
            usual = {f.name: f.default
                     for f in what.__dataclass_fields__.values()}
            told = {k: v for k, v in asdict(what).items()
                    if v != usual[k] and v != []}
            yield f"  {type(what).__name__} {told}"
