#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A table and a JSON file from the lines of bench/control/services.

    services_report.py JSON_FILE SERVICES ENDPOINTS <LINES

A line is "resident WHEN DAEMON KB", or a change: how many there were at a time,
then milliseconds from the request until each stage, "-" where nobody looked.
"""
import json
import os
import sys
import time

STAGES = ["stored", "hub", "imported", "DNS", "VIP"]
GOAL_MS = 100
GOAL_MB = 20
GROWTH = 1.05   # of a soak: more is a leak


def quantile(values, q):
    """The smallest value that a share q of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * q // 100) - 1)]


def read(lines):
    changes, resident = {}, {}
    for line in lines:
        words = line.split()
        if words[0] == "resident":
            resident.setdefault(words[2], {})[words[1]] = int(words[3]) / 1024
            continue
        series = changes.setdefault(int(words[0]), {})
        for stage, ms in zip(STAGES, words[1:]):
            if ms != "-":
                series.setdefault(stage, []).append(float(ms))
    return changes, resident


def report_changes(burst, series):
    print(f"{burst} at a time: sent -> ..." if burst > 1
          else "one at a time: sent -> ...")
    rows = {}
    for stage, ms in series.items():
        rows[stage] = {"n": len(ms), "p50_ms": quantile(ms, 50),
                       "p99_ms": quantile(ms, 99), "max_ms": max(ms)}
        print("  %-10s %6d %9.1f %9.1f %9.1f" % (stage, *rows[stage].values()))
    return rows


def report_resident(resident, soak, small):
    print("%-18s %12s %12s" % ("resident, MB", "begin", "end"))
    for daemon, mb in resident.items():
        print("%-18s %12.1f %12.1f" % (daemon, mb["begin"], mb["end"]))
    if soak:
        worst = max(mb["end"] / mb["begin"] for mb in resident.values())
        verdict("nobody grows by more than 5 %", worst <= GROWTH,
                f"{(worst - 1) * 100:+.1f} %")
    elif small:
        worst = max(max(mb.values()) for daemon, mb in resident.items()
                    if "octopus" not in daemon)
        verdict(f"at most {GOAL_MB} MB resident", worst <= GOAL_MB,
                f"{worst:.1f} MB")


def verdict(goal, met, figure):
    print(f"goal: {goal}: {figure}, {'met' if met else 'MISSED'}")


def main():
    services, endpoints = int(sys.argv[2]), int(sys.argv[3])
    changes, resident = read(sys.stdin)
    print(f"{services * endpoints} endpoints in {services} services; load "
          f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print("  %-10s %6s %9s %9s %9s" % ("", "n", "p50 ms", "p99 ms", "max ms"))
    spans = {burst: report_changes(burst, series)
             for burst, series in sorted(changes.items())}
    # Where there is a datapath, too, all share one processor: no goals there.
    single = spans.get(1, {})
    if "DNS" in single and "VIP" not in single:
        p99 = single["DNS"]["p99_ms"]
        verdict(f"p99 of sent -> DNS < {GOAL_MS} ms", p99 < GOAL_MS,
                f"{p99:.1f} ms")
    report_resident(resident, 1 not in changes, services * endpoints <= 10000)
    with open(sys.argv[1], "w", encoding="ascii") as f:
        json.dump({"benchmark": "services", "services": services,
                   "endpoints": services * endpoints,
                   "kernel": os.uname().release,
                   "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                   "load": os.getloadavg()[0], "spans": spans,
                   "resident_mb": resident}, f, indent=1)
        f.write("\n")
    print(f"written to {sys.argv[1]}")


if __name__ == "__main__":
    main()
