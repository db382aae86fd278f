# SPDX-License-Identifier: Apache-2.0
"""What must not be committed: leftovers, and traces of one machine.

A path below somebody's home, or the host name of a private mirror, works on
one machine only.
"""

import re

SPACE = "space at the end of the line"
MACHINE = "a path of one machine"
RULES = (
    (re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b"),
     "do it or file it"),
    (re.compile(r"(?<![\w.$}*])/(?:work|root|home)/"), MACHINE),
    (re.compile(r"\bhttps?://(?:[\w-]+\.)*[\w-]+\.(?:internal|corp|lan)\b"),
     "a host only one network has"),
    (re.compile(r"\bhttps?://(?:10|172\.(?:1[6-9]|2\d|3[01])|192\.168)"
                r"\.\d+\.\d+(?:\.\d+)?:\d+/\S*(?:repo|mirror|proxy|registry)"),
     "a mirror only one network has"),
    (re.compile(r"[ \t]+$"), SPACE),
)
# To an initial RAM file system, /root is where the real root is mounted.
EXEMPT = (("lab/init/", MACHINE),)
SKIPPED = ("LICENSE", "LICENSES/")
BINARY = (".png", ".bin", ".pcap")


def rules_for(path):
    exempt = [why for folder, why in EXEMPT if path.startswith(folder)]
    if path.endswith(".md"):
        # Two spaces at the end are a line break there.
        exempt.append(SPACE)
    return [(rule, why) for rule, why in RULES if why not in exempt]


def check(tree):
    for path in tree.files:
        if path.startswith(SKIPPED) or path.endswith(BINARY) or \
                "/corpus/" in path:
            continue
        rules = rules_for(path)
        for number, line in enumerate(tree.lines(path), 1):
            for rule, why in rules:
                match = rule.search(line)
                if match:
                    what = match.group(0).strip()
                    yield f"{path}:{number}: {what + ': ' if what else ''}{why}"
