# SPDX-License-Identifier: Apache-2.0
"""A rule written wrongly in many ways: each error names file and line, and says what to do."""
import json
import unittest

from program import ID, Case

GOOD = f"""title: A rule
id: {ID}
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        Image|endswith: '\\evil.exe'
    condition: selection
level: high
"""
ITEM = "        Image|endswith: '\\evil.exe'\n"


def item(text):
    return GOOD.replace(ITEM, "        " + text + "\n")


CORRELATION = f"""title: A correlation
id: {ID}
name: own
correlation:
    type: event_count
    rules:
        - own
    timespan: 5m
    condition:
        gte: 3
"""

# What is wrong, the rule, the line (of 10), what is wrong and what to do in the message's own words.
ROWS = [
    ("bad modifier", item("Image|endwith: x"), 8, ["'endwith' is unknown", "write endswith"]),
    ("bad modifier, like none", item("Image|frobnicate: x"), 8, ["'frobnicate'", "write one of Sigma's"]),
    ("modifiers that exclude each other", item("Image|re|base64: x"), 8, ["'base64'", "'re'", "remove one"]),
    ("wrong type: mapping for a value", item("Image: {a: b}"), 8, ["is a list or a mapping", "write text"]),
    ("wrong type: text for a number", item("ProcessId|gt: many"), 8, ["'many'", "write a number"]),
    ("wrong type: text for a truth", item("Image|exists: maybe"), 8, ["'maybe'", "write one true or false"]),
    ("unknown selection in the condition", GOOD.replace("condition: selection", "condition: selction"), 9,
     ["'selction', which does not exist", "add it or mend the name, as in 'selection'"]),
    ("pattern that selects nothing", GOOD.replace("condition: selection", "condition: 1 of filter_*"), 9,
     ["'of filter_*' selects nothing", "mend the pattern"]),
    ("condition not closed", GOOD.replace("condition: selection", "condition: (selection"), 9, ["add ')'"]),
    ("duplicate key", GOOD.replace(ITEM, ITEM + ITEM), 9, ["stands twice", "rename or remove one"]),
    ("unresolved placeholder", item("User|expand: '%admins%'"), 8, ["placeholder", "--placeholders"]),
    ("look-around in a regex", item("Image|re: 'a(?=b)'"), 8, ["look-around", "at byte 3", "write what follows"]),
    ("back-reference in a regex", item("Image|re: '(a)\\1'"), 8, ["a back-reference", "write the repeated text out"]),
    ("bad range in a regex", item("Image|re: '[z-a]'"), 8, ["a range out of order", "put the lower character first"]),
    ("bad repetition in a regex", item("Image|re: 'a{3,2}'"), 8, ["out of order", "put the smaller number first"]),
    ("null in a list", item("Image: [x, null]"), 8, ["null inside a list", "an item of its own"]),
    ("bad cidr", item("DestinationIp|cidr: 10.0.0.0/33"), 8, ["'10.0.0.0/33'", "write one such as 10.0.0.0/8"]),
    ("unmapped log source", GOOD.replace("product: windows", "product: zx81"), 1,
     ["no source reads", "'zx81'", "windows, linux and macos are"]),
    ("bad level", GOOD.replace("level: high", "level: loud"), 10, ["level is none of informational, low", "write one of them"]),
    ("bad id", GOOD.replace(ID, "1234"), 2, ["id is not a UUID", "write one as uuidgen makes it"]),
    ("no condition", GOOD.replace("    condition: selection\n", ""), 7, ["no condition", "add one"]),
    ("cyclic correlation", CORRELATION, 7, ["waits for itself", "a cycle", "take that one out of its rules"]),
    ("correlation of a rule that is not there", CORRELATION.replace("- own", "- nosuch"), 7,
     ["'nosuch'", "write the id or name of one that is"]),
    ("bad timespan", CORRELATION.replace("5m", "5x"), 8, ["timespan is a number and s, m, h or d", "write timespan: 5m"]),
    ("bad correlation type", CORRELATION.replace("event_count", "event_cuont"), 5,
     ["type is none of event_count", "write one of them"]),
    ("bad correlation condition", CORRELATION.replace("gte: 3", "gte: many"), 10, ["compares with a number", "write gte: 10"]),
    ("broken YAML", GOOD.replace("    category:", "\tcategory:"), 4, ["not YAML", "nothing after this line is read"]),
]


class WrongRules(Case):
    def test_the_rule_without_a_mistake__compiles(self):
        self.write("x.yml", GOOD)

        self.run_it("compile", "x.yml", "-o", "x.pack", "--strict")

        self.expect(0, lines=0)

    def test_each_mistake__has_file_line_and_remedy(self):
        self.assertGreaterEqual(len(ROWS), 12)
        for name, text, line, told in ROWS:
            with self.subTest(name):
                self.write("x.yml", text)

                self.run_it("compile", "x.yml", "--report=json")

                (row,) = map(json.loads, self.out.splitlines())
                self.assertNotEqual(row["outcome"], "compiled")
                self.assertEqual((row["path"], row["line"]), ("x.yml", line), row["reason"])
                for words in told:
                    self.assertIn(words, row["reason"])
                self.assertEqual(self.code, 3)
                self.assertIn(f"x.yml:{line}: {row['outcome']}: {row['reason']}", self.said[0])

    def test_all_at_once__a_line_each_and_the_good_rule_stays(self):
        for number, (_, text, _, _) in enumerate(ROWS):
            self.write(f"tree/{number:02}.yml", text.replace(ID, f"{number:08}{ID[8:]}"))
        self.write("tree/zz.yml", GOOD)

        self.run_it("compile", "tree", "--report=json")

        outcomes = [json.loads(line)["outcome"] for line in self.out.splitlines()]
        self.assertEqual(len(outcomes), len(ROWS) + 1)
        self.assertEqual(outcomes.count("compiled"), 1)


if __name__ == "__main__":
    unittest.main()
