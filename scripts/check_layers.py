#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The layer check: every #include points down the layer table.

Prints one line for each include that does not, `file:line: what`, then a count.
Exit status 1 when there is any.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Module -> modules of core it may include beside itself.
BASE = {"base"}
LOW = BASE | {"codec", "crypto"}
EVENT = LOW | {"event"}
CORE = {
    "base": set(),
    "codec": BASE,
    "crypto": BASE,
    "event": LOW,
    "normalise": EVENT,
    "rules": EVENT,
    "track": EVENT,
    "detect": EVENT | {"rules", "track"},
    "deploy": EVENT | {"rules"},
    "engine": EVENT | {"normalise", "rules", "track", "detect", "deploy"},
}
COMPILE = {"base", "codec", "crypto", "event"}
CORE_SYSTEM = {
    "assert.h", "ctype.h", "errno.h", "float.h", "inttypes.h", "limits.h", "math.h", "stdalign.h",
    "stdarg.h", "stdatomic.h", "stdbool.h", "stddef.h", "stdint.h", "stdlib.h", "string.h",
    "immintrin.h", "arm_neon.h", "cpuid.h",
}
OWNER = {"uv.h": "host", "yaml.h": "compile"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def core_complaint(module, bracket, name, parts):
    if bracket == "<":
        crypto = module == "crypto" and name.startswith(("mbedtls/", "psa/", "sodium"))
        return None if name in CORE_SYSTEM or crypto else f"core may not include <{name}>"
    if parts[0] == "sonda":
        return None
    if parts[0] != "core":
        return f"core may not include {name}"
    return None if parts[1] == module or parts[1] in CORE[module] else f"{module} may not include {name}"


def system_complaint(place, name):
    owner = OWNER.get(name)
    if owner and place[0] != owner:
        return f"<{name}> belongs to {owner}/"
    if name.startswith(("mbedtls/", "psa/", "sodium")):
        return "Mbed TLS and libsodium belong to core/crypto"
    return None


def outer_complaint(place, name, parts):
    folder = place[0]
    if parts[0] == "core":
        if folder == "compile" and (parts[1] in COMPILE or name == "core/rules/pack_format.h"):
            return None
        return f"{folder} may not include {name}"
    barred = {
        "include": {"compile", "host", "platform", "tools"},
        "platform": {"compile", "host", "tools"},
        "compile": {"host", "platform", "tools"},
        "host": {"compile", "tools"},
        "tools": {"platform"},
        "examples": {"compile", "host", "platform", "tools"},
    }
    return f"{folder} may not include {name}" if parts[0] in barred.get(folder, ()) else None


def complaint(path, bracket, name):
    place = path.relative_to(ROOT).parts
    parts = name.split("/")
    if place[0] == "core":
        return core_complaint(place[1], bracket, name, parts)
    if bracket == "<":
        return system_complaint(place, name)
    return outer_complaint(place, name, parts)


def main():
    bad = seen = 0
    for folder in ("include", "core", "compile", "host", "platform", "tools", "examples"):
        for path in sorted((ROOT / folder).rglob("*.[ch]")):
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                seen += 1
                what = complaint(path, match.group(1), match.group(2))
                if what:
                    bad += 1
                    print(f"{path.relative_to(ROOT)}:{number}: {what}")
    print(f"{seen} includes, {bad} against the layers")
    return 1 if bad or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
