#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The checks find what they are for, and nothing in a good tree."""

import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import headers      # noqa: E402
import includes     # noqa: E402
import licences     # noqa: E402
import reasons      # noqa: E402
import sizes        # noqa: E402
import words        # noqa: E402
from tree import Tree   # noqa: E402

DUAL = "/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */\n"
APACHE = "/* SPDX-License-Identifier: Apache-2.0 */\n"
BASE = "userspace/lib/base/cleanup.h"
MODEL = "userspace/lib/model/key.h"
NETLINK = "userspace/lib/netlink/link.h"
WIREGUARD = "userspace/lib/wireguard/device.h"
OCTOPUS = "userspace/octopus/main.c"


class Fixture(unittest.TestCase):
    """A small tree on disk; subclasses say which check looks at it."""

    subject = None

    def findings(self, files):
        with tempfile.TemporaryDirectory() as root:
            for name, text in files.items():
                path = os.path.join(root, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8") as f:
                    f.write(text)
            return list(self.subject.check(Tree(root)))

    def assert_good(self, files):
        self.assertEqual(self.findings(files), [])

    def assert_bad(self, files, *expected):
        self.assertEqual(self.findings(files), list(expected))


class Includes(Fixture):
    subject = includes

    def include(self, user, used, name):
        return {user: f'#include "{name}"\n', used: ""}

    def test_accepts_downward_use(self):
        self.assert_good(self.include(NETLINK, BASE, "base/cleanup.h"))
        self.assert_good(self.include(WIREGUARD, MODEL, "model/key.h"))
        self.assert_good(self.include(OCTOPUS, NETLINK, "netlink/link.h"))
        self.assert_good(self.include(MODEL, "include/ob/abi/maps.h",
                                      "ob/abi/maps.h"))
        self.assert_good(self.include("bpf/a.bpf.c", "bpf/lib/maps.bpf.h",
                                      "lib/maps.bpf.h"))

    def test_accepts_the_named_sideways_use(self):
        self.assert_good(self.include("userspace/lib/metrics/server.c",
                                      "userspace/lib/http/server.h",
                                      "http/server.h"))

    def test_accepts_anything_in_tests(self):
        self.assert_good(self.include("tests/unit/test_x.c",
                                      "userspace/octopus/config.h",
                                      "octopus/config.h"))

    def test_refuses_upward_use(self):
        self.assert_bad(self.include(BASE, MODEL, "model/key.h"),
                        f"{BASE}:1: lib/base may not use lib/model "
                        "(model/key.h)")
        self.assert_bad(self.include(MODEL, NETLINK, "netlink/link.h"),
                        f"{MODEL}:1: lib/model may not use lib/netlink "
                        "(netlink/link.h)")

    def test_refuses_sideways_libraries(self):
        self.assert_bad(self.include(WIREGUARD, NETLINK, "netlink/link.h"),
                        f"{WIREGUARD}:1: lib/wireguard may not use "
                        "lib/netlink (netlink/link.h)")

    def test_refuses_a_part_in_a_part(self):
        self.assert_bad(self.include(OCTOPUS, "userspace/obctl/table.h",
                                     "obctl/table.h"),
                        f"{OCTOPUS}:1: part/octopus may not use part/obctl "
                        "(obctl/table.h)")

    def test_refuses_a_part_in_a_library(self):
        self.assert_bad(self.include(NETLINK, "userspace/octopus/config.h",
                                     "octopus/config.h"),
                        f"{NETLINK}:1: lib/netlink may not use part/octopus "
                        "(octopus/config.h)")

    def test_refuses_userspace_in_bpf(self):
        self.assert_bad(self.include("bpf/a.bpf.c", BASE, "base/cleanup.h"),
                        "bpf/a.bpf.c:1: bpf may not use lib/base "
                        "(base/cleanup.h)")

    def test_refuses_bpf_in_the_abi(self):
        self.assert_bad(self.include("include/ob/abi/maps.h",
                                     "bpf/lib/x.bpf.h", "lib/x.bpf.h"),
                        "include/ob/abi/maps.h:1: abi may not use bpf "
                        "(lib/x.bpf.h)")

    def test_lets_only_datapath_include_skeletons(self):
        skeleton = '#include "from_pod.skel.h"\n'
        self.assert_good({"userspace/lib/datapath/load.c": skeleton})
        self.assert_good({"bench/datapath/main.c": skeleton})
        self.assert_bad({OCTOPUS: skeleton},
                        f"{OCTOPUS}:1: only userspace/lib/datapath includes "
                        "skeletons")

    def test_refuses_a_header_that_is_nowhere(self):
        self.assert_bad({OCTOPUS: '#include "base/lost.h"\n'},
                        f'{OCTOPUS}:1: "base/lost.h" is in none of the '
                        "include folders")

    def test_wants_the_own_header_first(self):
        body = '#include "base/arena.h"\n#include "base/clock.h"\n'
        self.assert_bad({"userspace/lib/base/clock.c": body,
                         "userspace/lib/base/clock.h": "",
                         "userspace/lib/base/arena.h": ""},
                        "userspace/lib/base/clock.c: its own header is not "
                        "the first include")


class Sizes(Fixture):
    subject = sizes

    def function(self, lines):
        return "int f(int a)\n{\n" + "\ta++;\n" * lines + "}\n"

    def test_accepts_small_functions(self):
        self.assert_good({"bpf/a.c": self.function(100)})

    def test_refuses_a_function_over_the_hard_limit(self):
        self.assert_bad({"bpf/a.c": self.function(101)},
                        "bpf/a.c:2: f: 101 lines, the limit is 100")

    def test_refuses_a_function_over_the_ratchet(self):
        self.assert_bad({"bpf/a.c": self.function(31),
                         sizes.RATCHET: "# why\nfunction 30\n"},
                        "bpf/a.c:2: f: 31 lines, the limit is 30")

    def test_keeps_the_hard_limit_when_the_ratchet_is_higher(self):
        self.assert_bad({"bpf/a.c": self.function(101),
                         sizes.RATCHET: "function 500\n"},
                        "bpf/a.c:2: f: 101 lines, the limit is 100")

    def test_refuses_a_long_file(self):
        self.assert_bad({"bpf/a.c": "int a;\n" * 601},
                        "bpf/a.c: 601 lines, the limit is 600")

    def test_measures_shell_functions(self):
        self.assert_bad({"dev": "#!/bin/sh\nf()\n{\n" + ":\n" * 101 + "}\n"},
                        "dev:3: f: 101 lines, the limit is 100")

    def test_refuses_deep_nesting(self):
        deep = "{\nif (a) {\nwhile (b) {\nfor (;;) {\n" \
               "switch (c) {\nif (d) {\n} } } } }\n}\n"
        self.assert_bad({"bpf/a.c": "int g(void)\n" + deep},
                        "bpf/a.c:2: g: 5 levels deep, the limit is 4")

    def test_counts_only_control_flow_as_nesting(self):
        flat = "{\nstruct s x = { { { { { 1 } } } } };\n" \
               'f("if (a) { if (b) {");\n/* if (a) { */\n}\n'
        self.assert_good({"bpf/a.c": "int g(void)\n" + flat})

    def test_tightens_but_never_loosens(self):
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, "tests/checks"))
            ratchet = os.path.join(root, sizes.RATCHET)
            with open(ratchet, "w", encoding="utf-8") as f:
                f.write("function 40\nfile 2\n")
            with open(os.path.join(root, "a.c"), "w", encoding="utf-8") as f:
                f.write(self.function(7))
            tree = Tree(root)
            sizes.tighten(tree)
            self.assertEqual(sizes.read_ratchet(tree),
                             {"function": 7, "file": 2, "nesting": 0})


class Headers(Fixture):
    subject = headers

    def test_accepts_a_header_that_stands_alone(self):
        self.assert_good({
            BASE: "#pragma once\n#include <stddef.h>\nsize_t f(void);\n",
            "include/ob/abi/a.h": "#pragma once\n#include <linux/types.h>\n"
                                  "struct a { __u32 b; };\n"})

    def test_refuses_a_header_that_needs_another_first(self):
        found = self.findings({BASE: "#pragma once\nsize_t f(void);\n"})
        self.assertEqual(len(found), 1)
        self.assertIn(f"{BASE}: does not compile alone with gcc", found[0])
        self.assertIn("size_t", found[0])

    def test_asserts_sizes_for_every_compiler_of_the_abi(self):
        # A pointer: 8 bytes for all, so "== 4" must fail three times.
        found = self.findings({
            "include/ob/abi/a.h": "#pragma once\nstruct a { void *b; };\n"
                                  "_Static_assert(sizeof(struct a) == 4, "
                                  '"size");\n'})
        compilers = [f.split(" with ")[1].split(":")[0] for f in found]
        self.assertEqual(compilers, ["gcc", "clang", "clang -target bpf"])

    def test_wants_pragma_once(self):
        self.assert_bad({BASE: "int f(void);\n"}, f"{BASE}: no #pragma once")


class Licences(Fixture):
    subject = licences

    def test_accepts_each_folder_s_licence(self):
        self.assert_good({
            "bpf/a.bpf.c": DUAL, "include/ob/abi/a.h": DUAL,
            "bpf/CMakeLists.txt": "# SPDX-License-Identifier: Apache-2.0\n",
            OCTOPUS: APACHE, "README.md": "no licence line\n",
            "bench/bpf/a.bpf.c": DUAL, "bench/a.c": APACHE,
            "tests/fuzz/corpus/yaml/a.yaml": "a: 1\n",
            "dev": "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n"})

    def test_refuses_a_file_without_licence(self):
        self.assert_bad({OCTOPUS: "int main(void);\n" + APACHE},
                        f"{OCTOPUS}: the first line is not an SPDX licence")
        self.assert_bad({"dev": "#!/bin/sh\n:\n"},
                        "dev: the first line is not an SPDX licence")

    def test_refuses_the_licence_of_another_folder(self):
        self.assert_bad({"bpf/a.bpf.c": APACHE},
                        "bpf/a.bpf.c: licence is Apache-2.0, this folder has "
                        "GPL-2.0-only OR BSD-2-Clause")
        self.assert_bad({OCTOPUS: DUAL},
                        f"{OCTOPUS}: licence is GPL-2.0-only OR BSD-2-Clause, "
                        "this folder has Apache-2.0")


class Words(Fixture):
    subject = words

    def test_accepts_ordinary_text(self):
        self.assert_good({"a.c": "/* work/root of the network */\n",
                          "a.sh": "mktemp -d /tmp/ob.XXXXXX\n"
                                  'cd "$here/work/x"\n',
                          "README.md": "two spaces  \nhttps://example.org/\n"})

    def test_refuses_leftovers(self):
        word = "TO" + "DO"
        self.assert_bad({"a.c": f"/* {word}: later */\n"},
                        f"a.c:1: {word}: do it or file it")

    def test_refuses_paths_of_one_machine(self):
        for folder in ("work", "root", "home"):
            path = f"/{folder}/"
            self.assert_bad({"a.sh": f"cat {path}file\n"},
                            f"a.sh:1: {path}: a path of one machine")

    def test_knows_the_root_of_an_initramfs(self):
        path = "/root" + "/dev"
        self.assert_good({"lab/init/qemu": f"mount dev {path}\n"})

    def test_refuses_hosts_of_one_network(self):
        host = "http://mirror.build." + "internal"
        self.assert_bad({"a.md": f"see {host}/x\n"},
                        f"a.md:1: {host}: a host only one network has")

    def test_refuses_space_at_the_end_of_a_line(self):
        self.assert_bad({"a.c": "int a; \n"},
                        "a.c:1: space at the end of the line")


class Reasons(Fixture):
    subject = reasons
    LIST = 'X(A, "alpha", OB_DROP, "x") \\\n\tX(B, "beta", OB_DROP, "y")\n'

    def test_accepts_a_full_document(self):
        self.assert_good({reasons.LIST: self.LIST,
                          reasons.DOCUMENT: "| `alpha` | `beta` |\n"})

    def test_refuses_an_unexplained_reason(self):
        self.assert_bad({reasons.LIST: self.LIST,
                         reasons.DOCUMENT: "`alpha` and beta\n"},
                        "docs/datapath.md: does not explain the drop reason "
                        "`beta`")

    def test_refuses_a_list_it_cannot_read(self):
        self.assert_bad({reasons.LIST: "\n", reasons.DOCUMENT: ""},
                        f"{reasons.LIST}: no list of reasons found")


class Run(unittest.TestCase):
    """The program: status and lines."""

    def run_on(self, files, *arguments):
        with tempfile.TemporaryDirectory() as root:
            for name, text in files.items():
                with open(os.path.join(root, name), "w",
                          encoding="utf-8") as f:
                    f.write(text)
            return subprocess.run(
                [sys.executable, os.path.join(HERE, "run"), "--tree", root,
                 *arguments], capture_output=True, text=True, check=False)

    def test_passes_a_good_tree(self):
        made = self.run_on({"a.sh": "# SPDX-License-Identifier: Apache-2.0\n"},
                           "licences", "words")
        self.assertEqual((made.returncode, made.stdout),
                         (0, "PASS licences\nPASS words\n"))

    def test_fails_a_bad_tree(self):
        made = self.run_on({"a.sh": ":\n"}, "licences")
        self.assertEqual(made.returncode, 1)
        self.assertEqual(made.stdout,
                         "a.sh: the first line is not an SPDX licence\n"
                         "FAIL licences (1)\n")

    def test_refuses_an_unknown_check(self):
        self.assertEqual(self.run_on({}, "spelling").returncode, 2)


if __name__ == "__main__":
    unittest.main(verbosity=1)
