# SPDX-License-Identifier: Apache-2.0
"""The source tree as the checks see it: files, lines, and nothing else."""

import os

BUILD_MARK = "CMakeCache.txt"
SCRIPTS = (".sh", ".py", ".cmake", ".yaml", ".yml", ".awk")
C_FILES = (".c", ".h")


class Tree:
    def __init__(self, root):
        self.root = os.path.abspath(root)
        self.files = sorted(self._walk())

    def _walk(self):
        for folder, folders, names in os.walk(self.root):
            if BUILD_MARK in names:
                folders.clear()
                continue
            folders[:] = [f for f in folders
                          if f not in (".git", "__pycache__", "build")]
            for name in names:
                if name == ".git":
                    continue
                path = os.path.join(folder, name)
                if not os.path.islink(path):
                    yield os.path.relpath(path, self.root)

    def path(self, name):
        return os.path.join(self.root, name)

    def exists(self, name):
        return os.path.isfile(self.path(name))

    def text(self, name):
        """The file as text; None when it is not text."""
        with open(self.path(name), "rb") as f:
            raw = f.read()
        if b"\0" in raw:
            return None
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return None

    def lines(self, name):
        return (self.text(name) or "").splitlines()

    def ending(self, *endings):
        return [f for f in self.files if f.endswith(endings)]

    def is_shell(self, name):
        if name.endswith(".sh"):
            return True
        if os.path.splitext(name)[1]:
            return False
        first = self.lines(name)[:1]
        return bool(first) and first[0].startswith(("#!/bin/sh",
                                                    "#!/bin/bash"))

    def is_source(self, name):
        """Written by hand, so it carries a licence line."""
        base = os.path.basename(name)
        if base == "CMakeLists.txt" or name.endswith(C_FILES + SCRIPTS):
            return True
        first = self.lines(name)[:1]
        return bool(first) and first[0].startswith("#!")
