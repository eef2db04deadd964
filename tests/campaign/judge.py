# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""
Judges a round by what canmcu and the bus know, not by what canbootreq says
of itself. Each finding is a broken promise.
"""
import re
from collections import Counter

import allowed
import wire
from caller import START, parse
from plan import FLASHED, HOSTED
from story import Story

HELD = "may still hold nodeid"
NODEID = re.compile(HELD + r" (\d+)")
CLAIM = "Katapult answered with this UUID"  # also where no more came
TAKEN = "asking Klipper gives a node"
BEYOND = 1.0  # seconds after the time-out that a call may take
GUEST = 0.1  # and until a guest's kernel has closed its sockets
READER = 1.0  # and for one who may yet read its results
COMPLETED = 0.5  # --leave: after COMPLETE
LEAVING = 0.3  # it is given up after 0.9 s
DIAGNOSING = 6 + 2 + 5  # --diagnose: to listen, to ask, and to read, each


def limit(call):
    """Seconds from the first frame to the end."""
    seconds = call.timeout + BEYOND + GUEST
    if call.out in ("full", "late") or call.err in ("full", "late"):
        seconds += READER
    if call.mode == "leave":
        seconds += COMPLETED
    if call.mode == "diagnose":
        seconds += 6 + len(call.uuids) * (DIAGNOSING - 6)
    return seconds


class Judge:
    """Findings are (promise, sentence); counts are for the table."""

    def __init__(self, evidence):
        self.evidence, self.plan = evidence, evidence.plan
        self.findings, self.counts = [], Counter()
        self.coincidences = []  # (kind of third party, trials, believed)
        self.watched = None

    def find(self, promise, sentence):
        self.findings.append((promise, f"call {self.watched.index}: {sentence}"
                              if self.watched else sentence))

    def run(self):
        self.counts["rounds"] += 1
        for caller in self.evidence.callers:
            self.watched = caller
            self.judge_call(caller)
        self.watched = None
        self.bystanders()
        return self

    # A call.

    def judge_call(self, caller):
        stories = [Story(self.evidence, caller, u) for u in caller.call.uuids]
        self.counts["calls"] += 1
        self.counts["signalled"] += bool(caller.signalled)
        self.time(caller, stories)
        for story in stories:
            self.manners(story)
        if "runtime error" in caller.errors:
            self.find("sanitizer", caller.errors[-500:])
        if caller.flags_changed:
            self.find("flags", "an inherited descriptor has other flags")
        if caller.killed:
            return
        if caller.status >= 0:
            self.results(caller, stories)
            return
        for story in stories:
            self.left(story, [])
        # a shell sees the same code as if it had ended by itself
        if not all(self.has_left(caller, s) for s in stories):
            self.find("exit code", f"signal {-caller.status} killed it "
                      "before it had handed back")

    def has_left(self, caller, story):
        """It has sent nothing, or all was over when the signal came."""
        if not story.sent_anything():
            return True
        last = story.requests if caller.call.mode == "no-verify" else \
            story.backs
        return bool(last and caller.signalled) and \
            story.record[last[-1]].at < caller.signalled[-1][0]

    def time(self, caller, stories):
        begins = [s.first_frame() for s in stories if s.first_frame()]
        since = min(begins, default=caller.started)
        over = self.over(caller, since, limit(caller.call))
        # a start is work, which takes its time on a slow machine
        late = self.over(caller, caller.started, START, since) - \
            caller.watch.ran(caller.started, since)
        if caller.killed or over > 0 or late > 0:
            self.find("hang", f"{caller.ended - caller.started:.2f} s" +
                      (" until it was killed" if caller.killed else "") +
                      f", first frame after {since - caller.started:.2f} s, "
                      f"allowed {limit(caller.call):.2f} s from there, "
                      "waited for the machine " +
                      f"{self.waited(caller, caller.started):.2f} s")
        elif caller.signalled:
            self.after_signal(caller)

    def waited(self, caller, since, until=None):
        return self.evidence.stalled(caller, since, until or caller.ended)

    def over(self, caller, since, allowed_s, until=None):
        """Seconds by which it took longer than it may have."""
        until = until or caller.ended
        return until - since - allowed_s - self.waited(caller, since, until)

    def after_signal(self, caller):
        when, number = caller.signalled[0]
        late = limit(caller.call) - caller.call.timeout
        if self.over(caller, when, late) > 0:
            self.find("hang", f"{caller.ended - when:.2f} s after signal "
                      f"{number}")

    def manners(self, story):
        """One request, no broadcast, nothing to anybody else."""
        requests = 0 if story.call.mode == "leave" else 1
        if len(story.requests) > requests and not allowed.is_shared(story):
            self.find("manners", f"{len(story.requests)} requests")
        if story.klipper_sets and story.call.mode != "diagnose" and \
                not allowed.is_shared(story):
            self.find("manners", "Klipper was given a nodeid")
        for i in story.span:
            frame = story.record[i]
            if frame.can_id == wire.ADMIN and not frame.ours and \
                    frame.data[:1] in (b"\x00", b"\x12"):
                self.find("manners", f"broadcast {frame.data.hex()}")

    # What it said.

    def results(self, caller, stories):
        results, strange = parse(caller.call, caller.text, caller.errors)
        lost = caller.call.out in ("full", "closed") or \
            self.read_too_late(caller)
        if strange and not lost:
            self.find("consistency", f"not understood: {strange[0][:200]}")
        told = {r.uuid: r for r in results}
        if not results and caller.signalled and \
                not any(s.sent_anything() for s in stories):
            self.ended_early(caller, lost)
            return
        for story in stories:
            self.counts["results"] += 1
            result = told.get(story.uuid)
            if result:
                result.warnings = [w for w in result.warnings
                                   if concerns(w, story)]
                self.result(story, result)
            elif not lost:
                self.find("consistency", f"nothing about {story.uuid}")
            self.left(story, result.warnings if result else [],
                      lost if caller.call.json else
                      lost or caller.call.err != "read")
        self.status(caller, stories, told, lost)

    def read_too_late(self, caller):
        """The machine has kept this program from reading in time."""
        return caller.call.out == "late" and not caller.text and \
            self.waited(caller, caller.started) > READER / 4

    def ended_early(self, caller, lost):
        """A signal before there was anything to say of a UUID."""
        codes = {128 + number for _, number in caller.signalled}
        if caller.status not in codes | ({1} if lost else set()):
            self.find("exit code", f"{caller.status}, not one of "
                      f"{sorted(codes)}, when a signal came early")

    def status(self, caller, stories, told, lost):
        if lost:
            codes = {1}.union(*(
                {max(1, code)
                 for code in allowed.codes(s, allowed.with_excuses(s))}
                for s in stories))
        else:
            signals = [n for _, n in caller.signalled] or [0]
            worst = [max((allowed.CODES.get(r.outcome, -1) +
                          (s if r.outcome == "interrupted" else 0)
                          for r in told.values()), default=-1)
                     for s in signals]
            codes = set(worst)
        if caller.status not in codes:
            self.find("exit code", f"{caller.status}, not one of "
                      f"{sorted(codes)}" + (", as its results are lost"
                                            if lost else ""))

    def result(self, story, result):
        code = allowed.CODES.get(result.outcome)
        if code is None or not result.reason:
            self.find("consistency", f"outcome {result.outcome}")
            return
        if result.code is not None and result.code not in allowed.codes(
                story, {result.outcome}):
            self.find("consistency",
                      f"{result.outcome} has code {result.code}")
        if result.nodeid is not None and story.nodeids and \
                result.nodeid not in story.nodeids:
            self.find("consistency", f"nodeid {result.nodeid} was not used")
        self.outcome(story, result)
        self.warnings(story, result)

    def outcome(self, story, result):
        exact = allowed.outcomes(story)
        names = allowed.with_excuses(story)
        self.counts["excused"] += result.outcome in names - exact
        self.counts["exact"] += len(exact) == 1
        self.counts["outcome " + result.outcome] += 1
        believed = self.proof(story, result)
        if result.outcome not in names and not believed:
            self.find("exit code", f"{story.uuid} {result.outcome}, allowed: "
                      f"{', '.join(sorted(names))}")

    # Proofs.

    def proof(self, story, result):
        """Returns whether it was false, by coincidence or not."""
        if result.outcome == "still-application":
            if not story.was("klipper", story.caller.started) and \
                    not story.was("shutdown", story.caller.started):
                self.find("false proof", f"{story.uuid} does not run Klipper")
                return True
        if result.outcome == "left-bootloader":
            if story.left_katapult():
                return False
            return self.false_proof(story, "was not in Katapult, or is still")
        claims = result.outcome == "in-bootloader" or \
            result.reason.startswith(CLAIM)
        if claims and not story.answered():
            return self.false_proof(story, "did not answer as Katapult")
        self.count_trials(story, False)
        return False

    def false_proof(self, story, what):
        if story.replayed_after_question():
            self.count_trials(story, True)
        else:
            self.find("false proof", f"{story.uuid} {what}")
        return True

    def count_trials(self, story, believed):
        """
        Each nodeid that was replayed on while a question was open is one of
        63 that could have been the drawn one.
        """
        if story.was("katapult", story.caller.started):
            if believed:
                self.counts["spoken for"] += 1
            return
        kinds = {i.kind for i in self.plan.intruders if i.uuid == story.uuid}
        if self.plan.theme == "late":
            kinds = {"late"}
        for kind in kinds:
            trials = 0 if kind == "follow" else story.replays()
            self.coincidences.append((kind, trials, believed))

    # Leaving.

    def left(self, story, warnings, untold=False):
        """Does the node still hold the nodeid, and was that said?"""
        hits = story.hits()
        if story.call.mode == "no-verify" or not story.sets:
            return
        row = "leaving, no hit" if not hits else \
            f"leaving, {hits} hit" + ("s" if hits > 1 else "") if hits < 3 \
            else "leaving, more hits"
        self.counts[row] += 1
        warned = any(HELD in w for w in warnings)
        self.counts[row + ": warned"] += warned
        if story.held() is None or warned:
            self.counts[row + ": held and said"] += story.held() is not None
            return
        if story.call.mode == "diagnose" and story.held() in wire.ASKED:
            if not untold and not any(TAKEN in w for w in warnings):
                self.find("left assigned", f"{story.uuid} has nodeid "
                          f"{story.held()}, nobody said that it keeps it")
            return
        self.unsaid(story, row, hits, untold)

    def unsaid(self, story, row, hits, untold):
        because = story.held_because()
        if because == "hits" and untold:
            because = "untold"  # nobody read what may have been said
        if because != "hits":
            self.counts[f"held, unsaid: {because}"] += 1
            return
        self.counts[row + ": held, unsaid"] += 1
        if (hits or 0) <= 2:
            self.find("left assigned", f"{story.uuid} holds {story.held()}, "
                      f"nobody said so; {hits or 0} frames of the leaving "
                      "were hit")

    def warnings(self, story, result):
        """Where nothing went wrong there is nothing to warn of."""
        struck = any(e["event"] == "fault" and e["uuid"] == story.uuid
                     for e in self.evidence.events)
        if struck or story.caller.signalled or self.plan.intruders or \
                allowed.others(story) or self.held_up(story):
            return
        self.counts["clean"] += 1
        for warning in result.warnings:
            if not (TAKEN in warning and story.klipper_sets):
                self.find("warned for nothing", warning[:200])

    def held_up(self, story):
        """So much that leaving, given up in time, did not come to its end."""
        since = story.first_frame() or story.caller.started
        return self.waited(story.caller, since) + self.evidence.mcus.waited(
            since, story.caller.ended) > LEAVING

    # The round.

    def bystanders(self):
        for event in self.evidence.events:
            if event.get("uuid") in (HOSTED, FLASHED):
                self.find("bystander", f"{event}")


def concerns(warning, story):
    """In text a warning names the nodeid, not the UUID."""
    named = NODEID.search(warning)
    return not named or int(named.group(1)) in story.nodeids
