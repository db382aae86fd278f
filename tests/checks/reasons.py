# SPDX-License-Identifier: Apache-2.0
"""Every drop reason is documented under its name in docs/datapath.md."""

import re

LIST = "include/ob/abi/reason.h"
DOCUMENT = "docs/datapath.md"
ENTRY = re.compile(r'\bX\((\w+),\s*"(\w+)"')


def check(tree):
    if not tree.exists(LIST) or not tree.exists(DOCUMENT):
        return
    text = tree.text(DOCUMENT)
    entries = ENTRY.findall(tree.text(LIST))
    if not entries:
        yield f"{LIST}: no list of reasons found"
    for _, name in entries:
        if f"`{name}`" not in text:
            yield f"{DOCUMENT}: does not explain the drop reason `{name}`"
