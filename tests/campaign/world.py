# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""The MCUs: one canmcu, steered and asked over its control socket."""
import json
import os
import socket
import subprocess
import time

from plan import FLASHED, HOSTED, UUIDS


class Line:
    """A connection to the control socket: lines to and from."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(path)
        self.rest = b""

    def send(self, *commands):
        self.sock.sendall("".join(f"{c}\n" for c in commands).encode())

    def lines(self, block):
        """What has come; with block at least one line."""
        while True:
            try:
                got = self.sock.recv(65536, 0 if block and b"\n" not in
                                     self.rest else socket.MSG_DONTWAIT)
            except BlockingIOError:
                break
            if not got:
                raise RuntimeError("canmcu has ended: see its log")
            self.rest += got
        *whole, self.rest = self.rest.split(b"\n")
        return [json.loads(line) for line in whole]


class World:
    """All MCUs, and what happened to them."""

    def __init__(self, program, iface, folder, seed):
        self.path = os.path.join(folder, f"{iface}.ctl")
        self.log_path = os.path.join(folder, f"{iface}.canmcu.log")
        argv = [program, "-i", iface, "--control", self.path, "--seed",
                str(seed)]
        for uuid in UUIDS:
            argv += ["-u", uuid, "--state", "off"]
        argv += ["-u", HOSTED, "--nodeid", "4"]
        argv += ["-u", FLASHED, "--state", "katapult", "--nodeid", "129"]
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL,
                                            stderr=log)
        self.ctl = self.connect()
        self.news = Line(self.path)
        self.news.send("subscribe")
        self.events = self.news.lines(True)[1:]
        self.boards = {u: ("katapult", False) for u in UUIDS}

    def connect(self):
        for _ in range(1000):
            try:
                return Line(self.path)
            except OSError:
                time.sleep(0.01)
        raise RuntimeError(f"canmcu does not start: {self.said()}")

    def said(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def tell(self, *commands):
        """Their replies; what is refused is a mistake of the plan."""
        self.ctl.send(*commands)
        replies = []
        while len(replies) < len(commands):
            replies += self.ctl.lines(True)
        for command, reply in zip(commands, replies):
            if not reply["ok"]:
                raise RuntimeError(f"{command}: {reply['error']}")
        return replies

    def show(self, uuid):
        return self.tell(f"show {uuid}")[0]["mcu"]

    def nodeid(self, uuid):
        """
        That it holds now. In the turn of its loop that reads a command canmcu
        may not have seen all frames yet, in the next one it has.
        """
        held = self.show(uuid)["nodeid"]
        return held if held is None else self.show(uuid)["nodeid"]

    def prepare(self, node):
        uuid = node.uuid
        commands = [f"fault-clear {uuid}", f"set {uuid} state off"]
        bootloader, blank = self.boards[uuid]
        if blank and not node.blank:
            commands.append(f"set {uuid} no_application no")
        if bootloader != node.bootloader:
            commands.append(f"set {uuid} bootloader {node.bootloader}")
        if node.blank and not blank:
            commands.append(f"set {uuid} no_application yes")
        self.boards[uuid] = (node.bootloader, node.blank)
        commands.append(f"set {uuid} boot_ms {node.boot_ms}")
        if node.state != "off":
            commands.append(f"set {uuid} state {node.state}")
        if node.nodeid is not None:
            commands.append(f"set {uuid} nodeid {node.nodeid}")
        commands += [f"fault {uuid} {fault}" for fault in node.faults]
        self.tell(*commands)

    def take_events(self):
        self.events += self.news.lines(False)

    def sync(self):
        """All events so far, which are forgotten here."""
        last = self.tell("seq")[0]["seq"]
        while not self.events or self.events[-1].get("seq", 0) < last:
            self.events += self.news.lines(True)
        events, self.events = self.events, self.events[-1:]
        if any(e["event"] == "missed" for e in events):
            raise RuntimeError("events of canmcu were missed")
        return events

    def end(self):
        """What a sanitizer said."""
        self.process.terminate()
        self.process.wait()
        said = self.said()
        return said if "runtime error" in said else ""
