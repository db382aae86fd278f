# SPDX-License-Identifier: Apache-2.0
"""What must not be committed: leftovers, and traces of one machine.

A path below somebody's home, or the host name of a private mirror, works on
one machine only.
"""

import re

RULES = (
    (re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b"),
     "do it or file it"),
    (re.compile(r"(?<![\w.$}*])/(?:work|root|home)/"),
     "a path of one machine"),
    (re.compile(r"\bhttps?://(?:[\w-]+\.)*[\w-]+\.(?:internal|corp|lan)\b"),
     "a host only one network has"),
    (re.compile(r"\bhttps?://(?:10|172\.(?:1[6-9]|2\d|3[01])|192\.168)"
                r"\.\d+\.\d+(?:\.\d+)?:\d+/\S*(?:repo|mirror|proxy|registry)"),
     "a mirror only one network has"),
    (re.compile(r"[ \t]+$"), "space at the end of the line"),
)
SKIPPED = ("LICENSE", "LICENSES/")
BINARY = (".png", ".bin", ".pcap")


def check(tree):
    for path in tree.files:
        if path.startswith(SKIPPED) or path.endswith(BINARY) or \
                "/corpus/" in path:
            continue
        markdown = path.endswith(".md")
        for number, line in enumerate(tree.lines(path), 1):
            for rule, why in RULES:
                # Two spaces at the end are a line break in Markdown.
                if markdown and why.startswith("space"):
                    continue
                match = rule.search(line)
                if match:
                    what = match.group(0).strip()
                    yield f"{path}:{number}: {what + ': ' if what else ''}{why}"
