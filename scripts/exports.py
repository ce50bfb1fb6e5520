#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Export lists from the public headers: every function that carries SONDA_API.

`exports.py` writes the lists, `exports.py --check` only compares, for the tests.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LISTS = {
    "compile": "compile/exports.txt",
    "host": "host/exports.txt",
    "linux": "platform/linux/exports.txt",
    "mac": "platform/mac/exports.txt",
    "windows": "platform/win/exports.txt",
}
DECLARED = re.compile(r"^SONDA_API\b[^;]*?\b(sonda_\w+)\s*\(", re.S | re.M)


def main():
    found = {}
    for path in sorted((ROOT / "include/sonda").rglob("*.h")):
        folder = path.relative_to(ROOT / "include/sonda").parts[0]
        target = LISTS.get(folder, "core/exports.txt")
        found.setdefault(target, set()).update(DECLARED.findall(path.read_text()))
    stale = []
    for target, names in sorted(found.items()):
        text = "".join(f"{name}\n" for name in sorted(names))
        path = ROOT / target
        if path.exists() and path.read_text() == text:
            continue
        stale.append(target)
        if "--check" not in sys.argv:
            path.write_text(text)
    if "--check" in sys.argv and stale:
        print("not what the headers declare, run scripts/exports.py:", *stale)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
