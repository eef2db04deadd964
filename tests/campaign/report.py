# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""What the rounds of all guests come to, for a reader and for tests/run."""
import json
import math
import os
from collections import Counter

import wire
from judge import limit

PROMISES = ("false proof", "hang", "exit code", "left assigned",
            "warned for nothing", "consistency", "manners", "bystander",
            "flags", "sanitizer", "chance")
HITS = ("no hit", "1 hit", "2 hits", "more hits")
UNLIKELY = 1e-4


def describe(evidence, judge):
    """A round for its log: plan, findings, the bus and canmcu's events."""
    plan = evidence.plan
    yield from plan.lines()
    for promise, sentence in judge.findings:
        yield f"BROKEN {promise}: {sentence}"
    base = evidence.record[0].at if evidence.record else 0
    for caller in evidence.callers:
        waited = evidence.stalled(caller, caller.started, caller.ended)
        yield f"call {caller.index}: {' '.join(caller.argv)}"
        yield (f"  from {caller.started - base:.4f} to "
               f"{caller.ended - base:.4f}, limit {limit(caller.call):.2f}, "
               f"waited for the machine {waited:.3f}, "
               f"status {caller.status}, nodeids held {caller.held}")
        yield from (f"  {when - base:.4f} signal {number}"
                    for when, number in caller.signalled)
        for name, text in (("out", caller.text), ("err", caller.errors)):
            yield from (f"  {name}: {line}" for line in text.splitlines()
                        if "next: " not in line and not line.startswith("("))
    rows = [(f.at, ("  ! " if f.ours else "    ") +
             wire.text(f.can_id, f.data)) for f in evidence.record]
    rows += [(e["time_us"] / 1e6, "                              canmcu " +
              json.dumps({k: v for k, v in e.items()
                          if k not in ("time_us", "seq")}))
             for e in evidence.events]
    yield from (f"{at - base:9.4f}{row}" for at, row in
                sorted(rows, key=lambda r: r[0]))


def summary(judge):
    """Of one round, as a line of JSON that a guest hands out."""
    return {"round": judge.plan.number, "theme": judge.plan.theme,
            "findings": judge.findings, "counts": judge.counts,
            "coincidences": judge.coincidences}


def tail(seen, expected):
    """The chance of so many or more where so many are expected."""
    below = sum(math.exp(-expected) * expected ** k / math.factorial(k)
                for k in range(seen))
    return max(0.0, 1 - below)


class Report:
    def __init__(self, seed):
        self.seed = seed
        self.counts, self.broken = Counter(), Counter()
        self.rounds, self.failed, self.themes = [], [], Counter()
        self.trials, self.believed = Counter(), Counter()
        self.lines = []

    def add(self, row):
        self.rounds.append(row["round"])
        self.themes[row["theme"]] += 1
        self.counts.update(row["counts"])
        for promise, sentence in row["findings"]:
            self.broken[promise] += 1
            self.lines.append((row["round"], f"{promise}: {sentence}"))
        if row["findings"]:
            self.failed.append(row["round"])
        for kind, trials, believed in row["coincidences"]:
            self.trials[kind] += trials
            self.believed[kind] += believed

    def judge_chance(self):
        """Blind replays are believed once in 63, or the draw is none."""
        for kind in ("fixed", "late"):
            expected = self.trials[kind] / len(wire.POOL)
            seen = self.believed[kind]
            if seen and tail(seen, expected) < UNLIKELY:
                self.broken["chance"] += 1
                self.lines.append((None, f"chance: {seen} replays were "
                                   f"believed by chance ({kind}), "
                                   f"{expected:.1f} are expected"))

    def table(self):
        count = self.counts
        yield (f"{count['rounds']} rounds of seed {self.seed}: " +
               ", ".join(f"{n} {t}" for t, n in self.themes.most_common()))
        yield (f"{count['calls']} calls, {count['results']} results, "
               f"{count['exact']} of them with one outcome allowed, "
               f"{count['excused']} excused by a busy machine, "
               f"{count['signalled']} calls signalled, "
               f"{count['clean']} results where nothing was to be warned of")
        yield ", ".join(f"{n} {k[8:]}" for k, n in sorted(count.items())
                        if k.startswith("outcome "))
        for promise in PROMISES:
            yield f"{promise:20} {self.broken[promise]:5} broken"
        for kind in sorted(self.trials):
            if kind != "follow":
                yield (f"by chance, {kind:9} {self.believed[kind]:5} believed "
                       f"of {self.trials[kind]} replays to an open question, "
                       f"1 in 63 is {self.trials[kind] / 63:.1f}")
        yield (f"by chance, follow    {self.believed['follow']:5} believed, "
               "as the question came before what should have been early")
        yield (f"by chance, no matter {count['spoken for']:5} replays that "
               "spoke for a node in Katapult")
        yield from self.leaving()

    def leaving(self):
        for hits in HITS:
            row = f"leaving, {hits}"
            unsaid = self.counts[row + ": held, unsaid"]
            total = self.counts[row]
            yield (f"{row:20} {total:5}, nodeid left and nobody said so "
                   f"{unsaid} ({100 * unsaid / max(1, total):.2f} %), said "
                   f"{self.counts[row + ': held and said']}, warned in all "
                   f"{self.counts[row + ': warned']}")
        for key, n in sorted(self.counts.items()):
            if key.startswith("held, unsaid: "):
                yield f"{'left, ' + key[14:]:20} {n:5} that no hand-back mends"

    def end(self, log):
        """Print it all. Returns the exit status."""
        self.judge_chance()
        for number, line in sorted(self.lines, key=lambda p: p[0] or 0):
            where = "" if number is None else \
                f"SEED={self.seed} ROUND={number} "
            print(where + line)
        if self.failed:
            print("traces:", os.path.join(log, "campaign-*.txt"))
        for line in self.table():
            print(line)
        failed = len(set(self.failed)) + self.broken["chance"]
        print(f"{len(self.rounds) - len(set(self.failed))} passed, "
              f"{failed} failed")
        return 1 if failed or not self.rounds else 0
