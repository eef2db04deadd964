# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""Is the judge's eye good? Rounds that are written out, and what he finds."""
import os
import signal
import subprocess
import time
import unittest
from types import SimpleNamespace

import wire
from caller import PLAIN, Watch
from draw import make
from judge import Judge
from plan import Call, Intruder, Node, Round
from report import Report, tail
from runner import Evidence
from story import Story
from wire import Frame

U = "41f905f55004"
SET = "3F0#1141F905F55004D0"
WHO = "2A0#01881600F9319903"
# docs/protocol.md, on nodeid D0
ID = ["2A1#0188A00316000000", "2A1#41F905F550040000", "2A1#32409903"]
BACK = "3F0#11BE06FA0AAFFBD0"
REQUEST = "3F0#0241F905F55004"
CONNECT = "2A0#01881100F17C9903"
PROVEN = f"{U}: in-bootloader: Katapult answered on vcan0 with this UUID\n"
SILENT = f"{U}: no-answer: no proof within 0.5 s\n"
HELD = "canbootreq: warning: the node may still hold nodeid 208, as\n"


class Idle:
    """A process that has never waited."""

    def __init__(self, waited=0.0):
        self.seconds = waited

    def waited(self, since, until):
        return self.seconds if until > since else 0.0

    def ran(self, since, until):
        return 0.0


def bus(*texts):
    """A frame each 10 ms from second 100 on; "!" is the third party."""
    record = []
    for i, line in enumerate(texts):
        can_id, _, data = line.lstrip("!").partition("#")
        record.append(Frame(100 + i / 100, int(can_id, 16),
                            bytes.fromhex(data), line[0] == "!"))
    return record


def events(*rows):
    return [{"event": event, "time_us": int(at * 1e6), "uuid": U, **more}
            for at, event, more in rows]


def scene(frames, out="", status=0, node=None, call=None, happened=(),
          **facts):
    """One call of one UUID, 0.4 s long unless facts say otherwise."""
    node = node or Node(U, "katapult")
    evidence = Evidence(Round(0, 0, "test", [node], [call or Call([U])]))
    evidence.record = bus(*frames)
    evidence.events = events(*happened)
    evidence.mcus = Idle()
    evidence.finally_held = {U: facts.get("held")}
    caller = SimpleNamespace(
        call=evidence.plan.calls[0], index=0, first=0, last=len(frames),
        started=100.0, ended=facts.get("ended", 100.4), killed=False,
        signalled=facts.get("signalled", []), status=status, text=out,
        errors=facts.get("errors", ""), flags_changed=False,
        before={U: {"state": node.state}}, held={U: facts.get("held")},
        watch=Idle(facts.get("waited", 0.0)))
    evidence.callers = [caller]
    if "intruder" in facts:
        evidence.plan.intruders = [facts["intruder"]]
    return evidence


def judged(*args, **facts):
    return Judge(scene(*args, **facts)).run()


def found(*args, **facts):
    return [promise for promise, _ in judged(*args, **facts).findings]


def strike(at, fault, frame):
    return (at, "fault", {"fault": fault, "frame": frame, "struck": 1})


GIVEN = (100.01, "assigned", {"nodeid": 208})
GOOD = [REQUEST, SET, WHO, *ID, CONNECT, BACK]


class Proofs(unittest.TestCase):
    def test_a_real_one_breaks_nothing(self):
        self.assertEqual(found(GOOD, PROVEN), [])

    def test_a_real_one_may_be_cut_into_frames_anyhow(self):
        cut = ["2A1#0188F1006895990301"[:20], "2A1#030188A003160000",
               "2A1#0041F905F5500400", "2A1#0032409903"]
        self.assertEqual(found([REQUEST, SET, WHO, *cut, BACK], PROVEN), [])

    def test_an_answer_from_before_the_question_is_none(self):
        frames = [REQUEST, SET, *("!" + f for f in ID), WHO, BACK]
        self.assertEqual(
            found(frames, PROVEN, node=Node(U, bootloader="none")),
            ["false proof"])

    def test_an_answer_without_any_question_is_none(self):
        frames = ["!" + f for f in ID]
        self.assertEqual(
            found(frames, PROVEN, node=Node(U, bootloader="none")),
            ["false proof"])

    def test_a_node_that_only_was_in_katapult_later_has_not_answered(self):
        frames = [REQUEST, SET, WHO, *ID, BACK]
        self.assertIn("false proof", found(
            frames[:3] + frames[-1:], PROVEN, node=Node(U),
            happened=[(100.2, "state", {"state": "katapult"})]))

    def test_a_blind_replay_after_the_question_is_a_coincidence(self):
        frames = [REQUEST, SET, WHO, *("!" + f for f in ID), BACK]
        judge = judged(frames, PROVEN, node=Node(U, bootloader="none"),
                       intruder=Intruder("fixed", U, nodeid=208))
        self.assertEqual(judge.findings, [])
        self.assertEqual(judge.coincidences, [("fixed", 1, True)])

    def test_a_replay_on_another_nodeid_is_a_trial(self):
        other = ["!" + f.replace("2A1", "281") for f in ID]
        judge = judged([REQUEST, SET, WHO, *other, BACK], SILENT, 3,
                       node=Node(U, bootloader="none"),
                       intruder=Intruder("fixed", U, nodeid=192))
        self.assertEqual(judge.findings, [])
        self.assertEqual(judge.coincidences, [("fixed", 1, False)])

    def test_more_coincidences_than_chance_makes_are_found(self):
        report = Report("1")
        row = {"round": 0, "theme": "replay", "findings": [], "counts": {},
               "coincidences": [("fixed", 1, True)] * 4}
        report.add(row)
        report.judge_chance()
        self.assertEqual(report.broken["chance"], 1)
        self.assertAlmostEqual(tail(1, 1.0), 0.632, places=3)

    def test_leaving_is_none_while_the_node_stays_in_katapult(self):
        left = f"{U}: left-bootloader: Katapult acknowledged\n"
        frames = [SET, WHO, *ID, BACK]
        self.assertEqual(found(frames, left, call=Call([U], "leave")),
                         ["false proof"])
        self.assertEqual(
            found(frames, left, call=Call([U], "leave"),
                  happened=[(100.3, "state", {"state": "boot"})]), [])


class Leaving(unittest.TestCase):
    def left(self, *strikes, **facts):
        return judged(facts.pop("frames", GOOD), PROVEN, held=208,
                      happened=[GIVEN, *strikes], **facts)

    def test_a_node_left_assigned_is_found_after_up_to_two_hits(self):
        hits = [strike(100.07, "drop", BACK), strike(100.08, "drop", BACK),
                strike(100.09, "drop", BACK)]
        frames = GOOD + [BACK, BACK]
        for n in range(3):
            judge = self.left(*hits[:n], frames=frames)
            self.assertEqual([p for p, _ in judge.findings],
                             ["left assigned"], n)
        judge = self.left(*hits, frames=frames)
        self.assertEqual(judge.findings, [])
        self.assertEqual(
            judge.counts["leaving, more hits: held, unsaid"], 1)

    def test_equal_frames_that_were_hit_at_once_are_two_hits(self):
        hits = [strike(100.085, "drop", BACK)] * 2
        judge = self.left(*hits, frames=GOOD + [BACK])
        self.assertEqual(judge.counts["leaving, 2 hits"], 1)

    def test_equal_frames_hit_by_different_faults_are_two_hits(self):
        hits = [strike(100.085, "drop", BACK),
                strike(100.085, "corrupt", BACK)]
        judge = self.left(*hits, frames=GOOD + [BACK])
        self.assertEqual(judge.counts["leaving, 2 hits"], 1)

    def test_a_strike_is_told_of_before_its_frame_on_a_busy_machine(self):
        hits = [strike(100.06, "drop", BACK), strike(100.06, "drop", BACK),
                strike(100.09, "drop", WHO)]
        judge = self.left(*hits, frames=GOOD + [BACK, WHO])
        self.assertEqual(judge.counts["leaving, more hits"], 1)

    def test_hits_before_the_leaving_do_not_count(self):
        judge = self.left(strike(100.02, "drop", WHO))
        self.assertEqual([p for p, _ in judge.findings], ["left assigned"])
        self.assertEqual(judge.counts["leaving, no hit"], 1)

    def test_the_set_right_before_the_hand_back_belongs_to_the_leaving(self):
        frames = [REQUEST, SET, WHO, SET, BACK]
        judge = self.left(strike(100.03, "drop", SET), frames=frames)
        self.assertEqual(judge.counts["leaving, 1 hit"], 1)

    def test_a_warning_is_all_that_is_asked_for(self):
        hit = strike(100.07, "drop", BACK)
        self.assertEqual(self.left(hit, errors=HELD).findings, [])

    def test_the_warning_of_another_nodeid_is_not_enough(self):
        judge = self.left(errors=HELD.replace("208", "209"))
        self.assertEqual([p for p, _ in judge.findings], ["left assigned"])

    def test_a_nodeid_changed_on_the_way_is_a_class_of_its_own(self):
        judge = judged(GOOD, PROVEN, held=209, happened=[
            (100.01, "assigned", {"nodeid": 209}),
            strike(100.01, "corrupt", SET)])
        self.assertEqual(judge.findings, [])
        self.assertEqual(judge.counts["held, unsaid: changed"], 1)

    def test_a_warning_for_nothing_is_found(self):
        self.assertEqual(found(GOOD, PROVEN, errors=HELD),
                         ["warned for nothing"])


class Ends(unittest.TestCase):
    def test_a_code_that_is_not_the_outcomes_is_found(self):
        self.assertEqual(found(GOOD, PROVEN, 3), ["exit code"])

    def test_an_outcome_that_the_state_does_not_allow_is_found(self):
        frames = [REQUEST, SET, WHO, BACK]
        self.assertEqual(found(frames, SILENT, 3), ["exit code"])

    def test_a_machine_that_lets_nobody_run_excuses_silence(self):
        frames = [REQUEST, SET, WHO, BACK]
        self.assertEqual(found(frames, SILENT, 3, waited=0.4), [])

    def test_a_signal_may_kill_only_what_has_sent_nothing(self):
        facts = {"signalled": [(100.1, signal.SIGUSR1)]}
        self.assertEqual(found([], status=-10, **facts), [])
        self.assertCountEqual(found([REQUEST, SET], status=-10, held=208,
                                    happened=[GIVEN], **facts),
                              ["exit code", "left assigned"])

    def test_a_signal_may_kill_what_has_handed_back_already(self):
        self.assertEqual(found(GOOD, PROVEN, -15,
                               signalled=[(100.3, 15)]), [])
        self.assertEqual(found(GOOD, PROVEN, -15,
                               signalled=[(100.05, 15)]), ["exit code"])

    def test_who_gives_no_nodeid_has_none_to_hand_back(self):
        call = Call([U], "no-verify", out="full")
        facts = {"signalled": [(100.1, 15)], "call": call}
        self.assertEqual(found([REQUEST], status=-15, **facts), [])

    def test_an_answer_that_is_late_is_hit(self):
        def hits(*pause):
            frames = [REQUEST, SET, WHO, *ID, BACK, BACK, WHO, *pause, ID[0]]
            evidence = scene(frames)
            return Story(evidence, evidence.callers[0], U).hits()

        self.assertEqual(hits(), 0)
        self.assertEqual(hits("123#", "123#", "123#"), 1)

    def test_a_signal_before_the_first_frame_is_told_by_the_code(self):
        facts = {"signalled": [(100.1, 15)]}
        self.assertEqual(found([], "", 143, **facts), [])
        self.assertEqual(found([], "", 0, **facts), ["exit code"])

    def test_a_signal_before_any_answer_interrupts(self):
        told = f"{U}: interrupted: ended by SIGTERM\n"
        facts = {"signalled": [(100.1, 15)], "node": Node(U, "off"),
                 "ended": 100.6}
        frames = [REQUEST, SET, WHO, BACK]
        self.assertEqual(found(frames, told, 143, **facts), [])
        self.assertEqual(found(frames, SILENT, 3, **facts), ["exit code"])

    def test_a_call_that_takes_too_long_is_found(self):
        self.assertEqual(found(GOOD, PROVEN, ended=101.7), ["hang"])

    def test_unless_the_machine_kept_it_waiting_for_so_long(self):
        self.assertEqual(found(GOOD, PROVEN, ended=101.7, waited=0.2), [])

    def test_lost_results_are_no_success(self):
        call = Call([U], out="full")
        self.assertEqual(found(GOOD, "", 0, call=call), ["exit code"])
        self.assertEqual(found(GOOD, "", 1, call=call), [])

    def test_a_reader_who_was_held_up_may_have_come_too_late(self):
        call = Call([U], out="late")
        self.assertEqual(found(GOOD, "", 1, call=call, waited=0.4), [])
        self.assertIn("consistency", found(GOOD, "", 1, call=call))

    def test_json_that_disagrees_with_itself_is_found(self):
        line = f'{{"uuid":"{U}","outcome":"in-bootloader","reason":"x",' \
            '"code":3}\n'
        self.assertEqual(found(GOOD, line, 0, call=Call([U], json=True)),
                         ["consistency"])

    def test_a_uuid_of_which_nothing_is_said_is_found(self):
        self.assertIn("consistency", found(GOOD, "", 0))

    def test_a_broadcast_is_found(self):
        self.assertEqual(found(["3F0#12"] + GOOD, PROVEN), ["manners"])


class Instruments(unittest.TestCase):
    def test_frames_are_those_of_the_protocol(self):
        self.assertEqual([wire.text(wire.from_node(0xD0), d)
                          for d in wire.proof(U)], ID)
        self.assertEqual(wire.text(wire.to_node(0xD0), wire.WHO), WHO)
        self.assertEqual(wire.text(wire.ADMIN, wire.back_data(U, 0xD0)), BACK)

    def test_the_same_seed_makes_the_same_plan(self):
        self.assertEqual(make("7", 3), make("7", 3))
        self.assertNotEqual(make("7", 3), make("8", 3))

    def test_a_sentence_is_read(self):
        self.assertEqual(PLAIN.match(SILENT.strip()).group(2), "no-answer")

    def test_one_that_sleeps_does_not_wait_for_the_machine(self):
        with subprocess.Popen(["sleep", "9"]) as child:
            time.sleep(0.1)
            watch = Watch(child.pid)
            for now in range(3):
                watch.look(now, now + 1)
            self.assertLess(watch.waited(1, 3), 0.1)
            os.kill(child.pid, signal.SIGKILL)
            watch.close()


if __name__ == "__main__":
    unittest.main()
