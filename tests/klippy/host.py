# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""What the checks against an unmodified Klipper share: one canmcu, one klippy, and TAP.

KLIPPER_DIR     a checkout of Klipper; without it every check counts as skipped
KLIPPER_PYTHON  a Python that has klippy's modules; klippy-env beside it, or python3
BUILD           where canmcu is (build)
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

KLIPPER_DIR = os.environ.get("KLIPPER_DIR")
ENV = os.path.join(KLIPPER_DIR or "", "../klippy-env/bin/python")
PYTHON = os.environ.get("KLIPPER_PYTHON", ENV if os.path.exists(ENV) else "python3")
CANMCU = os.path.join(os.path.abspath(os.environ.get("BUILD", "build")), "canmcu")
# as long as a busy machine may need; a klippy that settles ends the wait
LIMIT_S = 120
# options of canmcu for a machine that does other things, too
BUSY = ("--lateness", "900")
TURN_S = 0.1


def read(name):
    """A file beside this one."""
    folder = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(folder, name)) as file:
        return file.read()


def until(true, limit=LIMIT_S):
    """Whether something comes true: of another process no event tells."""
    end = time.monotonic() + limit
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(TURN_S)
    return True


def stop(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Canmcu:
    """A canmcu that is ready, or has ended and said why."""

    def __init__(self, folder, *args):
        self.log = os.path.join(folder, "canmcu.log")
        with open(self.log, "w") as log:
            self.process = subprocess.Popen([CANMCU, *args], stdout=log, stderr=subprocess.STDOUT)
        until(lambda: not self.runs() or "ready" in self.said())

    def said(self):
        with open(self.log, errors="replace") as log:
            return log.read()

    def runs(self):
        return self.process.poll() is None

    def stop(self):
        stop(self.process)


class Api:
    """What a klippy says whose files are in a folder."""

    def __init__(self, folder):
        self.api = os.path.join(folder, "api")
        self.log = os.path.join(folder, "klippy.log")

    def ask(self, method, params=None):
        """The answer of klippy's API, which ends each message with ^C."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(LIMIT_S)
            line.connect(self.api)
            request = {"id": 1, "method": method, "params": params or {}}
            line.sendall(json.dumps(request).encode() + b"\x03")
            got = b""
            while b"\x03" not in got:
                piece = line.recv(65536)
                if not piece:
                    raise EOFError("klippy closed its API")
                got += piece
        return json.loads(got.split(b"\x03")[0])

    def gcode(self, script):
        """None, or klippy's error."""
        return self.ask("gcode/script", {"script": script}).get("error", {}).get("message")

    def objects(self, *names):
        answer = self.ask("objects/query", {"objects": dict.fromkeys(names)})
        return answer["result"]["status"]

    def state(self):
        """As klippy tells it; "silent" while it does not."""
        try:
            info = self.ask("info")["result"]
            return info["state"], " ".join(info["state_message"].split())
        except (OSError, EOFError, KeyError, ValueError):
            return "silent", ""

    def logged(self, text):
        """How often its log has a text."""
        with open(self.log, errors="replace") as log:
            return log.read().count(text)

    def becomes(self, state):
        """None once it is in a state, or what it says instead."""
        if until(lambda: self.state()[0] == state):
            return None
        return "%s: %s" % self.state()


class Klippy(Api):
    """A klippy with the configuration of a file."""

    def __init__(self, folder, cfg):
        super().__init__(folder)
        self.process = subprocess.Popen(
            [PYTHON, os.path.join(KLIPPER_DIR, "klippy/klippy.py"), cfg, "-l", self.log,
             "-a", self.api, "-I", os.path.join(folder, "tty")],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def settle(self):
        """Its state once it is no longer starting."""
        until(lambda: self.process.poll() is not None or
              self.state()[0] not in ("silent", "startup"))
        return self.state()

    def stop(self):
        stop(self.process)


class Printer:
    """Both, each with its own printer.cfg; a folder that is gone at the end."""

    def __init__(self, host_cfg, sim_cfg, *args):
        """%s in a configuration, or an option, is the folder."""
        self.folder = tempfile.mkdtemp(prefix="klippy-")
        for name, text in (("printer.cfg", host_cfg), ("sim.cfg", sim_cfg)):
            with open(os.path.join(self.folder, name), "w") as file:
                file.write(text.replace("%s", self.folder))
        self.mcu = Canmcu(self.folder, "-c", os.path.join(self.folder, "sim.cfg"),
                          *(arg.replace("%s", self.folder) for arg in args))
        self.host = None

    def __enter__(self):
        if self.mcu.runs():
            self.host = Klippy(self.folder, os.path.join(self.folder, "printer.cfg"))
        return self

    def __exit__(self, *_):
        if self.host:
            self.host.stop()
        self.mcu.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def comes_up(self):
        """None, or why it does not."""
        if not self.host:
            return "canmcu: " + self.mcu.said()
        state, message = self.host.settle()
        return None if state == "ready" else "%s: %s" % (state, message)


def play(rows):
    """Print TAP for (name, check) rows; a check returns None, or why it failed."""
    failed = 0
    print("1..%d" % len(rows), flush=True)
    for number, (name, check) in enumerate(rows, 1):
        if not KLIPPER_DIR:
            print("ok %d - %s # SKIP KLIPPER_DIR names no Klipper checkout" % (number, name))
            continue
        try:
            reason = check()
        except Exception as error:  # pylint: disable=broad-except
            reason = "%s: %s" % (type(error).__name__, error)
        failed += reason is not None
        print("%s %d - %s" % ("not ok" if reason else "ok", number, name), flush=True)
        for line in (reason or "").splitlines():
            print("# " + line, flush=True)
    return failed > 0
