#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""Plug a USB serial adapter into this kernel's vhci_hcd, which sends back what
it is sent. Says "ready" once it is configured, and is unplugged when it ends.
Usage: usb-serial.py SERIAL-NUMBER
Wire facts: usbip-gsusb-bridge.md, sections 1 to 4.1.
"""
import socket
import struct
import sys

ATTACH = "/sys/devices/platform/vhci_hcd.0/attach"
PORT, DEVID, FULL_SPEED = 0, 0x00010002, 2
SUBMIT, UNLINK, RET_SUBMIT, RET_UNLINK = 1, 2, 3, 4
STALL, ECONNRESET = -32, -104
DEVICE = bytes.fromhex("12010002 02000010 501d4e61 00010102 0301")
CONFIG = bytes.fromhex(
    "09023e00020100c032"
    "090400000102020100 0524001001 04240206 0524060001 070583030800ff"
    "09040100020a000000 07050202400000 07058102400000")
STRINGS = [b"\x04\x03\x09\x04"] + [
    bytes([2 + 2 * len(s), 3]) + s.encode("utf-16-le")
    for s in ("Klipper", "stm32f446xx", sys.argv[1])]


def get_descriptor(kind, index):
    if kind == 1:
        return DEVICE
    if kind == 2:
        return CONFIG
    if kind == 3 and index < len(STRINGS):
        return STRINGS[index]
    return None


def control(setup):
    """Returns the bytes to send, or None for a stall."""
    kind, request, value, _, length = struct.unpack("<BBHHH", setup)
    if (kind, request) == (0x80, 6):
        data = get_descriptor(value >> 8, value & 255)
        return data if data is None else data[:length]
    if (kind, request) == (0x00, 9):
        print("ready", flush=True)
    # GET_STATUS; all else that is asked for is to be taken silently
    return bytes(min(length, 2)) if kind & 0x80 else b""


class Device:
    def __init__(self, sock):
        self.stream = sock.makefile("rwb", buffering=0)
        self.waiting = {}  # endpoint: (seqnum, length) of each read
        self.echo = b""

    def answer(self, command, seqnum, status, data=b"", length=None):
        length = len(data) if length is None else length
        self.stream.write(struct.pack(">5I2i3I8x", command, seqnum, 0, 0, 0,
                                      status, length, 0, 0, 0) + data)

    def feed(self):
        reads = self.waiting.setdefault(1, [])
        while self.echo and reads:
            seqnum, length = reads.pop(0)
            data, self.echo = self.echo[:length], self.echo[length:]
            self.answer(RET_SUBMIT, seqnum, 0, data)

    def submit(self, seqnum, to_host, endpoint, length, setup):
        out = b"" if to_host else self.read(length)
        if endpoint == 0:
            data = control(setup)
            if data is None:
                self.answer(RET_SUBMIT, seqnum, STALL)
            else:
                self.answer(RET_SUBMIT, seqnum, 0, data,
                            None if to_host else length)
        elif to_host:
            self.waiting.setdefault(endpoint, []).append((seqnum, length))
        else:
            self.echo += out
            self.answer(RET_SUBMIT, seqnum, 0, length=length)
        self.feed()

    def unlink(self, seqnum, victim):
        status = 0
        for reads in self.waiting.values():
            for read in reads:
                if read[0] == victim:
                    reads.remove(read)
                    status = ECONNRESET
                    break
        self.answer(RET_UNLINK, seqnum, status)

    def read(self, length):
        data = b""
        while len(data) < length:
            part = self.stream.read(length - len(data))
            if not part:
                sys.exit()
            data += part
        return data

    def run(self):
        while True:
            head = self.read(48)
            command, seqnum, _, to_host, endpoint = struct.unpack_from(
                ">5I", head)
            if command == SUBMIT:
                length, = struct.unpack_from(">I", head, 0x18)
                self.submit(seqnum, to_host, endpoint, length, head[0x28:])
            elif command == UNLINK:
                self.unlink(seqnum, *struct.unpack_from(">I", head, 0x14))


ours, kernels = socket.socketpair()
with open(ATTACH, "w") as attach:
    attach.write("%d %d %d %d" % (PORT, kernels.fileno(), DEVID, FULL_SPEED))
kernels.close()
Device(ours).run()
