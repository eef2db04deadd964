# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""The same seed and number make the same plan."""
import random

import mishaps
from plan import UUIDS, Call, Node, Round


def new_node(rng, uuid, index):
    node = Node(uuid)
    node.bootloader = rng.choices(("katapult", "none", "rom"), (68, 20, 12))[0]
    node.state = rng.choices(("klipper", "shutdown", "katapult", "off"),
                             (42, 10, 42, 6))[0]
    if node.state == "katapult":
        node.bootloader = "katapult"
        node.blank = rng.random() < 0.12
    node.boot_ms = rng.choice((5, 30, 30, 60, 100))
    if node.state != "off" and rng.random() < 0.4:
        katapult = node.state == "katapult"
        node.nodeid = (0x96 if katapult else 5) + index
    return node


def new_call(rng, uuids, nodes):
    call = Call(uuids, timeout=rng.choice(mishaps.TIMEOUTS))
    inside = sum(n.state == "katapult" for n in nodes if n.uuid in uuids)
    call.mode = rng.choices(("enter", "leave", "no-verify"),
                            (75, 40 if inside else 8, 3))[0]
    call.json = rng.random() < 0.5
    call.verbose = rng.random() < 0.2
    call.start_ms = rng.choice((0, 0, 0, rng.randrange(60)))
    slow = [n for n in nodes if n.uuid in uuids and rng.random() < 0.08]
    for node in slow:
        # so late that the call has ended, or in the middle of that
        node.boot_ms = int(call.timeout * 1000) + rng.choice(
            (150, 300, 600, rng.randrange(-200, 100)))
    return call


def new_calls(rng, nodes):
    """One to four, each with UUIDs of its own, of which some are not asked."""
    uuids = list(UUIDS)
    rng.shuffle(uuids)
    calls = []
    for _ in range(rng.choices((1, 2, 3, 4), (40, 30, 18, 12))[0]):
        count = min(len(uuids), rng.choices((1, 2, 3), (80, 15, 5))[0])
        if count:
            calls.append(new_call(rng, [uuids.pop() for _ in range(count)],
                                  nodes))
    return calls


def make(seed, number):
    rng = random.Random(f"campaign {seed} {number}")
    theme = rng.choices(*zip(*mishaps.THEMES))[0]
    nodes = [new_node(rng, uuid, i) for i, uuid in enumerate(UUIDS)]
    plan = Round(seed, number, theme, nodes, new_calls(rng, nodes))
    mishaps.add(rng, plan)
    return plan
