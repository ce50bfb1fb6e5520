# SPDX-License-Identifier: Apache-2.0
"""Correlations as a person meets them: compiled, replayed, shown in each form."""
import json
import subprocess
import unittest

from program import Case

BASE = "aaaaaaaa-0000-4000-8000-000000000001"
MANY = "bbbbbbbb-0000-4000-8000-000000000002"
THEN = "bbbbbbbb-0000-4000-8000-000000000003"
RULES = f"""title: Failure
id: {BASE}
name: failure
logsource: {{category: process_creation, product: windows}}
detection: {{s: {{Image|endswith: '\\fail.exe'}}, condition: s}}
level: low
---
title: Success
name: success
logsource: {{category: process_creation, product: windows}}
detection: {{s: {{Image|endswith: '\\ok.exe'}}, condition: s}}
---
title: Many failures
id: {MANY}
name: many
correlation:
  type: event_count
  rules: [failure]
  group-by: [User]
  timespan: 10s
  condition: {{gte: 3}}
level: medium
---
title: Many failures, then a success
id: {THEN}
correlation:
  type: temporal_ordered
  rules: [many, success]
  group-by: [User]
  timespan: 1m
generate: true
level: high
"""


def event(second, image, user):
    return json.dumps({"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 1,
                       "UtcTime": f"2024-07-19 04:{second // 60:02}:{second % 60:02}.000",
                       "Image": f"C:\\x\\{image}.exe", "User": user}) + "\n"


STORY = [(1, "fail", "bob"), (2, "fail", "eve"), (4, "fail", "bob"), (9, "ok", "bob"), (11, "fail", "bob"),
         (7, "fail", "eve"), (40, "ok", "bob"), (300, "ok", "bob")]


class Correlations(Case):
    def setUp(self):
        super().setUp()
        self.write("c.yml", RULES)
        self.write("story.jsonl", "".join(event(*each) for each in STORY))

    def replay_story(self, form, *argv):
        self.run_it("replay", "--rules", "c.yml", "--output", form, *argv, "story.jsonl")
        self.expect(0, lines=0)
        return self.out

    def test_matches__stand_at_the_record_that_completed_them(self):
        self.replay_story("matches")
        found = [line.split("\t")[1:] for line in self.out.splitlines()]
        self.assertIn(["5", MANY], found)
        self.assertIn(["7", THEN], found)
        self.assertEqual(sum(each[1] == THEN for each in found), 1)
        self.assertNotIn(BASE, self.out)

    def test_findings__name_the_events_that_made_them(self):
        lines = [json.loads(line) for line in self.replay_story("findings").splitlines()]
        many = next(line for line in lines if line["rule"]["id"] == MANY)
        then = next(line for line in lines if line["rule"]["id"] == THEN)

        self.assertEqual([each["number"] for each in many["correlated"]["records"]], [1, 3, 5])
        self.assertEqual({each["rule"] for each in many["correlated"]["records"]}, {BASE})
        self.assertEqual(many["correlated"]["count"], 3)
        self.assertEqual(many["record"]["number"], 5)
        self.assertEqual(many["matched"][0], {"selection": "group-by", "field": "User", "value": "bob",
                                              "pattern": "", "position": 0})
        self.assertEqual(many["matched"][1]["value"], "3")
        self.assertEqual(many["matched"][1]["pattern"], "gte 3")
        self.assertEqual([each["number"] for each in then["correlated"]["records"]], [4, 5, 7])
        self.assertEqual(then["level"], "high")

    def test_text_and_ocsf__show_them_too(self):
        self.assertIn("events   3: records 1, 3, 5\n", self.replay_story("text"))
        related = [json.loads(line)["finding_info"].get("related_events")
                   for line in self.replay_story("ocsf").splitlines() if '"class_uid":2004' in line]
        self.assertIn(["0/1", "0/3", "0/5"], [[each["uid"] for each in one] for one in related if one])

    def test_rule_without_correlation__has_no_events_key(self):
        self.run_it("replay", "--rules", "r.yml", "--output", "findings", "good.jsonl")
        self.assertNotIn("correlated", json.loads(self.out))

    def test_generate_false__the_rules_are_silent(self):
        self.write("c.yml", RULES.replace("generate: true\n", ""))
        found = [line.split("\t")[2] for line in self.replay_story("matches").splitlines()]
        self.assertEqual(found, [THEN])

    def test_chunks__do_not_change_the_findings(self):
        expected = self.replay_story("findings").replace('"story.jsonl"', '"-"')
        content = (self.folder / "story.jsonl").read_bytes()
        for size in (1, 7, 100, 333):
            child = self.start("replay", "--rules", "c.yml", "--output", "findings", "-",
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for at in range(0, len(content), size):
                child.stdin.write(content[at:at + size])
                child.stdin.flush()
            out, _ = child.communicate(timeout=30)
            self.assertEqual(out.decode(), expected, size)

    def test_pack__gives_what_rules_give(self):
        expected = self.replay_story("findings")
        self.run_it("compile", "c.yml", "-o", "c.pack")
        self.expect(0, lines=1)
        self.run_it("replay", "--pack", "c.pack", "--output", "findings", "story.jsonl")
        self.assertEqual(self.out, expected)

    def test_throttle__same_group_speaks_once(self):
        self.write("story.jsonl", "".join(event(second, "fail", "bob") for second in range(10)))
        self.assertEqual(self.replay_story("matches").count(MANY), 8)
        self.assertEqual(self.replay_story("matches", "--throttle", "5s").count(MANY), 2)
        self.assertEqual(self.replay_story("matches", "--throttle", "1h").count(MANY), 1)

    def test_summary__late_and_forgotten_events__are_counted(self):
        self.write("story.jsonl", event(100, "fail", "bob") + event(50, "fail", "bob"))
        self.assertIn("correlated 0 forgotten for want of room, 1 too late, 0 left out", self.replay_story("text"))
        self.write("story.jsonl", "".join(event(10, "fail", f"u{number}") for number in range(16400)))
        self.assertIn("correlated 16 forgotten for want of room, 0 too late", self.replay_story("text"))

    def test_report__correlation_with_its_reason_and_line(self):
        self.write("c.yml", RULES.replace("rules: [failure]", "rules: [missing]"))
        self.run_it("compile", "c.yml", "-o", "c.pack", "--report=json")
        rows = {each["title"]: each for each in map(json.loads, self.out.splitlines())}
        self.assertEqual(rows["Many failures"]["outcome"], "rejected")
        self.assertIn("'missing'", rows["Many failures"]["reason"])
        self.assertEqual(rows["Many failures"]["line"], 18)
        self.assertIn("refused itself", rows["Many failures, then a success"]["reason"])
        self.assertEqual(rows["Failure"]["outcome"], "compiled")

    def test_report__fields_that_a_named_rule_never_has__are_told(self):
        self.write("c.yml", RULES.replace("group-by: [User]", "group-by: [Usr]", 1))
        self.run_it("compile", "c.yml", "-o", "c.pack", "--report=json")
        rows = {each["title"]: each for each in map(json.loads, self.out.splitlines())}
        (warning,) = rows["Many failures"]["warnings"]
        self.assertEqual(warning["line"], 19)
        self.assertIn("group-by asks for 'Usr', which no record of rule 'Failure' has", warning["text"])
        self.assertIn("write 'User'", warning["text"])
        self.assertEqual(rows["Many failures, then a success"]["warnings"], [])

    def test_report__alias_of_a_field_that_is_there__is_not_told(self):
        alias = "aliases: {Who: {failure: User}}\n  condition: {gte: 3}"
        self.write("c.yml", RULES.replace("group-by: [User]", "group-by: [Who]", 1)
                   .replace("condition: {gte: 3}", alias))
        self.run_it("compile", "c.yml", "-o", "c.pack", "--report=json")
        self.assertEqual([each["warnings"] for each in map(json.loads, self.out.splitlines())], [[]] * 4)

    def test_report__filter_of_a_correlation__is_refused(self):
        filters = (f"---\ntitle: Quiet\nlogsource: {{product: windows, category: process_creation}}\n"
                   f"filter:\n  rules: [%s]\n  s: {{User: x}}\n  condition: s\n")
        for name in ("many", MANY):
            self.write("c.yml", RULES + filters % name)
            self.run_it("compile", "c.yml", "-o", "c.pack", "--report=json")
            (row,) = [each for each in map(json.loads, self.out.splitlines()) if each["title"] == "Quiet"]
            self.assertEqual(row["outcome"], "rejected")
            self.assertIn(f"the filter names correlation '{name}'", row["reason"])


if __name__ == "__main__":
    unittest.main()
