#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""Ask one board for its bootloader: ./enter.py can0 41f905f55004"""
import ctypes
import os
import random
import select
import sys
import time
from ctypes import POINTER, byref, c_bool, c_char_p, c_int, c_size_t
from ctypes import c_uint8, c_uint32, c_uint64, c_void_p

DRAW = ctypes.CFUNCTYPE(c_uint8, c_void_p)
Uuid = c_uint8 * 6    # struct kcan_uuid
Frame = c_uint8 * 16  # struct can_frame, which Python only passes on


class BusCfg(ctypes.Structure):  # struct kcan_bus_cfg
    _fields_ = [("ifname", c_char_p), ("filters", c_void_p),
                ("filters_len", c_size_t), ("errors", c_uint32),
                ("times", c_bool), ("receive_buffer", c_int)]


class BusRx(ctypes.Structure):  # struct kcan_bus_rx
    _fields_ = [("frame", Frame), ("own", c_bool), ("here", c_bool),
                ("at_us", c_uint64)]


class BootreqCfg(ctypes.Structure):  # struct kcan_bootreq_cfg
    _fields_ = [("timeout_us", c_uint64), ("goal", c_int), ("draw", DRAW),
                ("ctx", c_void_p)]


REQUEST, ENTER, LEAVE = range(3)  # enum kcan_bootreq_goal

# Functions of libkcan without the kcan_: what they return, what they take. An
# object of the library is a pointer that nobody looks behind.
FUNCTIONS = {
    "uuid_parse": (c_int, Uuid, c_char_p),
    "bus_open": (c_int, POINTER(c_void_p), POINTER(BusCfg)),
    "bus_fd": (c_int, c_void_p),
    "bus_send": (c_int, c_void_p, Frame),
    "bus_recv": (c_int, c_void_p, POINTER(BusRx), c_size_t),
    "bus_close": (None, c_void_p),
    "bootreq_new": (c_int, POINTER(c_void_p), Uuid, POINTER(BootreqCfg),
                    c_uint64),
    "bootreq_tx": (c_bool, c_void_p, Frame, c_uint64),
    "bootreq_sent": (None, c_void_p, c_uint64),
    "bootreq_unsent": (None, c_void_p, c_uint64),
    "bootreq_rx": (None, c_void_p, Frame, c_uint64),
    "bootreq_abort": (None, c_void_p, c_uint64),
    "bootreq_deadline": (c_uint64, c_void_p),
    "bootreq_done": (c_bool, c_void_p),
    "bootreq_verdict": (c_int, c_void_p),
    "bootreq_verdict_name": (c_char_p, c_int),
    "bootreq_verdict_text": (c_char_p, c_int),
    "bootreq_free": (None, c_void_p),
}


def load(path="libkcan.so.0"):
    library = ctypes.CDLL(path)
    for name, (result, *arguments) in FUNCTIONS.items():
        function = getattr(library, "kcan_" + name)
        function.restype, function.argtypes = result, arguments
        setattr(library, name, function)
    return library


def now_us():
    return time.monotonic_ns() // 1000


def check(status, what):
    if status < 0:
        sys.exit(f"{what}: {os.strerror(-status)}")


def turn(kcan, bus, req, sent):
    """Wait for a frame, pass it on, and send what is due."""
    wait_us = max(kcan.bootreq_deadline(req) - now_us(), 0)
    select.select([kcan.bus_fd(bus)], [], [], wait_us / 1e6)
    rx = BusRx()
    got = kcan.bus_recv(bus, byref(rx), 1)
    if got < 0:  # it hands the nodeid back, then ends
        kcan.bootreq_abort(req, now_us())
    elif got and not rx.own:
        kcan.bootreq_rx(req, rx.frame, rx.at_us)
    elif got and bytes(rx.frame) == bytes(sent):
        kcan.bootreq_sent(req, now_us())
    if kcan.bootreq_tx(req, sent, now_us()) and kcan.bus_send(bus, sent):
        kcan.bootreq_unsent(req, now_us())


def enter(kcan, ifname, uuid_text):
    """Return the verdict as a number: enum kcan_bootreq_verdict."""
    # Klipper hosts and the known tools stay below c0.
    nodeids = iter(random.sample(range(0xc0, 0xff), 63))
    draw = DRAW(lambda ctx: next(nodeids, 0))  # has to live as long as req
    cfg = BootreqCfg(timeout_us=5000000, goal=ENTER, draw=draw)
    uuid, sent, bus, req = Uuid(), Frame(), c_void_p(), c_void_p()
    check(kcan.uuid_parse(uuid, uuid_text.encode()), uuid_text)
    check(kcan.bus_open(byref(bus), BusCfg(ifname=ifname.encode(),
                                           times=True)), ifname)
    check(kcan.bootreq_new(byref(req), uuid, cfg, now_us()), ifname)
    while not kcan.bootreq_done(req):
        try:
            turn(kcan, bus, req, sent)
        except KeyboardInterrupt:
            kcan.bootreq_abort(req, now_us())
    verdict = kcan.bootreq_verdict(req)
    kcan.bootreq_free(req)
    kcan.bus_close(bus)
    return verdict


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: enter.py INTERFACE UUID")
    KCAN = load()
    VERDICT = enter(KCAN, *sys.argv[1:])
    print(KCAN.bootreq_verdict_name(VERDICT).decode() + ":",
          KCAN.bootreq_verdict_text(VERDICT).decode())
