# SPDX-License-Identifier: Apache-2.0
"""The licence stands in the first line of every source file."""

import re

# What runs in the kernel, and what both sides compile.
DUAL = "GPL-2.0-only OR BSD-2-Clause"
APACHE = "Apache-2.0"
DUAL_FOLDERS = ("bpf/", "bench/bpf/", "include/ob/abi/")
# What a fuzzer reads is what it read: not a line may be added.
DATA = "/corpus/"

LINE = re.compile(r"SPDX-License-Identifier: (.*?)(?:\s*\*/)?$")


def licence_of(path):
    dual = path.startswith(DUAL_FOLDERS) and path.endswith((".c", ".h"))
    return DUAL if dual else APACHE


def check(tree):
    for path in tree.files:
        if not tree.is_source(path) or DATA in path:
            continue
        lines = tree.lines(path)
        if lines and lines[0].startswith("#!"):
            lines = lines[1:]
        match = LINE.search(lines[0]) if lines else None
        if not match:
            yield f"{path}: the first line is not an SPDX licence"
        elif match.group(1) != licence_of(path):
            yield (f"{path}: licence is {match.group(1)}, "
                   f"this folder has {licence_of(path)}")
