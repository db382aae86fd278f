#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lines of kubebench list -> a table of medians, and a result file.

usage: api_report.py RESULTS JSON
"""

import json
import os
import statistics
import sys
import time

FIELDS = [("seconds", "list, s", "{:.2f}"),
          ("peak_mb", "peak, MB", "{:.1f}"),
          ("resident_mb", "resident, MB", "{:.1f}"),
          ("change_p50_ms", "change p50, ms", "{:.2f}"),
          ("change_p99_ms", "change p99, ms", "{:.2f}")]
GOAL_MB = 150   # at 100,000 objects


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        rounds = [json.loads(line) for line in f]
    sizes = sorted({r["objects"] for r in rounds})
    table = []
    for size in sizes:
        of = [r for r in rounds if r["objects"] == size]
        row = {"objects": size, "rounds": len(of)}
        for field, _, _ in FIELDS:
            values = [r[field] for r in of]
            row[field] = {"median": statistics.median(values),
                          "min": min(values), "max": max(values)}
        table.append(row)

    print("  ".join(f"{title:>15}" for title in
                    ["objects"] + [title for _, title, _ in FIELDS]))
    for row in table:
        cells = [str(row["objects"])]
        cells += [shown.format(row[field]["median"])
                  for field, _, shown in FIELDS]
        print("  ".join(f"{cell:>15}" for cell in cells))
    largest = table[-1]
    if largest["objects"] >= 100000:
        worst = largest["peak_mb"]["max"]
        print(f"goal: at most {GOAL_MB} MB at 100,000 objects: "
              f"{worst:.1f} MB, {'met' if worst <= GOAL_MB else 'MISSED'}")

    with open(sys.argv[2], "w", encoding="utf-8") as f:
        json.dump({"benchmark": "control-client",
                   "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                   "kernel": os.uname().release, "results": table}, f,
                  indent=1)
        f.write("\n")
    print(f"written to {sys.argv[2]}")


main()
