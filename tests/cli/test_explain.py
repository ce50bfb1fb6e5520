# SPDX-License-Identifier: Apache-2.0
"""`sonda explain`: pages thought through by hand, and the same as JSON."""
import json
import unittest

from program import EVENT, FILTER, ID, Case

# Sysmon's process creation is the first of the rule's three log sources.
SOURCES = """
log source 1 of 3 applies
  true   product is windows
  true   channel is Microsoft-Windows-Sysmon/Operational
  true   event id is 1

condition
"""
OTHERS = """
log source 2 of 3 does not apply
  false  channel is Security
           the event's is Microsoft-Windows-Sysmon/Operational
  false  event id is 4688
           the event's is 1

log source 3 of 3 does not apply
  false  channel is empty
           the event's is Microsoft-Windows-Sysmon/Operational
"""
HEAD = f"rule    Evil program ({ID})\nevent   good.jsonl, record 1: process launch\n"


def rule(detection):
    return (f"title: Evil program\nid: {ID}\nlogsource: {{category: process_creation, product: windows}}\n"
            f"detection:\n{detection}\nlevel: high\n")


class Pages(Case):
    def page(self, detection, expected, event=EVENT):
        self.write("x.yml", rule(detection))
        self.write("good.jsonl", event)

        self.run_it("explain", "--rule", "x.yml", "good.jsonl")

        self.expect(0, lines=0)
        self.maxDiff = None
        self.assertEqual(self.out, expected)

    def test_match__shows_where_each_value_was_found(self):
        self.page("  sel: {Image|endswith: '\\evil.exe', CommandLine: [x, evil]}\n  condition: sel",
                  HEAD + "result  matches\n" + SOURCES +
                  "  true   sel\n"
                  "  true     all of\n"
                  "  true       Image ends with '\\evil.exe'\n"
                  "               found '\\evil.exe' at byte 4 of 'C:\\x\\evil.exe'\n"
                  "  true       CommandLine, any of 2 values:\n"
                  "  true         equals 'evil'\n"
                  "                 the event has 'evil'\n" + OTHERS)

    def test_near_misses__say_what_was_there(self):
        self.page("  sel: {Image|endswith: '\\devil.exe', CommandLine|cased: EVIL, Imge: x}\n  condition: sel",
                  HEAD + "result  does not match: 3 values would have to be otherwise\n" + SOURCES +
                  "  false  sel\n"
                  "  false    all of\n"
                  "  false      Image ends with '\\devil.exe'\n"
                  "               of it there is 'evil.exe' at byte 5 of 'C:\\x\\evil.exe'\n"
                  "  false      CommandLine equals 'EVIL', case counts\n"
                  "               in another case: 'evil' at byte 0 of 'evil'\n"
                  "  false      Imge equals 'x'\n"
                  "               the event has no field Imge; the name most like it is Image\n" + OTHERS)

    def test_not__shows_what_made_it_false(self):
        self.page("  sel: {Image|endswith: '\\evil.exe'}\n  no: {CommandLine: evil}\n  maybe: {User: me}\n"
                  "  condition: sel and not no and not maybe",
                  HEAD + "result  does not match: 1 value would have to be otherwise\n" + SOURCES +
                  "  false  all of\n"
                  "  true     sel\n"
                  "  true       Image ends with '\\evil.exe'\n"
                  "               found '\\evil.exe' at byte 4 of 'C:\\x\\evil.exe'\n"
                  "  false    not\n"
                  "  true       no\n"
                  "  true         CommandLine equals 'evil'\n"
                  "                 the event has 'evil'\n"
                  "  true     not maybe\n" + OTHERS)

    def test_long_list__shows_the_nearest_five(self):
        values = ", ".join(["'xxevi'", "'xevil.e'"] + [f"zz{i}" for i in range(6)])
        self.page(f"  sel: {{Image: [{values}]}}\n  condition: sel",
                  HEAD + "result  does not match: 1 value would have to be otherwise\n" + SOURCES +
                  "  false  sel\n"
                  "  false    Image, any of 8 values:\n"
                  "  false      equals 'xxevi'\n"
                  "               of it there is 'evi' at byte 5 of 'C:\\x\\evil.exe'\n"
                  "  false      equals 'xevil.e'\n"
                  "               of it there is 'evil.e' at byte 5 of 'C:\\x\\evil.exe'\n" +
                  "".join(f"  false      equals 'zz{i}'\n"
                          "               the event has 'C:\\x\\evil.exe'\n" for i in range(3)) +
                  "               and 3 more values, which are no nearer\n" + OTHERS)

    def test_other_log_source__says_what_differs_and_what_would_be(self):
        self.page("  sel: {CommandLine: evil}\n  condition: sel",
                  f"rule    Evil program ({ID})\nevent   good.jsonl, record 1: process terminate\n"
                  "result  does not match: the event is of another log source\n"
                  "\nlog source 1 of 3 does not apply\n"
                  "  true   product is windows\n"
                  "  true   channel is Microsoft-Windows-Sysmon/Operational\n"
                  "  false  event id is 1\n"
                  "           the event's is 5\n"
                  "\ncondition, if the log source did apply\n"
                  "  true   sel\n"
                  "  true     CommandLine equals 'evil'\n"
                  "             the event has 'evil'\n"
                  "\nlog source 2 of 3 does not apply\n"
                  "  false  channel is Security\n"
                  "           the event's is Microsoft-Windows-Sysmon/Operational\n"
                  "  false  event id is 4688\n"
                  "           the event's is 5\n"
                  "\nlog source 3 of 3 does not apply\n"
                  "  false  channel is empty\n"
                  "           the event's is Microsoft-Windows-Sysmon/Operational\n"
                  "  false  activity is launch (1)\n"
                  "           the event's is terminate (2)\n",
                  event=EVENT.replace('"EventID":1', '"EventID":5'))

    def test_filter_that_holds__is_shown_from_inside(self):
        self.write("f.yml", FILTER.replace("harmless", "evil"))

        self.run_it("explain", "--rule", "r.yml", "--filter", "f.yml", "good.jsonl")

        self.expect(0, lines=0)
        self.assertIn("\nresult  matches, but a filter takes it away\n", self.out)
        self.assertTrue(self.out.endswith(
            "\nfilter Not ours (22222222-2222-4222-8222-222222222222) holds\n"
            "\nlog source 1 of 3 applies\n"
            "\nfilter condition\n"
            "  true   sel\n"
            "  true     CommandLine contains 'evil'\n"
            "             the event has 'evil'\n"), self.out)

    def test_hostile_bytes__never_reach_the_terminal(self):
        self.write("good.jsonl", EVENT.replace('"evil"', '"\\u001b[2J evi"'))
        self.write("x.yml", rule("  sel: {CommandLine: evil}\n  condition: sel"))

        self.run_it("explain", "--rule", "x.yml", "good.jsonl")

        self.assertIn("\\x1b[2J", self.out)
        self.assertNotIn("\x1b", self.out)


class Json(Case):
    def explain(self, *argv, **more):
        self.run_it("explain", "--output", "json", *argv, **more)
        self.expect(0, lines=0)
        (line,) = self.out.splitlines()
        return json.loads(line)

    def test_json__has_the_whole_tree(self):
        told = self.explain("--rule", "r.yml", "good.jsonl")

        self.assertEqual(list(told), ["rule", "record", "event", "searched", "matches", "applies", "correlation",
                                      "filtered", "disabled", "below_level", "missing", "nodes"])
        self.assertEqual(told["record"], {"file": "good.jsonl", "number": 1})
        self.assertEqual(told["searched"], {"events": 1, "applicable": 1, "matched": 1, "found": 1})
        self.assertEqual((told["matches"], told["missing"]), (True, 0))
        source = told["nodes"][0]
        self.assertEqual([node["kind"] for node in source["nodes"]], ["requirement"] * 3 + ["selection"])
        (item,) = source["nodes"][3]["nodes"]
        self.assertEqual(item["nodes"], [{"kind": "value", "holds": True, "name": "Image", "asks": "endswith",
                                          "wanted": "\\evil.exe", "field": "Image", "value": "C:\\x\\evil.exe",
                                          "position": 4, "length": 9}])

    def test_json__long_value__is_cut_around_the_place(self):
        self.write("good.jsonl", EVENT.replace("evil.exe", "\u00e4" * 1000 + "evil.exe" + "\u00e4" * 1000))
        self.write("x.yml", rule("  sel: {Image|endswith: evil.exe}\n  condition: sel"))

        told = self.explain("--rule", "x.yml", "good.jsonl")

        value = told["nodes"][0]["nodes"][3]["nodes"][0]["nodes"][0]
        self.assertEqual((value["near"], value["position"], value["length"]), ("place", 2005, 8))
        cut = value["value"].encode()
        at = value["position"] - value["value_from"]
        self.assertEqual(cut[at:at + 8], b"evil.exe")
        self.assertLess(len(cut), 600)
        self.assertEqual(value["value_bytes"], 5 + 2000 + 8 + 2000)

    def test_disabled_or_below_level__is_said(self):
        self.assertTrue(self.explain("--rule", "r.yml", "--disable", ID, "good.jsonl")["disabled"])
        self.assertTrue(self.explain("--rule", "r.yml", "--min-level", "critical", "good.jsonl")["below_level"])
        self.write("sonda.conf", f"disable = {ID}\n")
        self.assertTrue(self.explain("--rule", "r.yml", "--config", "sonda.conf", "good.jsonl")["disabled"])


class Search(Case):
    def test_file_of_many__explains_the_nearest_and_counts(self):
        self.write("many.jsonl", EVENT.replace('"EventID":1', '"EventID":5') +
                   EVENT.replace("evil.exe", "other").replace('"evil"', '"x"') +
                   EVENT.replace("evil.exe", "other"))
        self.write("x.yml", rule("  sel: {Image|endswith: '\\evil.exe', CommandLine: evil}\n  condition: sel"))

        self.run_it("explain", "--rule", "x.yml", "many.jsonl")

        self.expect(0, lines=0)
        self.assertIn("looked  at 3 events: 2 of the rule's log source, 0 matched; the nearest is\n"
                      "event   many.jsonl, record 3: process launch\n", self.out)

    def test_first_match__is_the_nearest(self):
        self.write("many.jsonl", EVENT.replace("evil.exe", "other") + EVENT + EVENT)

        self.run_it("explain", "--rule", "r.yml", "many.jsonl")

        self.assertIn("2 matched; the first match is\nevent   many.jsonl, record 2:", self.out)

    def test_forms_of_naming_rule_and_event(self):
        self.run_it("compile", "r.yml", "-o", "x.pack")
        rows = [["--rule", "r.yml", "good.jsonl:1"], ["--rule", ID, "--rules", "r.yml", "good.jsonl"],
                ["--rule", ID, "--pack", "x.pack", "good.jsonl"], ["--rule", "./r.yml", "good.jsonl", "good.jsonl:1"]]
        for argv in rows:
            with self.subTest(argv=argv):
                self.run_it("explain", *argv)

                self.expect(0, lines=0)
                self.assertIn("result  matches\n", self.out)
        self.run_it("explain", "--rule", "r.yml", "-", stdin=EVENT.encode())
        self.assertIn("event   -, record 1:", self.out)
        self.write("good.jsonl:7", EVENT)
        self.run_it("explain", "--rule", "r.yml", "good.jsonl:7")
        self.assertIn("event   good.jsonl:7, record 1:", self.out)

    def test_rule_of_the_default_ones__by_its_id(self):
        self.run_it("explain", "--rule", "25270bf8-577f-4f7e-848c-c8d051337594", "good.jsonl")

        self.expect(0, lines=0)
        self.assertIn("the event is of another log source", self.out)

    def test_failures__exit_code_and_reason(self):
        self.write("bad.jsonl", EVENT + "{broken\n" + EVENT)
        self.write("empty.jsonl", "")
        self.write("x.yml", rule("  sel: {Image: x}\n  condition: sel")
                   .replace("product: windows", "product: zx81").replace(ID, ID.replace("1", "3")))
        self.write("y.yml", rule("  sel: {Image|nosuch: x}\n  condition: sel"))
        rows = [(["--rules", "r.yml", "good.jsonl"], 2, ["--rule"]),
                (["--rule", "r.yml"], 2, ["EVENT"]),
                (["--rule", "r.yml", "--pack", "p", "good.jsonl"], 2, ["excludes"]),
                (["--rule", "nowhere.yml", "good.jsonl"], 3, ["nowhere.yml"]),
                (["--rule", "no-such-id", "--rules", "r.yml", "good.jsonl"], 3, ["no-such-id"]),
                (["--rule", "r.yml", "nowhere.jsonl"], 3, ["nowhere.jsonl"]),
                (["--rule", "r.yml", "good.jsonl:2"], 3, ["record 2", "records in the file: 1"]),
                (["--rule", "r.yml", "bad.jsonl:2"], 3, ["bad.jsonl: record 2, byte"]),
                (["--rule", "r.yml", "empty.jsonl"], 3, ["empty.jsonl: no event"])]
        for argv, code, named in rows:
            with self.subTest(argv=argv):
                self.run_it("explain", *argv)

                self.expect(code, *named)
        self.run_it("explain", "--rule", ID.replace("1", "3"), "--rules", "r.yml", "--rules", "x.yml", "good.jsonl")
        self.expect(3, "x.yml:", "never runs: unmapped")
        self.run_it("explain", "--rule", "y.yml", "good.jsonl")
        self.expect(3, "y.yml:5: rejected", "nosuch", lines=2)

    def test_correlation__by_the_rules_it_names(self):
        base = (self.folder / "r.yml").read_text().replace("status: test", "status: test\nname: base")
        self.write("c.yml", base + "---\ntitle: Twice\nid: 33333333-3333-4333-8333-333333333333\n"
                   "correlation:\n  type: event_count\n  rules: [base]\n  timespan: 5m\n  condition: {gte: 2}\n")
        argv = ["explain", "--rule", "33333333-3333-4333-8333-333333333333", "--rules", "c.yml"]

        self.run_it(*argv, "good.jsonl")

        self.expect(0, lines=0)
        self.assertIn("\nresult  a correlation, which counts this event; it was complete in this input: 0 times\n"
                      f"\nof      Evil program ({ID})\nresult  matches\n\nlog source 1 of 3 applies\n", self.out)
        self.write("good.jsonl", EVENT + EVENT.replace("evil", "good") + EVENT)
        self.run_it(*argv, "good.jsonl")
        self.assertIn("it was complete in this input: 1 times", self.out)
        self.run_it(*argv, "good.jsonl:2")
        self.assertIn("\nresult  a correlation, which does not count this event;", self.out)

    def test_unreadable_record__others_are_still_explained(self):
        self.write("bad.jsonl", EVENT + "{broken\n" + EVENT)

        self.run_it("explain", "--rule", "r.yml", "bad.jsonl")

        self.expect(0, "record 2")
        self.assertIn("2 matched", self.out)


if __name__ == "__main__":
    unittest.main()
