#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Check OCSF events, one JSON object a line, against the schema subset.

With a program as arguments its standard output is read, otherwise standard
input. Every class of the subset named by --expect must occur. Exits 1 on any
difference, with the line and the attribute.
"""

import argparse
import ipaddress
import json
import pathlib
import subprocess
import sys

SCHEMA = pathlib.Path(__file__).resolve().parent / "schema"
INTEGERS = {"integer": 2**63, "long": 2**63, "timestamp": 2**63, "port": 65536}


def no_duplicates(pairs):
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError(f"a name twice among {names}")
    return dict(pairs)


class Checker:
    def __init__(self):
        self.objects = json.loads((SCHEMA / "objects.json").read_text(encoding="utf-8"))
        self.classes = {}
        for path in SCHEMA.glob("class_*.json"):
            definition = json.loads(path.read_text(encoding="utf-8"))
            self.classes[definition["uid"]] = definition
        self.faults = []

    def fault(self, where, text):
        self.faults.append(f"{where}: {text}")

    def scalar(self, where, kind, value):
        """True when `kind` is a scalar, checked or not."""
        if kind in INTEGERS:
            if type(value) is not int or not 0 <= value < INTEGERS[kind]:
                self.fault(where, f"not a {kind}: {value!r}")
        elif kind == "string":
            if not isinstance(value, str):
                self.fault(where, f"not a string: {value!r}")
        elif kind == "boolean":
            if not isinstance(value, bool):
                self.fault(where, f"not a boolean: {value!r}")
        elif kind == "ip":
            try:
                ipaddress.ip_address(value.split("%")[0])
            except (ValueError, AttributeError):
                self.fault(where, f"not an address: {value!r}")
        else:
            return kind == "any"
        return True

    def value(self, where, kind, value):
        if kind.endswith("[]"):
            if not isinstance(value, list) or not value:
                self.fault(where, "not an array with elements")
                return
            for number, element in enumerate(value):
                self.value(f"{where}[{number}]", kind[:-2], element)
        elif not self.scalar(where, kind, value):
            self.object(where, self.objects[kind], value)

    def object(self, where, definition, value):
        if not isinstance(value, dict):
            self.fault(where, f"not an object: {value!r}")
            return
        attributes = definition["attributes"]
        for name, kind in attributes.items():
            if kind.startswith("!") and name not in value:
                self.fault(where, f"lacks {name}")
        for name, inner in value.items():
            if name not in attributes:
                self.fault(where, f"has {name}, which the subset does not know")
                continue
            self.value(f"{where}.{name}", attributes[name].lstrip("!"), inner)
            allowed = definition.get("enums", {}).get(name)
            if allowed is not None and inner not in allowed:
                self.fault(f"{where}.{name}", f"{inner!r} is not one of {allowed}")
        choice = definition.get("at_least_one")
        if choice and not any(name in value for name in choice):
            self.fault(where, f"has none of {', '.join(choice)}")

    def event(self, where, event):
        definition = self.classes.get(event.get("class_uid"))
        if definition is None:
            self.fault(where, f"class {event.get('class_uid')!r} is not in the subset")
            return
        self.object(where, definition, event)
        if event.get("type_uid") != definition["uid"] * 100 + event.get("activity_id", 0):
            self.fault(where, f"type_uid {event.get('type_uid')} does not follow from the class")


def read_lines(command):
    if not command:
        return sys.stdin.buffer.read().decode("utf-8").splitlines()
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return done.stdout.decode("utf-8").splitlines()


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--expect", default="", help="class uids that must occur, by commas")
    arguments.add_argument("--count", type=int, help="how many events there must be")
    arguments.add_argument("command", nargs="*")
    options = arguments.parse_args()
    checker = Checker()
    seen = set()
    lines = read_lines(options.command)
    for number, line in enumerate(lines, 1):
        try:
            event = json.loads(line, object_pairs_hook=no_duplicates)
        except ValueError as error:
            checker.fault(f"line {number}", str(error))
            continue
        seen.add(event.get("class_uid"))
        checker.event(f"line {number}", event)
    for uid in filter(None, options.expect.split(",")):
        if int(uid) not in seen:
            checker.fault("output", f"no event of class {uid}")
    if options.count not in (None, len(lines)):
        checker.fault("output", f"{len(lines)} events, not {options.count}")
    for fault in checker.faults[:50]:
        print(fault)
    print(f"{len(lines)} events, {len(seen)} classes, {len(checker.faults)} faults")
    return 1 if checker.faults or not lines else 0


if __name__ == "__main__":
    sys.exit(main())
