# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""What happened to one UUID in one call, from the bus and from canmcu."""
import wire

# canmcu's events are as late as its turns, its clock is the record's
SLACK = 0.005
FRAME_FAULTS = {"drop", "delay", "duplicate", "corrupt", "reorder", "mute",
                "deaf"}
# how long canbootreq waits for an answer after the question of the leaving
SILENCE = 0.03
ANSWER_FAULTS = {"wrong-uuid", "answer-nack", "answer-error", "answer-busy",
                 "stuck"}


class Story:
    """Frames are told by their place in the record, from call start to end."""

    def __init__(self, evidence, caller, uuid):
        self.evidence, self.caller, self.uuid = evidence, caller, uuid
        self.call, self.node = caller.call, evidence.plan.node(uuid)
        self.record = evidence.record
        self.span = range(caller.first, caller.last)
        self.requests = self.admin(wire.request_data(uuid))
        self.sets = self.admin(bytes([wire.SET]) + wire.raw(uuid))
        self.backs = self.admin(bytes([wire.SET]) + wire.complement(uuid))
        self.klipper_sets = self.admin(
            bytes([wire.SET_KLIPPER]) + wire.raw(uuid))
        self.nodeids = list(dict.fromkeys(
            self.record[i].data[7] for i in self.sets))
        self.events = [e for e in evidence.events if e.get("uuid") == uuid and
                       caller.started <= e["time_us"] / 1e6 <=
                       caller.ended + SLACK]
        self.strikes = [e for e in self.events if e["event"] == "fault"]

    def admin(self, head):
        return [i for i in self.span
                if self.record[i].can_id == wire.ADMIN and
                not self.record[i].ours and
                self.record[i].data.startswith(head)]

    def sent_anything(self):
        return bool(self.requests or self.sets or self.backs)

    def first_frame(self):
        """When the exchange began on the bus; None: it did not."""
        places = self.requests + self.sets
        return self.record[min(places)].at if places else None

    def stalled(self):
        """Seconds before the verdict in which it or canmcu had to wait."""
        since = self.first_frame() or self.caller.started
        until = min(self.leaving_since() or self.caller.ended,
                    since + self.call.timeout)
        return self.evidence.stalled(self.caller, since, until) + \
            self.evidence.mcus.waited(since, until)

    # The node, by canmcu.

    def states(self):
        """(from when, state), the first one from before the call."""
        states = [(0.0, self.caller.before[self.uuid]["state"])]
        return states + [(e["time_us"] / 1e6, e["state"]) for e in self.events
                         if e["event"] == "state"]

    def was(self, state, since):
        """Was it in this state at any time from then to the call's end?"""
        states = self.states()
        ends = [at for at, _ in states[1:]] + [float("inf")]
        return any(s == state and end >= since - SLACK
                   for (_, s), end in zip(states, ends))

    def left_katapult(self):
        """A change from Katapult to something else in the call."""
        states = [s for _, s in self.states()]
        return any(a == "katapult" != b for a, b in zip(states, states[1:]))

    # Questions and answers.

    def asked(self, nodeid):
        """Place of the first question on it after its first SET, or None."""
        first = next((i for i in self.sets
                      if self.record[i].data[7] == nodeid), None)
        if first is None:
            return None
        question = (wire.to_node(nodeid), wire.WHO)
        return next((i for i in range(first, self.caller.last)
                     if self.record[i][1:3] == question), None)

    def windows(self):
        """(nodeid, place of its question, place where answers end to count)"""
        for nodeid in self.nodeids:
            since = self.asked(nodeid)
            if since is None:
                continue
            later = [i for i in self.sets if i > since and
                     self.record[i].data[7] != nodeid]
            end = self.leaving_at()
            yield nodeid, since, min(later + [self.caller.last if end is None
                                              else end])

    def has_proof(self, nodeid, since, until, ours):
        """All its bytes, from the node or from the replay."""
        heard = b"".join(f.data for f in self.record[since:until]
                         if f.ours == ours and
                         f.can_id == wire.from_node(nodeid))
        return b"".join(wire.proof(self.uuid)) in heard

    def has_proof_on(self, nodeid, since, until):
        return self.has_proof(nodeid, since, until, True) or \
            self.has_proof(nodeid, since, until, False)

    def answered(self):
        """Katapult ran, and all of its proof came after the question."""
        return any(self.has_proof(n, since, self.caller.last, False) and
                   self.was("katapult", self.record[since].at)
                   for n, since, _ in self.windows())

    def replayed_after_question(self):
        """By the third party, or late by what no longer is in Katapult."""
        return any(self.has_proof(n, since, self.caller.last, True) or
                   (self.has_proof(n, since, self.caller.last, False) and
                    not self.was("katapult", self.record[since].at))
                   for n, since, _ in self.windows())

    def replays(self):
        """On how many nodeids the proof was replayed to open questions."""
        found = set()
        for _, since, until in self.windows():
            ids = {f.can_id for f in self.record[since:until]}
            found |= {(since, n) for n in wire.POOL
                      if wire.from_node(n) in ids and
                      self.has_proof_on(n, since, until)}
        return len(found)

    def disturbed(self):
        """The third party was heard on a nodeid that the call has used."""
        ids = {wire.from_node(n) for n in self.nodeids}
        ids |= {wire.from_node(self.record[i].data[7])
                for i in self.klipper_sets}
        first = max(0, self.caller.first)
        return any(f.ours and f.can_id in ids
                   for f in self.record[first:self.caller.last])

    # Leaving.

    def leaving_at(self):
        """Place of its first frame, or None."""
        if not self.backs:
            return None
        first = self.backs[0]
        ids = {wire.to_node(n) for n in self.nodeids}
        for i in range(first - 1, self.caller.first - 1, -1):
            if i in self.sets:
                return i
            if self.record[i].can_id in ids and not self.record[i].ours:
                break
        return first

    def leaving_since(self):
        at = self.leaving_at()
        return None if at is None else self.record[at].at

    def struck_places(self):
        """
        Of frames to the node. A strike tells the frame but not its place;
        canmcu's clock is that of its turn, which on a busy machine is some
        10 ms before or behind the frame's. Two strikes are taken for two
        frames as long as there are so many that are the same.
        """
        strikes = [(s["frame"], s["time_us"] / 1e6) for s in self.strikes
                   if "frame" in s and not is_from_node(s["frame"])]
        found = set()
        for struck in {frame for frame, _ in strikes}:
            same = [i for i in self.span
                    if wire.text(*self.record[i][1:3]) == struck]
            found |= {same[k] for k in align(
                [when for frame, when in strikes if frame == struck],
                [self.record[i].at for i in same])}
        return found

    def hits(self):
        """How many frames of the leaving were hit; None: it never left."""
        at, since = self.leaving_at(), self.leaving_since()
        if at is None:
            return None
        answers = [s for s in self.strikes
                   if s["time_us"] / 1e6 >= since - SLACK and
                   (s["fault"] in ANSWER_FAULTS or
                    is_from_node(s.get("frame", "")))]
        return len(answers) + self.late_answers(at) + \
            sum(i >= at for i in self.struck_places())

    def late_answers(self, at):
        """Of the leaving, each that came when nobody waited for it any more."""
        ids = {wire.to_node(n): wire.from_node(n) for n in self.nodeids}
        late = 0
        for i in range(at, self.caller.last):
            question = self.record[i]
            if question.can_id not in ids or question.data != wire.WHO:
                continue
            first = next((f for f in self.record[i + 1:]
                          if f.can_id == ids[question.can_id] and
                          not f.ours), None)
            late += first is not None and first.at > question.at + SILENCE
        return late

    def held(self):
        """The nodeid that this call has left the node with, or None."""
        held = self.caller.held[self.uuid]
        given = [e for e in self.events if e["event"] == "assigned"]
        moved = {s["fault"] for s in self.strikes} & {"delay", "reorder"}
        if held is None or not given or given[-1]["nodeid"] != held or \
                self.others_go_on():
            return None
        if moved and self.evidence.finally_held[self.uuid] != held:
            return None
        return held

    def others_go_on(self):
        """Another call has not done with the same node yet."""
        return any(c is not self.caller and self.uuid in c.call.uuids and
                   c.started < self.caller.ended < c.ended
                   for c in self.evidence.callers)

    def held_because(self):
        """
        What no hand-back can mend: the frame named another nodeid or was
        Klipper's on arrival ("changed", which the CRC of a real bus does not
        let happen), it arrived after the leaving ("late"), or the node can
        no longer answer what would show it ("mute"). Else "hits".
        """
        held = self.held()
        given = [e for e in self.events if e["event"] == "assigned"][-1]
        last_back = self.record[self.backs[-1]].at if self.backs else None
        if held not in self.nodeids or \
                self.states()[-1][1] in ("klipper", "shutdown"):
            return "changed"
        if last_back and given["time_us"] / 1e6 > last_back + 2 * SLACK and \
                any(s["fault"] in ("delay", "reorder") for s in self.strikes):
            return "late"
        return "mute" if self.is_mute(held) else "hits"

    def is_mute(self, nodeid):
        """A question of the leaving reached it, and nothing came of it."""
        at = self.leaving_at()
        if at is None:
            return False
        struck = self.struck_places()
        asked = [i for i in range(at, self.caller.last)
                 if self.record[i].can_id == wire.to_node(nodeid) and
                 i not in struck]
        damaged = any(i < at and self.record[i].can_id != wire.ADMIN
                      for i in struck) or \
            any(s["fault"] == "stuck" for s in self.strikes)
        answers = any(f.can_id == wire.from_node(nodeid) and not f.ours
                      for f in self.record[at:self.caller.last])
        return bool(asked) and damaged and not answers


def is_from_node(frame):
    """On an odd data id, as can-utils write it."""
    can_id = int(frame.split("#")[0], 16) if frame else 0
    return can_id < 0x300 and can_id % 2 == 1


def align(whens, ats):
    """Of the ats, in order, those that are nearest to the whens in all."""
    whens = whens[:len(ats)]
    costs = [[0.0] * (len(ats) + 1)]
    for i, when in enumerate(whens, 1):
        row = [float("inf")] * (len(ats) + 1)
        for j in range(i, len(ats) + 1):
            row[j] = min(row[j - 1],
                         costs[i - 1][j - 1] + abs(when - ats[j - 1]))
        costs.append(row)
    found, j = [], len(ats)
    for i in range(len(whens), 0, -1):
        while costs[i][j - 1] == costs[i][j]:
            j -= 1
        j -= 1
        found.append(j)
    return found
