#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""Print each citation of a page, or of a section in one, that leads nowhere.

Comments of programs are read, and all of the pages; of strings only the pages.

Usage: tests/citations.py [FILE...]   from the project's folder; all of git's
files when none is named.

A page is cited by its name, with or without its folder: it has to be in docs, in
docs/reference or at the top. "section 14.3", "sections 4.2 and 5" and "§8.2/8.3"
have to be numbers of headings, and so do bare numbers right behind a page's name;
a text in quotation marks there has to be a heading. A section belongs
- to the page whose name, or short name, stands right before it; else
- in a page: to that page;
- elsewhere: to the last page named before it in the same comment, or else to the
  first page that the file names, which has to stand above it.
What belongs to another project is K:path or P:path, and the section behind a
standard's name and number ("RFC 1950", "USB 2.0") is one of that.
"""
import pathlib
import re
import subprocess
import sys

NUM = r"\d+[a-z]?(?:\.\d+)*(?![\w.]*\w)"
LIST = rf"{NUM}(?:(?:\s*(?:,|and|to|or|/))+\s*§?{NUM})*"
NAME = r"(?<![\w./:-])(?:\$?[\w.-]+/)*(?P<name>[\w-]+\.md)\b"
TOKEN = re.compile(
    rf"{NAME}[`)]*(?:,?\s+(?P<bare>{LIST})|,?\s+\"(?P<title>[^\"]+)\")?"
    rf"|(?P<near>(?:\b(?P<short>[A-Z]{{2}})|[`)]*,?)\s+)?(?:\b[Ss]ections?\s+|§)"
    rf"(?P<list>{LIST})"
    r"|\b(?P<foreign>[A-Z]{2,} ?\d[\d.]*,?\s+(?:section |§)[\d.]+)"
    r"|\b(?P<gone>DESIGN|STYLE)\b")
SHORT = re.compile(r"`([\w-]+\.md)`\s+\((?:called )?([A-Z]{2})\)")
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)")
C_UNIT = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|/\*.*?\*/|//[^\n]*',
                    re.S)
HASH_UNIT = re.compile(r"(?:^[ \t]*#[^\n]*\n)+", re.M)
LEADER = re.compile(r"\n[ \t]*(?:\*|#)?")


class Page:
    """What can be cited of a page: numbers and titles of its headings."""

    def __init__(self, path):
        heads = re.findall(r"^#+\s+(.*?)\s*$", path.read_text(), re.M)
        self.titles = set(heads)
        self.numbers = {m[1] for h in heads
                        if (m := re.match(r"(\d+[a-z]?(?:\.\d+)*)\b", h))}


def find_pages():
    return {p.name: Page(p) for where in ("*.md", "docs/*.md", "docs/reference/*.md")
            for p in sorted(pathlib.Path().glob(where))}


def units(path, text):
    """Comments and strings of a program, or all of a page, each with its offset."""
    if path.suffix == ".md":
        return [(0, text)]
    if path.suffix == ".1":
        return [(-1, '"' + text)]
    pattern = C_UNIT if path.suffix in (".c", ".h") else HASH_UNIT
    return [(m.start(), LEADER.sub(lambda l: " " * len(l[0]), m[0]))
            for m in pattern.finditer(text)]


class Reader:
    """Goes through one file from its top, and keeps what is wrong in it."""

    def __init__(self, path, pages):
        self.path, self.pages = path, pages
        self.text = path.read_text()
        self.is_page = path.suffix == ".md"
        self.first = path.name if self.is_page else None
        self.short = {s: n for n, s in SHORT.findall(self.text)}
        self.wrong = []

    def say(self, at, what):
        line = self.text.count("\n", 0, at) + 1
        self.wrong.append(f"{self.path}:{line}: {what}")

    def sections(self, at, name, numbers):
        if not name:
            self.say(at, f"section {numbers}: of which page?")
        elif name in self.pages:
            for number in re.findall(NUM, numbers):
                if number not in self.pages[name].numbers:
                    self.say(at, f"{name} has no section {number}")

    def token(self, at, m, last):
        """Return: the page that a section behind would belong to."""
        name = m["name"]
        if m["gone"]:
            self.say(at, f"there is no page {m['gone']}")
        elif name and name not in self.pages:
            self.say(at, f"there is no page {name}")
        elif name and m["bare"]:
            self.sections(at, name, m["bare"])
        elif name and m["title"] and m["title"] not in self.pages[name].titles:
            self.say(at, f"{name} has no heading \"{m['title']}\"")
        return name or last

    def string(self, start, text):
        for m in re.finditer(NAME, text):
            if m["name"] not in self.pages:
                self.say(start + m.start(), f"there is no page {m['name']}")

    def unit(self, start, text):
        last = end = None
        for m in TOKEN.finditer(text):
            at = start + m.start()
            if m["list"]:
                of = self.short.get(m["short"])
                if not of and (not self.is_page or end == m.start()):
                    of = last
                self.sections(at, of or self.first, m["list"])
            elif not m["foreign"]:
                last = self.token(at, m, last)
                self.first = self.first or last
            end = m.end()

    def read(self):
        for start, text in units(self.path, self.text):
            (self.string if text[:1] in "\"'" else self.unit)(start, text)
        if self.is_page:
            for m in LINK.finditer(self.text):
                if not (self.path.parent / m[1]).exists():
                    self.say(m.start(), f"there is no {m[1]}")
        return self.wrong


def all_files():
    names = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard", "--", ":!LICENSES",
         ":!tests/data", ":!tests/fuzz/seeds", ":!tests/citations.py",
         ":!tests/integration/runner/citations.bats"],
        check=True, capture_output=True, text=True).stdout
    return [n for n in names.split("\0") if n and pathlib.Path(n).is_file()]


def main():
    pages = find_pages()
    wrong = [w for f in sys.argv[1:] or all_files()
             for w in Reader(pathlib.Path(f), pages).read()]
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
