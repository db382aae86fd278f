# SPDX-License-Identifier: Apache-2.0
"""A table and a JSON file from the rounds of bench/control/join.

    join_report.py JSON_FILE <ROUNDS

A line of ROUNDS has pairs of a name and a time in seconds.
"""
import json
import sys

TARGET_MS = 1000
SPANS = [
    ("octopus started -> Peer created", "start", "created"),
    ("Peer created -> accepted", "created", "accepted"),
    ("Peer created -> first packet", "created", "answered"),
    ("octopus started -> first packet", "start", "answered"),
]
HELD = "Peer created -> first packet"


def rounds(lines):
    for line in lines:
        words = line.split()
        yield {name: float(t) for name, t in zip(words[::2], words[1::2])}


def quantile(values, q):
    """The smallest value that a share q of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * q // 100) - 1)]


def measure(times, begin, end):
    ms = [(t[end] - t[begin]) * 1000 for t in times if begin in t and end in t]
    return {
        "n": len(ms),
        "p50_ms": round(quantile(ms, 50), 1),
        "p99_ms": round(quantile(ms, 99), 1),
        "max_ms": round(max(ms), 1),
    }


def main():
    times = list(rounds(sys.stdin))
    result = {title: measure(times, *ends) for title, *ends in SPANS}
    print("%-34s %5s %9s %9s %9s" % ("", "n", "p50 ms", "p99 ms", "max ms"))
    for title, m in result.items():
        print("%-34s %5d %9.1f %9.1f %9.1f" % (
            title, m["n"], m["p50_ms"], m["p99_ms"], m["max_ms"]))
    held = result[HELD]["p99_ms"] < TARGET_MS
    print("target: p99 of %s < %d ms: %s" % (
        HELD, TARGET_MS, "met" if held else "missed"))
    with open(sys.argv[1], "w", encoding="ascii") as f:
        json.dump({"benchmark": "join", "target_ms": TARGET_MS, "met": held,
                   "spans": result, "rounds": times}, f, indent=1)


if __name__ == "__main__":
    main()
