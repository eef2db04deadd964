# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""One canbootreq: its start, what it is done to, and its end."""
import fcntl
import json
import os
import re
import signal
import time

F_SETPIPE_SZ = 1031
HARMLESS = ("XFSZ",)  # that of a full file, which a write tells of
SMALL = 4096
FILLER = b"-" * SMALL
START = 1.0  # seconds until its first frame, less what it waits and works
SPIN = 3.0  # of the processor for a start
GRACE = 0.5  # over its limit, then it is killed
PLAIN = re.compile(r"([0-9a-f]{12}): ([a-z-]+): (.*)")
WARNING = re.compile(r"canbootreq: warning: (.*)")


class Pipe:
    """What a program writes into, read as the plan says."""

    def __init__(self, how):
        self.how = how
        self.data = b""
        self.read_end, self.write_end = os.pipe()
        os.set_blocking(self.read_end, False)
        if how in ("full", "late"):
            fcntl.fcntl(self.write_end, F_SETPIPE_SZ, SMALL)
            os.write(self.write_end, FILLER)
        self.flags = fcntl.fcntl(self.write_end, fcntl.F_GETFL)
        if how == "closed":
            self.close(read_end=True)

    def close(self, read_end=False):
        end = self.read_end if read_end else self.write_end
        if end is not None:
            os.close(end)
        if read_end:
            self.read_end = None
        else:
            self.write_end = None

    def drain(self):
        while self.read_end is not None:
            try:
                got = os.read(self.read_end, 65536)
            except BlockingIOError:
                return
            if not got:
                return
            self.data += got

    def finish(self):
        """The flags that the program has left, and what it has written."""
        changed = fcntl.fcntl(self.write_end, fcntl.F_GETFL) != self.flags
        self.drain()
        self.close()
        self.close(read_end=True)
        text = self.data
        if self.how in ("full", "late"):
            text = text.removeprefix(FILLER)
        return text.decode(errors="replace"), changed


def arguments(call, iface):
    argv = ["-i", iface, "--timeout", f"{call.timeout:g}"]
    for uuid in call.uuids:
        argv += ["-u", uuid]
    if call.mode != "enter":
        argv.append(f"--{call.mode}")
    if call.json:
        argv.append("--json")
    if call.verbose:
        argv.append("-v")
    if call.nodeid is not None:
        argv += ["--nodeid", str(call.nodeid)]
    return argv


class Result:
    """What one UUID was told, from text or JSON."""

    def __init__(self, uuid, outcome, reason, code=None, warnings=(),
                 nodeid=None):
        self.uuid, self.outcome, self.reason = uuid, outcome, reason
        self.code, self.warnings, self.nodeid = code, list(warnings), nodeid


def parse(call, out, err):
    """Returns the results and what could not be read as one."""
    results, strange = [], []
    for line in out.splitlines():
        if call.json:
            try:
                o = json.loads(line)
                results.append(Result(o["uuid"], o["outcome"], o["reason"],
                                      o["code"], o.get("warnings", ()),
                                      o.get("nodeid")))
            except (ValueError, KeyError, TypeError):
                strange.append(line)
            continue
        match = PLAIN.fullmatch(line)
        if match:
            results.append(Result(*match.groups()))
        else:
            strange.append(line)
    if not call.json:
        # they name no UUID, but the node's nodeid or nothing
        told = WARNING.findall(err)
        for result in results:
            result.warnings = told
    return results, strange


class Watch:
    """
    When a process did not run though it could or should have: it waited for
    the processor while others ran, as the scheduler counts it, or for the
    kernel, at two looks in a row (state "D": locks, grace periods, pages).
    One that hangs in a read, a write or a poll sleeps, and one that spins
    has the processor: that is no waiting.
    """

    def __init__(self, pid):
        self.files = [os.open(f"/proc/{pid}/{name}", os.O_RDONLY)
                      for name in ("stat", "schedstat")]
        self.samples = []  # (from, to, seconds it waited and it ran between)
        self.run, self.delay, self.state = 0.0, 0.0, "S"

    def look(self, since, until):
        try:
            stat, sched = (os.pread(fd, 512, 0) for fd in self.files)
        except ProcessLookupError:
            return
        state = stat.rpartition(b")")[2].split()[0].decode()
        run, delay = (int(ns) / 1e9 for ns in sched.split()[:2])
        waited = delay - self.delay
        if state == self.state == "D":
            waited = until - since
        if waited or run > self.run:
            self.samples.append((since, until, waited, run - self.run))
        self.run, self.delay, self.state = run, delay, state

    def waited(self, since, until):
        return sum(waited for a, b, waited, _ in self.samples
                   if b > since and a < until)

    def ran(self, since, until):
        """What is more than SPIN is no work."""
        return min(SPIN, sum(ran for a, b, _, ran in self.samples
                             if b > since and a < until))

    def close(self):
        for fd in self.files:
            os.close(fd)


class Caller:
    """A running call, and what is seen of it from outside."""

    def __init__(self, call, index, program, iface):
        self.call, self.index = call, index
        self.argv = [program] + arguments(call, iface)
        self.pid = self.fd = self.status = self.watch = None
        self.out, self.err = Pipe(call.out), Pipe(call.err)
        self.first = self.last = 0  # places in the bus's record
        self.started = self.ended = 0.0
        self.late = self.killed = False
        self.signalled = []  # when which signal was sent to the living
        self.before = {}  # the nodes as it begins, and
        self.held = {}  # their nodeids as it has ended
        self.text = self.errors = ""
        self.flags_changed = False

    def start(self, first):
        self.first = first
        self.started = time.monotonic()
        devnull = (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0)
        self.pid = os.posix_spawn(
            self.argv[0], self.argv, {"UBSAN_OPTIONS": "print_stacktrace=1"},
            file_actions=[devnull,
                          (os.POSIX_SPAWN_DUP2, self.out.write_end, 1),
                          (os.POSIX_SPAWN_DUP2, self.err.write_end, 2)],
            setsigmask=(), setsigdef=(signal.SIGPIPE, signal.SIGXFSZ))
        self.fd = os.pidfd_open(self.pid)
        self.watch = Watch(self.pid)

    def running(self):
        return self.pid is not None and self.status is None

    def kill(self, name):
        if not self.running():
            return
        number = getattr(signal, f"SIG{name}")
        if name not in HARMLESS:
            self.signalled.append((time.monotonic(), int(number)))
        os.kill(self.pid, number)

    def kill_hard(self):
        self.killed = True
        os.kill(self.pid, signal.SIGKILL)

    def drain(self):
        """What the plan lets be read while it runs."""
        for pipe in (self.out, self.err):
            read = pipe.how == "read" or (pipe.how == "late" and self.late)
            if read:
                pipe.drain()

    def reap(self, last):
        self.ended = time.monotonic()
        self.last = last
        _, status, _ = os.wait4(self.pid, 0)
        self.status = os.waitstatus_to_exitcode(status)
        os.close(self.fd)
        self.fd = None
        self.watch.close()
        self.text, out_changed = self.out.finish()
        self.errors, err_changed = self.err.finish()
        self.flags_changed = out_changed or err_changed
