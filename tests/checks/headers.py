# SPDX-License-Identifier: Apache-2.0
"""Every header compiles alone, with #pragma once.

The ABI is read by three compilers that must agree on every size: gcc, clang
and clang -target bpf (its asserts are in the headers).
"""

import concurrent.futures
import os
import shutil
import subprocess

STRICT = ["-std=gnu17", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
          "-Wno-unused-function", "-D_GNU_SOURCE", "-x", "c"]
PACKAGES = ["libbpf", "libnl-3.0", "libnl-genl-3.0", "yaml-0.1", "libcjson",
            "libsystemd", "libmicrohttpd", "cmocka"]
# What a program defines before it includes anything of bpf/lib.
PROGRAM = ["-DOB_L3_OFFSET=0"]
MULTIARCH = "/usr/include/" + os.uname().machine + "-linux-gnu"


def find(*names):
    for name in names:
        if shutil.which(name):
            return name
    return names[0]


CLANG = find("clang", *(f"clang-{v}" for v in range(20, 13, -1)))
GCC = find("gcc", "cc")


def package_flags():
    flags = []
    for package in PACKAGES:
        made = subprocess.run(["pkg-config", "--cflags", package],
                              capture_output=True, text=True, check=False)
        # As CMake does it: warnings in other people's headers are theirs.
        flags += made.stdout.replace("-I", "-isystem").split()
    return flags


def include_flags(tree, header):
    folders = ["include", "userspace/lib", "userspace"]
    if header.startswith("bpf/"):
        folders = ["include", "bpf"]
    if header.startswith(("tests/", "bench/")):
        folders += ["tests", "bench", os.path.dirname(header)]
    return [flag for folder in folders for flag in ("-I", tree.path(folder))]


def commands(tree, header, packages):
    """(compiler's name, command) for each way the header must compile."""
    includes = include_flags(tree, header)
    bpf = [CLANG, "-target", "bpf", "-O2", "-idirafter", MULTIARCH,
           "-Wno-pragma-once-outside-header"] + PROGRAM
    if header.startswith("bpf/") or header.endswith(".bpf.h"):
        yield "clang -target bpf", bpf + STRICT + includes
        return
    yield "gcc", [GCC] + STRICT + includes + packages
    if header.startswith("include/ob/abi/"):
        yield "clang", [CLANG, "-Wno-pragma-once-outside-header"] + \
            STRICT + includes
        yield "clang -target bpf", bpf + STRICT + includes


def compile_alone(tree, header, packages):
    found = []
    for name, command in commands(tree, header, packages):
        # From a file that includes it, as everybody else does.
        made = subprocess.run(
            command + ["-"], input=f'#include "{tree.path(header)}"\n',
            capture_output=True, text=True, check=False)
        if made.returncode:
            errors = [line for line in made.stderr.splitlines()
                      if "error" in line] or [made.stderr.strip()]
            found.append(f"{header}: does not compile alone with {name}: "
                         f"{errors[0]}")
    return found


def check(tree):
    headers = [h for h in tree.ending(".h") if not h.startswith("tests/fuzz/")]
    packages = package_flags()
    for header in headers:
        if "#pragma once" not in tree.lines(header):
            yield f"{header}: no #pragma once"
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(
                lambda h: compile_alone(tree, h, packages), headers):
            yield from found
