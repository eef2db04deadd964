#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
"""Change the programs a little, many times, and see whether the unit tests notice.

A mutant is one file of lib, tools or sim with one operator, number or statement
changed. It is compiled, linked to the unit tests of that file, and these are run one
after the other until one fails: the mutant is killed. The tests of a file are those
that have it in them; those that are named like it, or include its header, come first.

Which mutants are drawn follows from the seed. What the compiler makes the same
machine code of, or refuses, does not count. Neither does what is in a function that
none of these tests runs, which is found out by letting it trap: that is the business
of the tests on a bus, and is counted apart. Survivors are compared with a file of
lines "PLACE @@ BEFORE @@ AFTER @@ WORD", which says of each known one why it may live.
A place is FILE:FUNCTION, FILE:FUNCTION:2 for the second such line there, and so on; what
is in no function has just the FILE.

Each test runs with processes and a /tmp of its own, as a mutant may end or remove
anything; that needs unshare(1) and root, or a kernel that lets users do it.

Usage: tests/mutants.py [--seed N] [--mutants N] [--jobs N] [--only TEXT]
                        [--again FILE]
       from the project's folder, by 'make mutants'
"""
import argparse
import collections
import concurrent.futures
import os
import pathlib
import random
import re
import shlex
import signal
import subprocess
import sys
import time

ROOMS = ("lib", "tools", "sim")
TESTS_MAX = 40  # of a file
KNOWN = pathlib.Path("tests/mutants.txt")
OUT = pathlib.Path("build/mutants")
# hours of simulated time, and what ends processes on purpose by their number
LONG = {"test_soak"}

# What is changed: a pattern, and what it may become.
OPERATORS = [
    (r"(?<![<>=!\-])<(?![<=])", ["<="]),
    (r"(?<![<])<=", ["<"]),
    (r"(?<![\->=])>(?![>=])", [">="]),
    (r"(?<![>])>=", [">"]),
    (r"==", ["!="]),
    (r"!=", ["=="]),
    (r"&&", ["||"]),
    (r"\|\|", ["&&"]),
    (r"(?<=[\w\])]) \+ (?=[\w(])", [" - "]),
    (r"(?<=[\w\])]) - (?=[\w(])", [" + "]),
    (r"(?<=[\w\])]) & (?=[\w(~])", [" | "]),
    (r"(?<=[\w\])]) \| (?=[\w(~])", [" & "]),
    (r"(?<=[\w\])]) << (?=[\w(])", [" >> "]),
    (r"(?<=[\w\])]) >> (?=[\w(])", [" << "]),
    (r"\+=", ["-="]),
    (r"-=", ["+="]),
    (r"\btrue\b", ["false"]),
    (r"\bfalse\b", ["true"]),
    (r"(?<![\w.\"])\d+(?![\w.])", ["{n+1}"]),
    (r"(?<![\w.\"])0x[0-9a-fA-F]+(?![\w.])", ["{n+1}"]),
    (r"(?<=[(&|] )!(?=[\w(*])|(?<=\()!(?=[\w(*])", [""]),
    (r"\b(?:if|while) \([^!;{]+\)$", ["negate"]),
    (r"^\t+(?:[\w>.\[\]-]+(?: [+|&-]?= [^{]+|\(.*\)|\+\+|--)|continue|break);$",
     ["drop"]),
]
# What nobody can notice, or must not be: types, includes, texts, declarations.
SKIP = re.compile(r"^\s*(?:#\s*(?!define \w+ [\dx(])|//|/\*|\*|extern\b|typedef\b)")
# A buffer: nobody can notice a little more room.
ROOM = re.compile(r"\s+(?:char|u?int(?:\d+_t)?) \w+\[[^=]*;$")
FUNCTION = re.compile(r"(?=\w).*?(\w+)\((?!.*;$)")  # its first line
TEXT = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])+'|/\*.*?\*/|//.*")


def blank_texts(line):
    """The line with strings, characters and comments made blank."""
    return TEXT.sub(lambda m: '"' + " " * (len(m[0]) - 2) + '"', line)


def changed(line, match, how):
    """The line with what was matched changed."""
    if how == "drop":
        return re.match(r"\t*", line)[0] + ";"
    if how == "negate":
        word, condition = match[0][:-1].split(" (", 1)
        start = match.end() - len(condition) - 1
        return f"{line[:match.start()]}{word} (!({line[start:-1]}))"
    if how == "{n+1}":
        how = str(int(match[0], 0 if match[0].startswith("0x") else 10) + 1)
    return line[:match.start()] + how + line[match.end():]


def sites_of(path):
    """Each (number, before, after, place) of a file's lines."""
    comment, function, seen = False, "", collections.Counter()
    for number, line in enumerate(path.read_text().split("\n")):
        inside = comment or line.lstrip().startswith("/*")
        comment = inside and "*/" not in line
        if line.startswith("}"):
            function = ""
        elif found := FUNCTION.match(line):
            function = f":{found[1]}"
        if inside or SKIP.match(line):
            continue
        bare = blank_texts(line)
        for pattern, hows in OPERATORS:
            if ROOM.match(line) and hows == ["{n+1}"]:
                continue
            for match in re.finditer(pattern, bare):
                for how in hows:
                    after = changed(line, match, how)
                    change = function, line.strip(), after.strip()
                    seen[change] += 1
                    nth = f":{seen[change]}" if seen[change] > 1 else ""
                    yield number, line, after, f"{path}{function}{nth}"


def trapping(lines, number):
    """The file with a trap in the function around a line; None: it is in none."""
    for at in range(number, -1, -1):
        if lines[at].startswith("}"):
            return None
        if lines[at] == "{":
            return lines[:at] + ["{ __builtin_trap();"] + lines[at + 1:]
    return None


class Build:
    """How make compiles and links, and which tests have which file in them."""

    def __init__(self):
        tests = [p.stem for p in pathlib.Path("tests/unit").rglob("test_*.c")]
        self.sources = {p.stem: p.read_text()
                        for p in pathlib.Path("tests/unit").rglob("test_*.c")}
        said = subprocess.run(
            ["make", "-Bn", "V=1", *(f"build/unit/{t}" for t in tests)],
            check=True, capture_output=True, text=True).stdout
        self.links, self.compile = {}, None
        for line in said.replace("\\\n", " ").splitlines():
            words = line.split()
            if "-lcmocka" in words:
                out = words[words.index("-o") + 1]
                self.links[pathlib.Path(out).name] = words
            elif "-c" in words and "-o" in words and not self.compile:
                self.compile = words[:words.index("-c")]
        self.compile = [w for w in self.compile if w not in ("-g", "-MMD", "-MP")]
        self.objects = {t: self.files_in(t) for t in self.links}

    def files_in(self, test):
        said = subprocess.run(["nm", "-a", f"build/unit/{test}"], check=True,
                              capture_output=True, text=True).stdout
        names = set(re.findall(r" a (\S+\.c)$", said, re.M))
        linked = {w.removeprefix("build/asan/obj/").removesuffix(".o") + ".c"
                  for w in self.links[test] if w.endswith(".o")}
        lib = {str(p) for p in pathlib.Path("lib").rglob("*.c")
               if p.name in names}
        return linked | lib

    def tests_of(self, path):
        """Those of a file, the likeliest to notice first."""
        header = f"{path.parent.name}/{path.stem}.h"
        having = [t for t in self.links if str(path) in self.objects[t]
                  and t not in LONG]
        return sorted(having, key=lambda t: (
            t != f"test_{path.stem}", path.stem not in t,
            header not in self.sources[t], path.parent.name not in t,
            len(self.objects[t]), t))[:TESTS_MAX]


def run(words, seconds, **more):
    """Return: the exit status, or None when it took too long."""
    with subprocess.Popen(words, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, start_new_session=True,
                          **more) as process:
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return None


ALONE = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
         *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]),
         "sh", "-c", "mount -t tmpfs tmpfs /tmp && ulimit -c 0 && "
         "ulimit -S -f 400000 && exec \"$0\""]


# Without sanitizers, whose code has places in a file, and its name, and guesses.
PLAIN = ("-O2", "-fno-sanitize=all", "-fno-guess-branch-probability")
# In each mutant: a test with it removes its own file, which shows that it began.
BEGIN = """
extern int unlink(const char *);
__attribute__((constructor)) static void mutant_began(void) { unlink("%s"); }
"""


def passes(binary, seconds):
    env = dict(os.environ, ASAN_OPTIONS="hard_rss_limit_mb=2000")
    return run([*ALONE, f"./{binary}"], seconds, env=env) == 0


class Mutants:
    """The draw, and what becomes of each."""

    def __init__(self, build, seed, only):
        self.build = build
        self.baseline = {}
        self.untested = 0
        self.idle = 0  # in functions that no test runs
        self.sites = []
        for room in ROOMS:
            for path in sorted(pathlib.Path(room).rglob("*.c")):
                if only not in str(path):
                    continue
                found = [(path, *site) for site in sites_of(path)]
                if self.build.tests_of(path):
                    self.sites += found
                else:
                    self.untested += len(found)
        random.Random(seed).shuffle(self.sites)

    def compile(self, path, lines, out, *flags):
        source = out.with_suffix(".c")
        source.write_text("\n".join(lines) + BEGIN % out.with_name("test"))
        return run([*self.build.compile, *flags, "-w", "-g0", "-iquote",
                    str(path.parent), "-c", "-o", str(out), str(source)], 120) == 0

    def link(self, test, path, obj, out):
        words = list(self.build.links[test])
        words[words.index("-o") + 1] = str(out)
        own = f"build/asan/obj/{path.with_suffix('.o')}"
        if own in words:
            words[words.index(own)] = str(obj)
        else:
            words.insert(words.index("build/asan/lib.a"), str(obj))
        if run(words, 120) != 0:
            sys.exit(f"mutants: {test} cannot be linked with {path} changed")

    def seconds_of(self, test):
        """How long a test may take; None: it does not pass as it is."""
        if test not in self.baseline:
            begin = time.monotonic()
            good = passes(f"build/unit/{test}", 120)
            took = time.monotonic() - begin
            self.baseline[test] = 10 + 8 * took if good else None
        return self.baseline[test]

    def judge(self, site, folder):
        """Return: "killed by TEST", "survived", "not run"; None: no mutant."""
        path, number, _, after, _ = site
        lines = path.read_text().split("\n")
        was, obj = folder / "was.o", folder / "mutant.o"
        self.compile(path, lines, was, *PLAIN)
        mutant = lines[:number] + [after] + lines[number + 1:]
        if not self.compile(path, mutant, obj, *PLAIN) or self.same(was, obj):
            return None
        self.compile(path, mutant, obj)
        killer = self.killer_of(path, obj, folder)
        if killer is not None:
            return f"killed by {killer}" if killer else None
        trap = trapping(lines, number)
        if not trap or not self.compile(path, trap, obj):
            return "survived"
        return "survived" if self.killer_of(path, obj, folder) else "not run"

    def killer_of(self, path, obj, folder):
        """Return: the test that fails with this object; None: they all pass; "":
        there is none."""
        tests = [t for t in self.build.tests_of(path) if self.seconds_of(t)]
        for test in tests:
            binary = folder / "test"
            self.link(test, path, obj, binary)
            good = passes(binary, self.seconds_of(test))
            if binary.exists():
                sys.exit(f"mutants: {binary}, which is {test} with {path} changed, "
                         "does not start: what failed is not the test")
            if not good:
                return test
        return None if tests else ""

    @staticmethod
    def same(a, b):
        """The same machine code and data; names of files do not count."""
        def code(path):
            said = subprocess.run(["objdump", "-sdr", str(path)], check=True,
                                  capture_output=True).stdout
            return re.sub(rb"(?m)^.*file format.*$", b"", said)
        return code(a) == code(b)


def survivors_in(path):
    """The word on each (place, before, after) of a list."""
    rows = [line.split(" @@ ") for line in path.read_text().splitlines()
            if line and not line.startswith("#")]
    return {tuple(part.strip() for part in row[:3]): row[3] for row in rows}


def name_of(site):
    _, _, before, after, place = site
    return place, before.strip(), after.strip()


def worker(mutants, queue, results, number, wanted):
    folder = OUT / str(number)
    folder.mkdir(parents=True, exist_ok=True)
    while len(results) < wanted:
        try:
            site = queue.pop(0)
        except IndexError:
            return
        try:
            end = mutants.judge(site, folder)
        except SystemExit:
            queue.clear()  # nobody goes on
            raise
        if not end or len(results) >= wanted:
            continue
        if end == "not run":
            mutants.idle += 1
        else:
            results.append((site, end))
        print(f"{len(results)}/{wanted} {site[0]}:{site[1] + 1}: {end}",
              flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mutants", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", default="", help="part of a path")
    parser.add_argument("--again", type=pathlib.Path, metavar="FILE",
                        help="try those of this list, instead of a draw")
    args = parser.parse_args()
    if run([*ALONE, "true"], 10) != 0:
        sys.exit("mutants: unshare does not work here, and without it a mutant "
                 "may end any process: run this as root")
    mutants = Mutants(Build(), args.seed, args.only)
    queue, results = list(mutants.sites), []
    if args.again:
        again = survivors_in(args.again)
        queue = [site for site in queue if name_of(site) in again]
        args.mutants = len(queue)
    print(f"{len(queue)} places in files that unit tests have in them, and "
          f"{mutants.untested} in others", flush=True)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for future in [pool.submit(worker, mutants, queue, results, n,
                                   args.mutants) for n in range(args.jobs)]:
            future.result()
    return report(mutants, results, args.seed)


def report(mutants, results, seed):
    known = survivors_in(KNOWN)
    survivors = [name_of(site) for site, end in results if end == "survived"]
    unknown = [s for s in survivors if s not in known]
    out = OUT / f"survivors-{seed}.txt"
    out.write_text("".join(
        " @@ ".join((*s, known.get(s, "?"))) + "\n" for s in survivors))
    failing = sorted(t for t, s in mutants.baseline.items() if s is None)
    if failing:
        print("left out, as they do not pass here:", *failing)
    print(f"{mutants.idle} more are in functions that no unit test runs")
    killed = len(results) - len(survivors)
    print(f"{killed} of {len(results)} killed, "
          f"{100 * killed / max(len(results), 1):.1f} %; {len(survivors)} "
          f"survived, {len(unknown)} of them without a word in {KNOWN}: "
          f"see {out}")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
