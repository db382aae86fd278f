# SPDX-License-Identifier: Apache-2.0
"""Dependencies point one way (docs/architecture.md), read from #include "".

    include/ob/abi < include/ob/api, bpf
    base < model < the other libraries < the parts

Libraries do not use each other sideways and parts never use parts.  Tests and
benchmarks may use everything.
"""

import os
import re

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
ROOTS = ("include", "bpf", "userspace/lib", "userspace", "tests")
SIDEWAYS = {("metrics", "http"), ("kube", "http")}
SKELETON_USERS = ("userspace/lib/datapath/", "tests/", "bench/")


def layer(path):
    """("lib", "netlink"), ("part", "octopus"), ("abi",), ... of a file."""
    parts = path.split("/")
    if path.startswith("include/ob/abi/"):
        return ("abi",)
    if path.startswith("include/"):
        return ("api",)
    if parts[0] == "bpf":
        return ("bpf",)
    if path.startswith("userspace/lib/") and len(parts) > 3:
        return ("lib", parts[2])
    if parts[0] == "userspace" and len(parts) > 2:
        return ("part", parts[1])
    if parts[0] in ("tests", "bench"):
        return ("test",)
    return ("other",)


def library_may(user, used):
    if user == used or used == "base":
        return True
    if used == "model":
        return user != "base"
    return (user, used) in SIDEWAYS


def may(user, used):
    kind = user[0]
    if kind == "test" or used[0] == "abi":
        return True
    if kind == "abi":
        return False
    if kind in ("api", "bpf"):
        return used[0] == kind
    if used[0] == "api":
        return True
    if kind == "lib":
        return used[0] == "lib" and library_may(user[1], used[1])
    if kind == "part":
        return used[0] == "lib" or used == user
    return used[0] == kind


def resolve(tree, path, name):
    beside = os.path.normpath(os.path.join(os.path.dirname(path), name))
    for candidate in [beside] + [f"{root}/{name}" for root in ROOTS]:
        if tree.exists(candidate):
            return candidate
    return None


def check_one(tree, path, number, name):
    at = f"{path}:{number}"
    if name.endswith(".skel.h"):
        if not path.startswith(SKELETON_USERS):
            yield f"{at}: only userspace/lib/datapath includes skeletons"
        return
    target = resolve(tree, path, name)
    if target is None:
        yield f'{at}: "{name}" is in none of the include folders'
    elif not may(layer(path), layer(target)):
        yield (f"{at}: {'/'.join(layer(path))} may not use "
               f"{'/'.join(layer(target))} ({name})")


def own_header(path, found):
    """A .c file includes its own header first, so it compiles alone."""
    header = os.path.basename(path)[:-2] + ".h"
    mine = [i for i, (_, name) in enumerate(found)
            if os.path.basename(name) == header]
    return not mine or mine[0] == 0


def check(tree):
    for path in tree.ending(".c", ".h"):
        found = []
        for number, line in enumerate(tree.lines(path), 1):
            match = INCLUDE.match(line)
            if match:
                found.append((number, match.group(1)))
                yield from check_one(tree, path, number, match.group(1))
        beside = tree.exists(path[:-2] + ".h")
        if path.endswith(".c") and beside and not own_header(path, found):
            yield f"{path}: its own header is not the first include"
