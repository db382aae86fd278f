# SPDX-License-Identifier: Apache-2.0
"""Functions fit a screen, files fit a head.

Two limits each: a hard one, and the ratchet, which holds the worst of today
and only ever goes down (./run --tighten).  Functions are found by the format
that clang-format enforces: a body is what stands between a "{" and a "}" alone
in the first column, in C and in shell.
"""

import re

HARD = {"function": 100, "file": 600, "nesting": 4}
UNIT = {"function": "lines", "file": "lines", "nesting": "levels deep"}
RATCHET = "tests/checks/ratchet.txt"
SHOWN = 3

# Comments, strings and character constants: braces in them do not count.
NOISE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'
                   r"'(?:\\.|[^'\\\n])'", re.S)
CONTROL = re.compile(r"(?:\)|\belse|\bdo)\s*$")
NAME = re.compile(r"(\w+)\s*\(")


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def functions(lines):
    """(name, first line, body) of each function."""
    start = None
    for i, line in enumerate(lines):
        if line.rstrip() == "{" and start is None:
            start = i
        elif line.rstrip() == "}" and start is not None:
            yield name_before(lines, start), start, lines[start + 1:i]
            start = None


def name_before(lines, start):
    head = ""
    for line in reversed(lines[max(0, start - 8):start]):
        head = line + " " + head
        if line and not line[0].isspace() and "(" in line:
            break
    match = NAME.search(head)
    return match.group(1) if match else "?"


def nesting(body):
    """Levels of control flow: braces after ), else and do."""
    depth, worst, stack, before = 0, 0, [], ""
    for char in "\n".join(body):
        if char == "{":
            counts = bool(CONTROL.search(before))
            stack.append(counts)
            depth += counts
            worst = max(worst, depth)
        elif char == "}" and stack:
            depth -= stack.pop()
        before = "" if char in ";{}" else (before + char)[-40:]
    return worst


def measure(tree):
    """{"function": [(value, where), ...], ...}, worst first."""
    found = {kind: [] for kind in HARD}
    for path in tree.files:
        c = path.endswith((".c", ".h"))
        if not c and not tree.is_shell(path):
            continue
        text = tree.text(path) or ""
        lines = (NOISE.sub(blank, text) if c else text).splitlines()
        found["file"].append((len(lines), path))
        for name, start, body in functions(lines):
            where = f"{path}:{start + 1}: {name}"
            found["function"].append((len(body), where))
            if c:
                found["nesting"].append((nesting(body), where))
    for kind in found:
        found[kind].sort(key=lambda entry: (-entry[0], entry[1]))
    return found


def read_ratchet(tree):
    if not tree.exists(RATCHET):
        return {}
    pairs = [line.split() for line in tree.lines(RATCHET)
             if line and not line.startswith("#")]
    return {kind: int(value) for kind, value in pairs}


def worst(entries):
    return entries[0][0] if entries else 0


def check(tree):
    ratchet = read_ratchet(tree)
    for kind, entries in measure(tree).items():
        limit = min(HARD[kind], ratchet.get(kind, HARD[kind]))
        for value, where in entries:
            if value > limit:
                yield f"{where}: {value} {UNIT[kind]}, the limit is {limit}"


def report(tree):
    """The worst ones, for people."""
    for kind, entries in measure(tree).items():
        for value, where in entries[:SHOWN]:
            yield f"{kind:8} {value:4}  {where}"


def tighten(tree):
    """Writes the worst of today; never more than the ratchet had."""
    old = read_ratchet(tree)
    lines = ["# The worst of today. Goes down with tests/checks/run --tighten,",
             "# never up: shorten the function instead."]
    for kind, entries in measure(tree).items():
        value = min(worst(entries), old.get(kind, HARD[kind]))
        lines.append(f"{kind} {value}")
    with open(tree.path(RATCHET), "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")
