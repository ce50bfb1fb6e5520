# SPDX-License-Identifier: Apache-2.0
"""`sonda test`: what passes, what is a difference, and how both are told."""
import os
import pathlib
import re
import unittest
import xml.etree.ElementTree

from program import EVENT, FILTER, ID, ROOT, RULE, Case

OTHER = "33333333-3333-4333-8333-333333333333"
OTHER_RULE = RULE.replace(ID, OTHER).replace("Evil program", "Any <program>").replace("\\evil.exe", ".exe")
EVIL = "{Channel: Microsoft-Windows-Sysmon/Operational, EventID: 1, Image: 'C:\\evil.exe', CommandLine: evil}"
GOOD = EVIL.replace("evil.exe", "good.com")


def case(expect, *events, name="a case", rule=ID, extra=""):
    given = "".join(f"\n      - {{source: windows, fields: {event}}}" for event in events)
    given = f"\n    events:{given}" if events else ""
    return f"rule: {rule}\ncases:\n  - name: '{name}'\n    expect: {expect}{given}{extra}\n"


class Test(Case):
    def setUp(self):
        super().setUp()
        self.write("rules/r.yml", RULE)
        self.write("rules/o.yml", OTHER_RULE)

    def check(self, *argv, **more):
        return self.run_it("test", "--rules", "rules", *argv, **more)

    def case(self, *given, **more):
        self.write("c.yml", case(*given, **more))
        self.check("c.yml")

    def test_expectations__that_hold__exit_0(self):
        rows = [("match", EVIL), ("none", GOOD), (f"[{ID}, {OTHER}]", EVIL), ("[]", GOOD),
                (f"[{OTHER.upper()}, {ID}]", GOOD, EVIL, EVIL)]
        for row in rows:
            with self.subTest(row=row):
                self.case(*row)

                self.expect(0, lines=0)
                self.assertIn("1 cases in 1 files: 1 passed, 0 failed", self.out)

    def test_expectations__that_do_not_hold__exit_1_with_the_difference(self):
        rows = [
            ("match", GOOD, [f"- {ID}  Evil program"]),
            ("none", EVIL, [f"+ {ID}  Evil program", f"  {OTHER}  Any <program>"]),
            (f"[{ID}]", EVIL, [f"  {ID}  Evil program", f"+ {OTHER}  Any <program>"]),
            (f"[{ID}, {OTHER}, x]", GOOD, [f"- {ID}  Evil program", f"- {OTHER}  Any <program>",
                                          "- x  (no usable rule)"]),
            ("[]", EVIL, [f"+ {ID}  Evil program", f"+ {OTHER}  Any <program>"]),
        ]
        for expect, event, lines in rows:
            with self.subTest(expect=expect):
                self.case(expect, event)

                self.expect(1, lines=0)
                shown = self.out.splitlines()
                self.assertEqual(shown[0], "c.yml:3: a case")
                self.assertTrue(shown[1].startswith("  --- expected: "))
                self.assertEqual(sorted(shown[3:-1]), sorted("  " + line for line in lines))

    def test_file__one_record_or_all(self):
        self.write("events/e.jsonl", EVENT.replace("evil.exe", "good.com") + EVENT)
        for extra, expect, code in [("", "match", 0), ("\n    record: 1", "none", 0),
                                    ("\n    record: 2", "match", 0), ("\n    record: 2", "none", 1)]:
            with self.subTest(extra=extra, expect=expect):
                self.write("cases/c.yml", case(expect, extra=f"\n    file: ../events/e.jsonl{extra}"))
                self.check("cases")

                self.expect(code, lines=0)

    def test_what_cannot_be_read__fails_the_case_with_the_reason(self):
        self.write("empty.jsonl", "")
        self.write("broken.jsonl", EVENT + "{]\n")
        rows = [("file: nowhere.jsonl", "nowhere.jsonl: no such file"),
                ("file: empty.jsonl", "empty.jsonl: holds no record"),
                ("file: good.jsonl\n    record: 7", "good.jsonl: has no such record"),
                ("file: broken.jsonl", "broken.jsonl: record 2: "),
                ("event: {source: audit, line: nonsense}", "event 1: ")]
        for given, reason in rows:
            with self.subTest(given=given):
                self.case("none", extra="\n    " + given)

                self.expect(1, lines=0)
                self.assertIn("  ! " + reason, self.out)

    def test_rule_that_is_not_there__fails(self):
        self.case("none", EVIL, rule="no-such-rule")

        self.expect(1, lines=0)
        self.assertIn("  ! no usable rule has the id no-such-rule", self.out)

    def test_filter__takes_a_match_away(self):
        self.write("f.yml", FILTER.replace("harmless", "evil"))
        self.write("c.yml", case("none", EVIL))

        self.check("--filter", "f.yml", "c.yml")

        self.expect(0, lines=0)

    def test_require_cases__names_rules_that_lack_them(self):
        self.write("cases/c.yml", case(f"[{ID}]", GOOD))
        self.write("cases/d.yml", case("none", EVIL, rule=OTHER))

        self.check("cases")
        self.assertNotIn("rules/", self.out)

        self.check("--require-cases", "cases")
        self.expect(1, lines=0)
        self.assertIn("rules/r.yml:1: no case in which it must not match: Evil program", self.out)
        self.assertIn("rules/o.yml:1: no case in which it must match: Any <program>", self.out)

    def test_unusable_case_file__exit_3_with_line_and_the_others_run(self):
        self.write("cases/a.yml", "rule: x\ncases:\n  - {name: n, expects: none, file: f}\n")
        self.write("cases/b.yml", case("match", EVIL))

        self.check("cases", "--junit", "j.xml")

        self.expect(3, "cases/a.yml:3: ")
        self.assertIn("1 cases in 2 files: 1 passed", self.out)
        root = xml.etree.ElementTree.parse(self.folder / "j.xml").getroot()
        self.assertEqual((root.get("tests"), root.get("failures"), root.get("errors")), ("2", "0", "1"))

    def test_paths__missing_or_without_cases__exit_3(self):
        (self.folder / "empty").mkdir()
        for path in ("nowhere", "empty"):
            self.check(path)
            self.expect(3, path)

    def test_junit__is_the_run_in_xml(self):
        self.write("cases/a.yml", case("none", EVIL, name='<& "odd" name'))
        self.write("cases/b.yml", case("match", EVIL))

        self.check("cases", "--junit", "j.xml", "--require-cases")

        self.assertEqual(self.code, 1)
        root = xml.etree.ElementTree.parse(self.folder / "j.xml").getroot()
        self.assertEqual((root.get("tests"), root.get("failures"), root.get("errors")), ("3", "2", "0"))
        failed = root.find("./testsuite[@name='cases/a.yml']/testcase")
        self.assertEqual((failed.get("classname"), failed.get("line")), (ID, "3"))
        self.assertIn(f"+ {ID}  Evil program", failed.find("failure").text)
        self.assertIn(f"  {OTHER}  Any <program>", failed.find("failure").text)
        self.assertIsNone(root.find("./testsuite[@name='cases/b.yml']/testcase/failure"))
        lacking = root.find("./testsuite[@name='rules without cases']/testcase")
        self.assertEqual(lacking.find("failure").get("message"), "no case")

    def test_junit__that_cannot_be_written__exit_5(self):
        self.write("c.yml", case("match", EVIL))

        self.check("c.yml", "--junit", "nowhere/j.xml")

        self.expect(5, "nowhere/j.xml")

    def test_jobs__any_number__same_output(self):
        for i in range(40):
            self.write(f"cases/{i:02}.yml", case("match" if i % 3 else "none", EVIL, name=f"case {i}"))
        seen = set()
        for jobs in ("1", "2", "7", "64"):
            self.check("cases", "--jobs", jobs, "--junit", "j.xml")
            seen.add((self.code, self.out, self.err, (self.folder / "j.xml").read_text()))

        self.assertEqual(len(seen), 1)
        self.assertIn("40 cases in 40 files: 26 passed, 14 failed", self.out)

    def test_pack__is_tested_as_its_rules(self):
        self.run_it("compile", "rules", "-o", "x.pack")
        self.write("c.yml", case(f"[{ID}, {OTHER}]", EVIL))

        self.run_it("test", "--pack", "x.pack", "c.yml")

        self.expect(0, lines=0)


class Regression(Case):
    def regression(self, event, name="e.evtx", more=""):
        self.write("data/x/info.yml", f"id: x\nrule_metadata:\n    - id: {ID}\n      title: t\n"
                   f"regression_tests_info:\n    - name: Positive\n      type: evtx\n{more}"
                   f"      path: regression_data/x/{name}\n")
        self.write("data/x/e.json", event)
        self.run_it("test", "data", "--rules", "r.yml")

    def test_evtx__the_file_named_is_read_and_none_beside_it(self):
        self.regression(EVENT)

        self.expect(1)
        self.assertIn("e.evtx: no such file", self.out + self.err)

    def test_no_match__is_a_difference(self):
        self.regression(EVENT.replace("evil.exe", "good.exe"), name="e.json")

        self.expect(1, lines=0)
        self.assertIn(f"- {ID}", self.out)

    def test_match_count__fewer_matches_fail(self):
        self.regression(EVENT, name="e.json", more="      match_count: 2\n")

        self.expect(1, lines=0)
        self.assertIn("must match 2 times or more and matched 1 times", self.out)

    def test_sigmahq__every_regression_test_holds(self):
        data = pathlib.Path(os.environ.get("SONDA_TEST_DATA", ROOT.parent / "shared/data")) / "sigma"
        if not (data / "regression_data").is_dir():
            self.skipTest(f"no SigmaHQ in {data}; set SONDA_TEST_DATA")
        rules = [f"--rules={data / name}" for name in
                 ("rules", "rules-emerging-threats", "rules-threat-hunting")]

        self.run_it("test", str(data / "regression_data"), *rules)

        self.assertEqual(self.code, 0, self.out + self.err)
        self.assertIn(" 0 failed;", self.out)


class Content(unittest.TestCase):
    def test_default_rules__are_sixty_or_more_with_attack_tags(self):
        rules = sorted((ROOT / "content/rules").rglob("*.yml"))

        self.assertGreaterEqual(len(rules), 60)
        for path in rules:
            self.assertTrue(re.search(r"^\s*- attack\.|^tags: \[attack\.", path.read_text(), re.M), path)


if __name__ == "__main__":
    unittest.main()
