# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""Which outcomes a plan and what came of it allow, as few as can be said."""
from story import ANSWER_FAULTS, FRAME_FAULTS

# canbootreq(1), EXIT STATUS
CODES = {"in-bootloader": 0, "requested": 0, "left-bootloader": 0,
         "local-error": 1, "usage": 2, "no-answer": 3, "still-application": 4,
         "not-sent": 5, "busy": 6, "unproven": 7, "no-application": 8,
         "interrupted": 128}
RUNS_KLIPPER = ("klipper", "shutdown")
KATAPULT_ONLY = {"in-bootloader", "left-bootloader", "no-application",
                 "unproven"}
HELD_UP = 0.1  # seconds that a machine may take away unnoticed


def undisturbed(story):
    """What the node's state alone leads to."""
    call, node = story.call, story.node
    state = story.states()[0][1]
    if call.mode == "no-verify":
        return {"requested"}
    if call.mode == "leave":
        if state != "katapult":
            return {"no-answer"}
        return {"no-application" if node.blank else "left-bootloader"}
    enters = state == "katapult" or \
        (state in RUNS_KLIPPER and node.enters(call.timeout))
    if enters:
        return {"in-bootloader"}
    if enters is None:  # the answer may be under way when time is up
        return {"in-bootloader", "no-answer", "unproven"}
    stays = state in RUNS_KLIPPER and node.bootloader == "none"
    return silence(call, stays)


def silence(call, klipper):
    diagnosed = call.mode == "diagnose" and klipper
    return {"still-application" if diagnosed else "no-answer"}


def is_only(story, name):
    """It is the node's one fault, and strikes each time."""
    return [f.split(" uuid=")[0] for f in story.node.faults] in \
        ([name], [f"{name} count=0"])


def struck(story):
    """What the faults that did strike make of it."""
    base, kinds = undisturbed(story), {s["fault"] for s in story.strikes}
    if not kinds or story.call.mode == "no-verify":
        return base
    if is_only(story, "ignore-request"):
        return silence(story.call, True)
    if any(is_only(story, f) for f in ("mute", "deaf")):
        return {"no-answer"}
    if is_only(story, "boot-never"):
        return base if story.call.mode == "leave" else {"no-answer"}
    if any(is_only(story, f) for f in ANSWER_FAULTS) and \
            story.call.mode != "diagnose":
        return {"unproven"} if "no-answer" not in base else \
            {"unproven", "no-answer"}
    wider = set(base)
    if kinds & ANSWER_FAULTS:
        wider.add("unproven")
    if kinds & FRAME_FAULTS:
        wider |= {"no-answer", "unproven"}
    if "corrupt" in kinds:  # SET may become Klipper's, which then answers
        wider.add("busy")
    if kinds & {"ignore-request", "boot-never", "boot-late", "brown-out"}:
        wider |= {"no-answer", "unproven"}
    if story.call.mode == "diagnose":
        wider |= {"no-answer", "still-application"}
    return wider


def others(story):
    """What the rest of the round adds."""
    plan, call, extra = story.evidence.plan, story.call, set()
    if story.disturbed():
        extra |= {"no-answer", "unproven", "busy"}
    # each call keeps the nodeids that were burnt, of 63 for all
    if any(i.kind == "sweep" or (i.kind == "follow" and i.times > 5)
           for i in plan.intruders):
        extra.add("busy")
    if any(story.uuid in hand.command for hand in plan.hands
           if hand.after is None):
        extra |= {"in-bootloader", "no-answer", "unproven"}
        if call.mode == "leave":
            extra.add("left-bootloader")
        if call.mode == "diagnose":
            extra.add("still-application")
    if is_shared(story):
        extra |= {"busy", "in-bootloader", "no-answer", "unproven"}
        if call.mode == "leave":
            extra |= {"left-bootloader", "no-application"}
    if moved_others(story):
        extra |= {"no-answer", "unproven"}
    return extra


def is_shared(story):
    """Another call of the round wants the same node at the same time."""
    mine = story.caller
    return any(c is not mine and story.uuid in c.call.uuids and
               c.started < mine.ended and mine.started < c.ended
               for c in story.evidence.callers)


def moved_others(story):
    """
    Another node may share our nodeid: a changed SET has put it there, or it
    has missed ours, which would have made it give the nodeid up.
    """
    ours = f"3F0#11{story.uuid.upper()}"
    return any(e["event"] == "fault" and e["uuid"] != story.uuid and
               (e["fault"] == "corrupt" or
                e.get("frame", "").startswith(ours))
               for e in story.evidence.events)


def slow(story):
    """A machine that held all up may be the reason."""
    held_up, call = story.stalled(), story.call
    if held_up <= HELD_UP:
        return set()
    extra = {"no-answer", "unproven"}
    if held_up > call.timeout / 4:
        extra.add("not-sent")
    return extra


def interrupted(story):
    """Whether a signal ended it: True, False, None: may be."""
    caller, call = story.caller, story.call
    if not caller.signalled:
        return False
    first = story.first_frame()
    when = caller.signalled[0][0]
    if first is None or not first < when < first + call.timeout - 0.05 or \
            story.stalled() > HELD_UP:
        return None
    early = [f for f in story.record[caller.first:caller.last]
             if f.at < when + 0.01 and 0x100 < f.can_id < 0x300 and
             f.can_id % 2]
    return None if early or call.mode == "no-verify" else True


def outcomes(story):
    ends = interrupted(story)
    if ends:
        return {"interrupted"}
    found = struck(story) | others(story)
    since = story.caller.started
    if not story.was("katapult", since) and not story.disturbed():
        found -= KATAPULT_ONLY
        found = found or {"no-answer"}
    return found | ({"interrupted"} if ends is None else set())


def with_excuses(story):
    """The same on a machine that may have held it up."""
    return outcomes(story) | slow(story)


def codes(story, names):
    """Their exit statuses."""
    signals = [number for _, number in story.caller.signalled] or [0]
    return {CODES[n] + (s if n == "interrupted" else 0)
            for n in names for s in signals}
