# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""What goes wrong in a round: for each theme its own mishaps."""
from plan import UUIDS, Call, Hand, Intruder
from wire import POOL

TIMEOUTS = (0.3, 0.3, 0.4, 0.5, 0.7, 1.0)

THEMES = (("plain", 14), ("faults", 22), ("leaving", 20), ("replay", 19),
          ("late", 5), ("signals", 9), ("outputs", 7), ("twice", 2.5),
          ("diagnose", 1.5))

SIGNALS = ("TERM", "TERM", "INT", "HUP", "QUIT", "USR1", "USR2", "ALRM",
           "ABRT", "XCPU", "XFSZ", "VTALRM", "PROF", "IO", "PWR", "SYS",
           "RTMIN", "RTMAX")
FRAME_FAULTS = ("drop", "drop", "drop", "corrupt", "corrupt", "delay",
                "duplicate", "reorder")
COUNTS = (1, 1, 1, 2, 2, 2, 3, 4)
# of questions, each for some times or for ever
ANSWER_FAULTS = ("wrong-uuid", "answer-nack", "answer-error", "answer-busy",
                 "stuck")


def times(rng):
    """When, and how often."""
    if rng.random() < 0.3:
        return f"chance={rng.choice((0.05, 0.15, 0.3, 0.5))}"
    return f"after={rng.randrange(12)} count={rng.choice(COUNTS)}"


def aimed(rng, way):
    """
    Where the hand-back usually comes: behind the request, SET, question and
    CONNECT, whose answers have 11 frames.
    """
    if rng.random() < 0.15:
        return "chance=0.5"
    after = rng.choice((3, 4, 4, 4, 4, 5, 5, 6)) if way == "rx" else \
        rng.choice((3, 9, 11, 11, 12))
    return f"after={after} count={rng.choice(COUNTS)}"


def frame_fault(rng, aim=False, kinds=FRAME_FAULTS):
    kind = rng.choice(kinds)
    way = rng.choice(("rx", "rx", "rx", "tx") if aim else
                     ("rx", "rx", "tx", ""))
    text = f"{kind} {way}".strip()
    if kind == "delay":
        text += f" ms={rng.choice((2, 5, 12, 25, 60, 150))}"
    if kind == "corrupt":
        text += f" byte={rng.randrange(8)}"
    return f"{text} {aimed(rng, way) if aim else times(rng)}"


def answer_fault(rng, others):
    kind = rng.choice(ANSWER_FAULTS)
    text = kind
    if kind == "wrong-uuid" and rng.random() < 0.5:
        text += f" uuid={rng.choice(others)}"
    count = rng.choice((0, 0, 1, 2))
    if rng.random() < 0.3:
        text += f" after={rng.randrange(6)}"
    return f"{text} count={count}"


def start_fault(rng):
    return rng.choice(("ignore-request", "ignore-request", "boot-never",
                       f"boot-late ms={rng.choice((20, 80, 300))}",
                       f"brown-out after={rng.randrange(6)}", "mute", "deaf"))


def one_corrupt(faults):
    """At most one, so that the byte which was changed is known."""
    first = next((f for f in faults if f.startswith("corrupt")), None)
    return [f for f in faults if not f.startswith("corrupt") or f is first]


def add_faults(rng, plan):
    for node in plan.nodes:
        others = [u for u in UUIDS if u != node.uuid]
        if rng.random() < 0.25:
            continue
        for _ in range(rng.choice((1, 1, 2, 3))):
            roll = rng.random()
            node.faults.append(frame_fault(rng) if roll < 0.6 else
                               answer_fault(rng, others) if roll < 0.8 else
                               start_fault(rng))
        node.faults = one_corrupt(node.faults)
    if rng.random() < 0.15:
        uuid = rng.choice(UUIDS)
        plan.hands.append(Hand(
            rng.choice((f"reset {uuid}", f"power {uuid} off",
                        f"shutdown {uuid}")), rng.randrange(400)))


def add_leaving(rng, plan):
    """Nodes that are proven or not, and lost frames around the hand-back."""
    for node in plan.nodes:
        if rng.random() < 0.8:
            node.state = node.bootloader = "katapult"
            node.nodeid = None
        if rng.random() < 0.15:
            node.faults.append(f"drop tx count={rng.choice((20, 40))}")
        for _ in range(rng.choice((1, 1, 2))):
            node.faults.append(frame_fault(rng, aim=True))
        if rng.random() < 0.5:
            node.faults.append(frame_fault(rng, True, ("drop",)))
        node.faults = one_corrupt(node.faults)
    for call in plan.calls:
        if call.mode != "enter" and rng.random() < 0.8:
            call.mode = "enter"


def new_intruder(rng, call, uuid):
    kind = rng.choices(("fixed", "sweep", "follow"), (50, 20, 30))[0]
    intruder = Intruder(kind, uuid)
    intruder.what = "session" if call.mode == "leave" else "proof"
    intruder.nodeid = rng.choice((POOL[0], POOL[0], rng.choice(POOL)))
    intruder.start_ms = call.start_ms + rng.choice(
        (-20, 0, rng.randrange(int(call.timeout * 1000))))
    intruder.period_ms = rng.choice((2, 3, 5, 11, 40))
    if kind == "sweep":
        intruder.period_ms = rng.choice((0, 2, 5))
        intruder.times = rng.choice((1, 2, 63, 200))
    if kind == "follow":
        intruder.times = rng.choice((1, 2, 5, 1000))
    return intruder


def add_replay(rng, plan):
    for node in plan.nodes:
        if rng.random() < 0.7:
            node.state, node.nodeid, node.blank = "klipper", None, False
            node.bootloader = rng.choice(("none", "none", "rom"))
    for call in plan.calls:
        call.mode = "enter" if call.mode == "no-verify" else call.mode
        for uuid in call.uuids:
            if rng.random() < 0.85:
                plan.intruders.append(new_intruder(rng, call, uuid))


def add_late(rng, plan):
    """An answer that a slow adapter brings to the next call."""
    node = plan.node(rng.choice(UUIDS))
    ms = rng.choice((600, 800, 1100, 1500))
    node.state = node.bootloader = "katapult"
    node.nodeid, node.blank = None, False
    node.faults = [f"delay tx ms={ms} count={rng.choice((3, 3, 6, 30))}"]
    first = Call([node.uuid], timeout=0.3, json=rng.random() < 0.5)
    second = Call([node.uuid], timeout=ms / 1000, after=0,
                        json=rng.random() < 0.5,
                        mode=rng.choice(("enter", "enter", "leave")))
    plan.calls = [first, second]
    plan.hands = [Hand(f"set {node.uuid} state klipper", after=0),
                  Hand(f"fault {node.uuid} ignore-request", after=0)]


def add_signals(rng, plan):
    for call in plan.calls:
        last = int(call.timeout * 1100) + 150
        call.signals = [[rng.randrange(last), rng.choice(SIGNALS)]]
        if rng.random() < 0.25:
            at = call.signals[0][0] + rng.randrange(1, 30)
            call.signals.append([at, rng.choice(("TERM", "INT", "USR1"))])
    if rng.random() < 0.3:
        add_faults(rng, plan)


def add_outputs(rng, plan):
    for call in plan.calls:
        call.err = rng.choice(("read", "full", "full", "late", "closed"))
        call.out = rng.choice(("read", "read", "full", "late", "closed"))
        call.verbose = call.err != "read" or rng.random() < 0.3
        call.late_ms = rng.randrange(int(call.timeout * 1000))
        if rng.random() < 0.3:
            call.signals = [[rng.randrange(50, 1500), "TERM"]]


def add_twice(rng, plan):
    """Two callers that want the same."""
    call = plan.calls[0]
    call.uuids = call.uuids[:1]
    twin = Call(list(call.uuids), mode=rng.choice(("enter", "leave")),
                      timeout=rng.choice(TIMEOUTS), json=True,
                      start_ms=rng.randrange(300))
    plan.calls.insert(1, twin)
    del plan.calls[4:]


def add_diagnose(rng, plan):
    for node in plan.nodes:
        if node.state in ("klipper", "shutdown") and rng.random() < 0.6:
            node.bootloader, node.blank = "none", False
    for call in plan.calls:
        call.mode, call.timeout = "diagnose", 0.5
        for uuid in call.uuids:
            if rng.random() < 0.3:
                plan.intruders.append(Intruder("follow", uuid,
                                                     "klipper"))
    if rng.random() < 0.5:
        add_faults(rng, plan)


def add_pins(rng, plan):
    """--nodeid: not where it would show a third party the way."""
    for call in plan.calls:
        if rng.random() < 0.1:
            call.nodeid = rng.choice((POOL[0], 0x9C, rng.choice(POOL[:48])))


ADD = {"faults": add_faults, "leaving": add_leaving, "replay": add_replay,
       "late": add_late, "signals": add_signals, "outputs": add_outputs,
       "twice": add_twice, "diagnose": add_diagnose}


def add(rng, plan):
    if plan.theme in ADD:
        ADD[plan.theme](rng, plan)
    if plan.theme in ("plain", "faults", "leaving", "signals"):
        add_pins(rng, plan)
