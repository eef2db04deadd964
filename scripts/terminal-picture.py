#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""Make the README's picture of a terminal from a real run, as SVG.

Usage: scripts/terminal-picture.py [FILE]   after `make`; by default docs/terminal.svg
The commands are run inside vcan-run, with a simulated board, and what they print is
what is in the picture. The same run gives the same file.
"""
import html
import os
import subprocess
import sys
import tempfile
import textwrap

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
BUILD = os.path.realpath(os.environ.get("BUILD", f"{ROOT}/build"))
UUID = "41f905f55004"
BOARD = "--mcu-type stm32g0b1xx --application-start 0x08002000"
IMAGES = {
    "old.bin": f"{BOARD} --version v0.12.0",
    "other.bin": "--mcu-type stm32f446xx --application-start 0x08008000",
    "klipper.bin": BOARD,
}
FLASH = "flash"  # of the board: old.bin behind 8 KiB
COMMANDS = [
    f"canbootreq -i vcan0 -u {UUID}",
    f"katflash -i vcan0 -u {UUID} other.bin",
    f"katflash -i vcan0 -u {UUID} klipper.bin",
]
COLUMNS, LINE, CHAR, MARGIN = 96, 19, 8.43, 16

HEAD = """\
<!-- SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause -->
<!-- Made by scripts/terminal-picture.py from a real run. -->
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" \
width="{width}" height="{height}" role="img" xml:space="preserve">
<title>canbootreq and katflash in a terminal</title>
<style>
rect {{ fill: #f6f8fa; stroke: #d0d7de }}
text {{ font: 14px monospace; fill: #57606a; white-space: pre }}
.typed {{ font-weight: bold; fill: #24292f }}
.done {{ fill: #116329 }}
.failed {{ fill: #8a4600 }}
@media (prefers-color-scheme: dark) {{
rect {{ fill: #0d1117; stroke: #30363d }}
text {{ fill: #9198a1 }}
.typed {{ fill: #f0f6fc }}
.done {{ fill: #7ee787 }}
.failed {{ fill: #e3b341 }}
}}
</style>
<rect x="0.5" y="0.5" width="{right}" height="{bottom}" rx="8"/>
"""


def run(command):
    """Lines as (kind, text): what is typed, and what comes back."""
    done = subprocess.run(command.split(), stdout=subprocess.PIPE, timeout=120,
                          stderr=subprocess.STDOUT, check=False, text=True)
    result = "failed" if done.returncode else "done"
    yield "typed", f"$ {command}"
    for line in done.stdout.splitlines():
        yield result if line.startswith(UUID) else "note", line


def session():
    """The lines of all commands, with a board that they find."""
    with open(FLASH, "wb") as flash, open("old.bin", "rb") as old:
        flash.write(b"\xff" * 8192 + old.read())
    with subprocess.Popen(["canmcu", "-i", "vcan0", "-u", UUID, "--flash-image", FLASH],
                          stdout=subprocess.PIPE, text=True) as mcu:
        try:
            mcu.stdout.readline()  # it is ready
            for command in COMMANDS:
                yield from run(command)
        finally:
            mcu.terminate()


def rows(lines):
    """The lines cut to the width, but between words, which a terminal does not do."""
    for kind, text in lines:
        for row in textwrap.wrap(text, COLUMNS, subsequent_indent="  ",
                                 break_on_hyphens=False):
            yield kind, row


def picture(shown):
    width = round(COLUMNS * CHAR) + 2 * MARGIN
    height = LINE * len(shown) + 2 * MARGIN
    svg = HEAD.format(width=width, height=height, right=width - 1, bottom=height - 1)
    for number, (kind, text) in enumerate(shown, 1):
        style = "" if kind == "note" else f' class="{kind}"'
        svg += (f'<text x="{MARGIN}" y="{MARGIN + LINE * number - 5}"{style}>'
                f"{html.escape(text, quote=False)}</text>\n")
    return svg + "</svg>\n"


def on_a_bus(path):
    os.environ["PATH"] = f"{BUILD}:{os.environ['PATH']}"
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name, options in IMAGES.items():
            with open(name, "wb") as image:
                subprocess.run(["canmcu", "image", "--version", "v0.13.0",
                                "--canbus-frequency", "1000000", "--size", "20480",
                                *options.split()], stdout=image, check=True)
        shown = list(rows(session()))
        os.chdir(ROOT)
    with open(path, "w", encoding="utf-8") as file:
        file.write(picture(shown))


if sys.argv[1:2] == ["--on-a-bus"]:
    on_a_bus(sys.argv[2])
else:
    target = os.path.realpath(sys.argv[1] if sys.argv[1:] else
                              f"{ROOT}/docs/terminal.svg")
    os.execv(f"{BUILD}/vcan-run", ["vcan-run", "--", os.path.realpath(__file__),
                                   "--on-a-bus", target])
