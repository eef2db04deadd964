# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""
An adversarial campaign against canbootreq on a real kernel's bus.

On this machine it starts guests, as many as there are processors, which take
turns with the rounds; --here plays all of them on this very bus.
"""
import argparse
import glob
import json
import os
import selectors
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def options():
    p = argparse.ArgumentParser(prog="campaign", description=__doc__)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--rounds", type=int, default=100)
    p.add_argument("--round", type=int, help="this one only")
    p.add_argument("--build", default="build/ubsan",
                   help="where the programs are")
    p.add_argument("--log", default="build/log", help="where traces go")
    p.add_argument("--guests", type=int, default=os.cpu_count())
    p.add_argument("--here", action="store_true")
    p.add_argument("--interface", default="vcan0")
    p.add_argument("--share", default="0/1", help="turn/guests, of one guest")
    p.add_argument("--raw", action="store_true", help="print rows, no table")
    p.add_argument("--keep", action="store_true", help="trace every round")
    return p.parse_args()


def numbers(args):
    if args.round is not None:
        return [args.round]
    turn, guests = map(int, args.share.split("/"))
    return range(turn, args.rounds, guests)


def trace(args, number, lines):
    path = os.path.join(args.log, f"campaign-{number}.txt")
    with open(path, "w", encoding="utf-8") as log:
        log.writelines(line + "\n" for line in lines)


def play(args):
    """Rows of the rounds that fall to this guest, as they come."""
    from bus import Bus
    from draw import make
    from judge import Judge, limit
    from report import describe, summary
    from runner import Runner
    from world import World

    with tempfile.TemporaryDirectory(prefix="campaign.") as folder:
        world = World(os.path.join(args.build, "canmcu"), args.interface,
                      folder, args.seed)
        runner = Runner(Bus(args.interface), world,
                        os.path.join(args.build, "canbootreq"),
                        args.interface, limit)
        for number in numbers(args):
            evidence = runner.play(make(args.seed, number))
            judge = Judge(evidence).run()
            if judge.findings or args.keep:
                trace(args, number, describe(evidence, judge))
            yield summary(judge)
        said = world.end()
        if said:
            yield {"round": -1, "theme": "canmcu", "counts": {},
                   "findings": [("sanitizer", said[-500:])],
                   "coincidences": []}


def guest(args, turn):
    """A row of JSON a line, from User-Mode Linux."""
    argv = [os.path.join(os.path.dirname(args.build) or ".", "vcan-run"),
            "--", sys.executable, "-B", HERE, "--here", "--raw", "--share",
            f"{turn}/{args.guests}"]
    for name in ("seed", "rounds", "round", "build", "log"):
        if getattr(args, name) is not None:
            argv += [f"--{name}", str(getattr(args, name))]
    if args.keep:
        argv.append("--keep")
    return subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE)


def gather(args):
    """Rows of all guests. A guest that dies has failed."""
    if args.round is not None:
        args.guests = 1
    with selectors.DefaultSelector() as ready:
        for turn in range(args.guests):
            one = guest(args, turn)
            ready.register(one.stdout, selectors.EVENT_READ, one)
        while ready.get_map():
            for key, _ in ready.select():
                line = key.fileobj.readline()
                if line:
                    yield json.loads(line)
                    continue
                ready.unregister(key.fileobj)
                yield from ended(key.data)


def ended(one):
    if one.wait():
        yield {"round": -1, "theme": "guest", "counts": {}, "coincidences": [],
               "findings": [("hang", "a guest ended with status "
                             f"{one.returncode}")]}


def forget_traces(args):
    for path in glob.glob(os.path.join(args.log, "campaign-*.txt")):
        os.unlink(path)


def main():
    from report import Report

    args = options()
    os.makedirs(args.log, exist_ok=True)
    if not args.raw:
        forget_traces(args)
    report = Report(args.seed)
    for row in play(args) if args.here else gather(args):
        if args.raw:
            print(json.dumps(row), flush=True)
        report.add(row)
    return 0 if args.raw else report.end(args.log)


sys.exit(main())
