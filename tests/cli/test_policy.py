# SPDX-License-Identifier: Apache-2.0
"""The response policy on the command line: modes, switches, and what is wrong with either."""
import itertools
import json
import os
import pathlib
import subprocess
import unittest

from program import FAKE, ID, Case

# What the made-up machine does in twenty seconds.
FINDINGS_MAX = 20000
POLICY = f"policy:\n  - rule: {ID}\n    action: deny\n    feature: guard\n"


class WithPolicy(Case):
    def setUp(self):
        super().setUp()
        self.write("p.yml", POLICY)

    def responses(self, *argv):
        self.run_it("replay", "--rules", "r.yml", "--output", "findings", *argv, "good.jsonl")
        self.assertEqual(self.code, 0, self.err)
        return [json.loads(line).get("response") for line in self.out.splitlines()]


class Policy(WithPolicy):
    def test_without_a_mode_nothing_is_said(self):
        self.assertEqual(self.responses(), [None])

    def test_observe_says_what_would_be(self):
        self.assertEqual(self.responses("--policy", "p.yml", "--observe"),
                         [{"action": "deny", "outcome": "would", "features": ["guard"]}])

    def test_enforce_without_a_ticket_says_so(self):
        self.assertEqual(self.responses("--policy", "p.yml", "--enforce"),
                         [{"action": "deny", "outcome": "no-ticket", "features": ["guard"]}])

    def test_silence_is_counted(self):
        self.write("none.yml", "policy: [{level: high, action: none}]\n")
        self.assertEqual(self.responses("--policy", "none.yml", "--enforce"), [])
        self.run_it("replay", "--rules", "r.yml", "--output", "text", "--policy", "none.yml", "--enforce",
                    "good.jsonl")
        self.assertIn("1 by the policy", self.out)

    def test_a_policy_of_its_own_is_laid_over_a_pack(self):
        self.run_it("compile", "r.yml", "-o", "r.pack")
        self.assertEqual(self.code, 0, self.err)
        self.run_it("replay", "--pack", "r.pack", "--output", "findings", "--policy", "p.yml", "--observe", "good.jsonl")
        self.assertEqual(json.loads(self.out)["response"]["outcome"], "would")
        self.write("q.yml", "policy: [{rule: nobody, action: deny}]\n")
        self.run_it("replay", "--pack", "r.pack", "--policy", "q.yml", "--observe", "good.jsonl")
        self.assertIn("in the policy, but no rule has this id: nobody", self.err)

    def test_compiled_in_it_is_inspected_and_used(self):
        self.run_it("compile", "r.yml", "--policy", "p.yml", "-o", "r.pack")
        self.assertEqual(self.code, 0, self.err)
        self.run_it("inspect", "r.pack")
        self.assertRegex(self.out, r"policy +1\n")
        self.assertRegex(self.out, f"deny +rule +{ID} +feature guard\n")
        self.assertRegex(self.out, f"{ID} +deny +high")
        self.run_it("replay", "--pack", "r.pack", "--output", "findings", "--observe", "good.jsonl")
        self.assertEqual(json.loads(self.out)["response"]["action"], "deny")
        self.run_it("replay", "--pack", "r.pack", "--output", "findings", "good.jsonl")
        self.assertNotIn("response", json.loads(self.out))

    def test_text_says_it_in_words(self):
        self.run_it("replay", "--rules", "r.yml", "--output", "text", "--policy", "p.yml", "--observe", "good.jsonl")
        self.assertIn("response deny: would be done, observing only\n", self.out)
        self.assertRegex(self.out, "responses +0 denied, 1 only observed")

    def test_jobs_give_the_same_bytes(self):
        event = self.folder.joinpath("good.jsonl").read_text()
        self.write("many.jsonl", event * 500)
        outputs = set()
        for jobs in ("1", "2", "3"):
            self.run_it("replay", "--rules", "r.yml", "--output", "findings", "--policy", "p.yml", "--observe",
                        "--jobs", jobs, "many.jsonl")
            outputs.add(self.out)
        self.assertEqual(len(outputs), 1)
        self.assertEqual(outputs.pop().count('"outcome":"would"'), 500)

    def test_mistakes_name_file_line_and_remedy(self):
        mistakes = [("policy:\n  - {level: low, action: block}\n", 2, "write alert, deny, kill or none"),
                    ("policy:\n  - {level: low}\n", 2, "without action"),
                    ("policy:\n  - {rule: x, action: deny}\n", 2, "no rule that compiles has the id 'x'"),
                    ("rules: []\n", 1, "the key policy alone")]
        for text, line, reason in mistakes:
            with self.subTest(text=text):
                self.write("bad.yml", text)
                for command in (["compile", "r.yml", "-o", "x.pack"],
                                ["replay", "--rules", "r.yml", "--observe", "good.jsonl"]):
                    self.run_it(*command, "--policy", "bad.yml")
                    self.assertEqual(self.code, 3)
                    self.assertEqual(len(self.said), 1, self.err)
                    self.assertIn(f"bad.yml:{line}: ", self.err)
                    self.assertIn(reason, self.err)
        self.assertFalse(self.folder.joinpath("x.pack").exists())

    def test_what_does_not_fit_together_is_usage(self):
        for argv in (["--observe", "--enforce"], ["--policy", "p.yml"], ["--tenant", "x" * 256]):
            self.replay(*argv, "good.jsonl")
            self.assertEqual(self.code, 2, argv)
            self.assertEqual(len(self.said), 1, self.err)

    def test_a_configuration_file_may_say_all_of_it(self):
        self.write("conf/p.yml", POLICY)
        self.write("conf/s", "tenant acme\n")
        self.write("conf/c", "response = observe\npolicy = p.yml\nswitches = s\ntenant = acme\n")
        self.assertEqual(self.responses("--config", "conf/c"),
                         [{"action": "deny", "outcome": "withheld", "features": ["guard"],
                           "switch": {"kind": "tenant", "name": "acme"}}])
        self.assertEqual(self.responses("--config", "conf/c", "--tenant", "other")[0]["outcome"], "would")
        self.write("conf/off", "response = off\npolicy = p.yml\n")
        self.assertEqual(self.responses("--config", "conf/off"), [None])
        self.write("conf/bad", "response = maybe\n")
        self.replay("--config", "conf/bad", "good.jsonl")
        self.assertEqual(self.code, 2)
        self.assertIn("conf/bad:1: response is off, observe or enforce, not 'maybe'", self.err)


class Switches(WithPolicy):
    def switched(self, text, *argv):
        self.write("s", text)
        return self.responses("--policy", "p.yml", "--observe", "--switches", "s", *argv)[0]

    def test_each_kind_withholds(self):
        for line, kind in (("all", "all"), (f"rule {ID.upper()}", "rule"), ("feature guard", "feature"),
                           ("\t tenant  Acme \r", "tenant"), ("ALL", "all"), ("Feature GUARD", "feature")):
            said = self.switched(f"# kill switches\n\n{line}\n", "--tenant", "acme")
            self.assertEqual((said["outcome"], said["switch"]["kind"]), ("withheld", kind), line)

    def test_a_byte_order_mark_says_nothing(self):
        self.assertEqual(self.switched("\ufeffall\n")["switch"], {"kind": "all"})
        self.assertEqual(self.switched("\ufefffeature guard")["outcome"], "withheld")
        self.assertEqual(self.switched("\ufeff")["outcome"], "would")

    def test_others_do_not(self):
        for text in ("", "#all\n", "feature other\n", "tenant acme\n", "rule guard"):
            self.assertEqual(self.switched(text)["outcome"], "would", text)

    def test_a_broken_file_is_refused_at_the_start(self):
        for text, reason in (("feature guard\nfeatur x\n", "s:2: a line begins with all, rule, feature or tenant"),
                             ("rule\n", "s:1: a name is missing"), ("rule a b\n", "s:1: more than one name"),
                             ("all rules\n", "s:1: nothing stands behind all"),
                             ("rule " + "x" * 256, "s:1: a name of more than 255"),
                             ("rule a\0b\n", "s:1: a zero byte")):
            self.write("s", text)
            self.replay("--policy", "p.yml", "--observe", "--switches", "s", "good.jsonl")
            self.assertEqual(self.code, 2, text)
            self.assertIn(reason, self.err)
        self.replay("--policy", "p.yml", "--observe", "--switches", "none", "good.jsonl")
        self.assertEqual(self.code, 3)

    def test_too_many_names_withhold_everything(self):
        said = self.switched("".join(f"rule r{i}\n" for i in range(1025)))
        self.assertEqual(said["switch"], {"kind": "all"})
        self.assertIn("all responses are withheld", self.err)


class Running(Case):
    """A sensor that runs follows the file."""

    def setUp(self):
        super().setUp()
        self.write("p.yml", POLICY)
        self.write("s", "")
        self.sensor = self.start("run", "--no-config", "--rules", "live.yml", "--policy", "p.yml", "--observe",
                                 "--switches", "s", "--output", "findings", program=FAKE,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ})

    def replace(self, text):
        """As an editor does it: another file in its place."""
        self.write("s.new", text)
        pathlib.Path(self.folder, "s.new").replace(pathlib.Path(self.folder, "s"))

    def until(self, outcome):
        """Reads findings until one says so, of a thousand a second at most FINDINGS_MAX."""
        for line in itertools.islice(self.sensor.stdout, FINDINGS_MAX):
            response = json.loads(line)["response"]
            if response["outcome"] == outcome:
                return response
        return self.fail(f"no finding says {outcome}")

    def test_switches_turn_while_it_runs(self):
        self.until("would")
        self.replace("feature guard\n")
        self.assertEqual(self.until("withheld")["switch"], {"kind": "feature", "name": "guard"})
        self.replace("# none\n")
        self.until("would")
        self.write("s", "all\n")
        self.assertEqual(self.until("withheld")["switch"], {"kind": "all"})

    def test_a_broken_or_missing_file_changes_nothing_and_is_told(self):
        self.replace("feature guard\n")
        self.until("withheld")
        self.replace("feature guard\nfeatures x\n")
        said = []
        self.read_until(said, "s:2: a line begins with all, rule, feature or tenant; the switches stay as they were")
        pathlib.Path(self.folder, "s").unlink()
        self.read_until(said, "the switches stay as they were", "s: ")
        self.until("withheld")
        self.replace("\n")
        self.until("would")
        self.assertFalse([line for line in said if "switches on" in line and "s: 0" in line])

    def read_until(self, said, *wanted):
        """Standard error is read while findings are, lest a pipe fills up."""
        os.set_blocking(self.sensor.stderr.fileno(), False)
        for _ in itertools.islice(self.sensor.stdout, FINDINGS_MAX):
            lines = (self.sensor.stderr.read() or b"").decode().splitlines()
            said.extend(lines)
            if any(all(text in line for text in wanted) for line in lines):
                return
        self.fail(f"nothing said {wanted}")


if __name__ == "__main__":
    unittest.main()
