# SPDX-License-Identifier: Apache-2.0
"""Options, help, configuration; and that manual page and completion know every option."""
import io
import json
import re
import tarfile
import unittest

from program import EVENT, FAKE, FILTER, ID, ROOT, RULE, Case

COMMANDS = ["run", "replay", "record", "compile", "test", "explain", "inspect", "doctor", "version"]


class Usage(Case):
    def test_wrong_usage__exit_2_and_named(self):
        rows = [
            ([], "command is missing"),
            (["frobnicate"], "frobnicate"),
            (["--frobnicate"], "--frobnicate"),
            (["replay"], "FILE"),
            (["replay", "--no-such-option", "x"], "--no-such-option"),
            (["replay", "-Z", "x"], "-Z"),
            (["replay", "--rules"], "--rules"),
            (["replay", "--output", "xml", "x"], "'xml' is none of text, findings, matches or ocsf"),
            (["replay", "--min-level", "loud", "x"], "'loud'"),
            (["replay", "--format", "csv", "x"], "'csv'"),
            (["replay", "--rules", "r.yml", "--pack", "p", "x"], "exclude each other"),
            (["run", "--for", "soon"], "'soon'"),
            (["run", "--for", "0"], "'0'"),
            (["run", "extra"], "extra"),
            (["run", "--no-config=yes"], "no-config"),
            (["record"], "-o FILE"),
            (["compile", "-o", "x"], "RULES"),
            (["compile", "r.yml"], "-o PACK"),
            (["compile", "--report=xml", "r.yml"], "'xml'"),
            (["test"], "CASES"),
            (["test", "--jobs", "0", "x"], "'0' is no number from 1 to 64"),
            (["test", "--jobs", "2x", "x"], "'2x'"),
            (["test", "--jobs", "65", "x"], "'65'"),
            (["inspect"], "FILE"),
        ]
        for argv, named in rows:
            with self.subTest(argv=argv):
                self.run_it(*argv)

                self.expect(2, named)

    def test_help__of_each_command__exit_0_on_standard_output(self):
        for argv in [["--help"], ["-h"], ["help"]] + [[c, "--help"] for c in COMMANDS]:
            with self.subTest(argv=argv):
                self.run_it(*argv)

                self.expect(0, lines=0)
                self.assertIn("Usage: sonda", self.out)

    def test_help__stays_within_eighty_columns(self):
        for argv in [["--help"]] + [[c, "--help"] for c in COMMANDS]:
            self.run_it(*argv)
            self.assertLessEqual(max(map(len, self.out.splitlines())), 94, argv)

    def test_manual_and_completion__know_every_option_of_every_command(self):
        manual = (ROOT / "docs/man/sonda.1").read_text().replace("\\-", "-")
        completion = (ROOT / "tools/sonda/completion.bash").read_text()
        for command in COMMANDS:
            self.run_it(command, "--help")
            row = re.search(rf"^\s+(?:\w+ \| )?{command}(?: \| \w+)?\) words=\"([^\"]*)\"", completion, re.M)
            offered = set(row.group(1).split())
            for option in re.findall(r"^\s+(?:-\w, )?(--[a-z-]+)", self.out, re.M):
                with self.subTest(command=command, option=option):
                    self.assertIn(option, manual)
                    self.assertIn(option, offered)

    def test_options__value_forms_are_alike(self):
        for form in (["--rules", "r.yml"], ["--rules=r.yml"], ["-r", "r.yml"], ["-rr.yml"]):
            self.run_it("replay", *form, "--output=matches", "--", "good.jsonl")

            self.expect(0, lines=0)
            self.assertIn(ID, self.out)

    def test_version__first_line_names_program_and_number(self):
        self.run_it("version")

        self.expect(0, lines=0)
        self.assertRegex(self.out, r"^sonda \d+\.\d+\.\d+\n")


class Configuration(Case):
    def replay_with(self, text):
        self.write("conf/sonda.conf", text)
        self.replay("--config", "conf/sonda.conf", "good.jsonl")

    def test_disable__rule_is_silent(self):
        self.replay_with(f"# noise\n\ndisable = {ID}\n")

        self.expect(0, lines=0)
        self.assertEqual(self.out, "")

    def test_least_level__applies_unless_the_command_line_says_other(self):
        self.replay_with("min-level = critical")
        self.assertEqual(self.out, "")

        self.replay("--config", "conf/sonda.conf", "--min-level", "low", "good.jsonl")
        self.assertIn(ID, self.out)

    def test_filter__path_counts_from_the_file(self):
        self.write("conf/f.yml", FILTER.replace("harmless", "evil"))

        self.replay_with("filter = f.yml\n")

        self.expect(0, lines=0)
        self.assertEqual(self.out, "")

    def test_wrong_lines__exit_2_with_file_and_line(self):
        rows = [("colour = red", "unknown key 'colour'"), ("min-level = loud", "'loud'"),
                ("disable", "key = value"), ("disable =", "disable")]
        for text, named in rows:
            with self.subTest(text=text):
                self.replay_with("# first\n" + text + "\n")

                self.expect(2, "conf/sonda.conf:2:", named)

    def test_missing_file__exit_3(self):
        self.replay("--config", "nowhere.conf", "good.jsonl")

        self.expect(3, "nowhere.conf")

    def test_doctor__names_wrong_lines(self):
        self.write("sonda.conf", "min-level = loud\n")

        self.run_it("doctor", "--config", "sonda.conf", program=FAKE)

        self.assertEqual(self.code, 2)
        self.assertIn("sonda.conf:1:", self.out)

    def test_doctor__sound_machine_and_file__exit_0(self):
        self.write("sonda.conf", "min-level = low\n")

        self.run_it("doctor", "--config", "sonda.conf", program=FAKE)

        self.expect(0, lines=0)


class Compile(Case):
    def test_report__every_document_with_its_outcome(self):
        self.write("tree/a.yml", (self.folder / "r.yml").read_text())
        self.write("tree/b.yml", "just: a mapping\n")

        self.run_it("compile", "tree", "--report=json")

        rows = {row["path"]: row for row in map(json.loads, self.out.splitlines())}
        self.assertEqual(rows["tree/a.yml"]["outcome"], "compiled")
        self.assertEqual(rows["tree/a.yml"]["id"], ID)
        self.assertNotEqual(rows["tree/b.yml"]["outcome"], "compiled")
        self.assertTrue(rows["tree/b.yml"]["reason"])

    def test_report__warns_of_fields_that_nothing_fills(self):
        self.write("r.yml", RULE.replace("Image|endswith", "Imgae|endswith"))

        self.run_it("compile", "r.yml", "--report=json", "--strict")
        self.expect(0, lines=0)
        (warning,) = json.loads(self.out)["warnings"]
        self.assertEqual(warning["line"], 7)
        self.assertIn("'Imgae': write 'Image'?", warning["text"])

        self.run_it("compile", "r.yml", "--report")
        self.assertRegex(self.out, r"(?m)^compiled  r\.yml:1  .*\nwarning   r\.yml:7  no record")

    def test_report__tells_what_rules_cost(self):
        self.write("rare.yml", RULE)
        self.write("always.yml", RULE.replace("|endswith: '\\evil.exe'", "|contains: x"))

        self.run_it("compile", "rare.yml", "--report=json")
        cost = json.loads(self.out)["cost"]
        self.assertEqual((cost["class"], cost["literals"]), ("rare", 2))  # Image, NewProcessName
        self.assertEqual(cost["rarest"], cost["commonest"])
        self.run_it("compile", "always.yml", "--report")
        self.assertRegex(self.out, r"(?m)^compiled .*  \[always\]\nwarning .* must always run: ")

    def test_strict__one_bad_rule__exit_1_and_nothing_written(self):
        self.write("tree/a.yml", (self.folder / "r.yml").read_text())
        self.write("tree/b.yml", "title: no detection\nlogsource: {product: windows}\n")

        self.run_it("compile", "tree", "--strict", "-o", "x.pack")

        self.expect(1, "tree/b.yml:", lines=2)
        self.assertFalse((self.folder / "x.pack").exists())

    def archive(self, form, **names):
        written = io.BytesIO()
        with tarfile.open(fileobj=written, mode="w", format=form) as tar:
            for name, text in names.items():
                info = tarfile.TarInfo(name)
                info.size = len(text)
                tar.addfile(info, io.BytesIO(text.encode()))
        return written.getvalue()

    def test_tar__gives_the_pack_of_its_files(self):
        deep = "d" * 120 + "/" + "e" * 140 + "/\u00fc.yaml"
        split = "d" * 120 + "/" + "e" * 60 + ".yaml"
        for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
            names = {"a/r.yml": RULE, "README": "no rule", "a/b.yml": "just: a mapping\n",
                     split if form == tarfile.USTAR_FORMAT else deep: FILTER}
            with self.subTest(form=form):
                self.write("x.tar", self.archive(form, **names))

                self.run_it("compile", "x.tar", "--report=json", "-o", "x.pack")

                rows = {row["path"]: row["outcome"] for row in map(json.loads, self.out.splitlines())}
                self.assertEqual(rows, {"x.tar/" + name: "rejected" if "b.yml" in name else "compiled"
                                        for name in names if name != "README"})
                self.run_it("replay", "--rules", "x.tar", "--output", "matches", "good.jsonl")
                self.assertIn(ID, self.out)

    def test_standard_input__is_a_rule_or_a_tar(self):
        for given in (RULE.encode(), self.archive(tarfile.PAX_FORMAT, **{"r.yml": RULE})):
            self.run_it("compile", "-", "--strict", "-o", "x.pack", stdin=given)

            self.expect(0, lines=0)
            self.assertTrue((self.folder / "x.pack").exists())
        self.run_it("compile", "-", "-o", "x.pack", stdin=b"")
        self.expect(3, "no usable rule", lines=2)

    def test_tar__damaged_or_without_rules__exit_3_and_nothing_written(self):
        whole = self.archive(tarfile.GNU_FORMAT, **{"a.yml": RULE, "b.yml": RULE.replace(ID[:8], "2" * 8)})
        rows = [(whole[:-512 * 18 - 300], "cut off"), (whole[:1024] + b"x" * 512 + whole[1536:], None),
                (whole[:1030] + b"x" + whole[1031:], None),
                (self.archive(tarfile.GNU_FORMAT, README="x"), "no rule files")]
        second = whole.index(b"b.yml")
        rows[1] = (whole[:second] + b"x" + whole[second + 1:], "wrong checksum")
        del rows[2]
        for given, reason in rows:
            with self.subTest(reason=reason):
                self.write("x.tar", given)

                self.run_it("compile", "x.tar", "-o", "x.pack")

                self.expect(3, "x.tar: ", reason)
                self.assertFalse((self.folder / "x.pack").exists())

    def test_placeholders__are_written_out_wherever_rules_are_compiled(self):
        self.write("r.yml", RULE.replace("endswith: '\\evil.exe'", "endswith|expand: '\\%tool%.exe'"))
        self.write("p.yml", "tool: [other, evi?]\n")
        self.write("none.yml", "tools: [evil]\n")

        self.run_it("compile", "r.yml", "--placeholders", "p.yml", "-o", "x.pack", "--strict")
        self.expect(0, lines=0)
        self.run_it("replay", "--pack", "x.pack", "--output", "matches", "good.jsonl")
        self.assertIn(ID, self.out)
        self.replay("--placeholders", "p.yml", "good.jsonl")
        self.assertIn(ID, self.out)
        self.run_it("compile", "r.yml", "-o", "y.pack")
        self.expect(3, "r.yml:7:", "'expand' needs a placeholder table", lines=2)
        self.run_it("compile", "r.yml", "--placeholders", "none.yml", "-o", "y.pack")
        self.expect(3, "r.yml:7:", "placeholder 'tool' is not in the table", lines=2)

    def test_placeholders__unreadable_or_wrong__exit_3_with_line(self):
        self.write("p.yml", "a: [x]\nb: []\n")

        self.run_it("compile", "r.yml", "--placeholders", "p.yml", "-o", "x.pack")
        self.expect(3, "p.yml:2: placeholder 'b' has no values")
        self.run_it("compile", "r.yml", "--placeholders", "nowhere.yml", "-o", "x.pack")
        self.expect(3, "nowhere.yml")

    def test_no_usable_rule__exit_3_and_the_old_pack_stays(self):
        self.write("bad.yml", "title: [\n")
        self.write("x.pack", "old")

        self.run_it("compile", "bad.yml", "-o", "x.pack")

        self.expect(3, "bad.yml", lines=2)
        self.assertEqual((self.folder / "x.pack").read_text(), "old")
        self.assertEqual(sorted(p.name for p in self.folder.glob("x.pack*")), ["x.pack"])


class Findings(Case):
    def test_findings__one_object_a_line_with_all_its_keys(self):
        self.run_it("replay", "--rules", "r.yml", "good.jsonl")

        (line,) = self.out.splitlines()
        finding = json.loads(line)
        self.assertEqual(list(finding), ["time", "level", "rule", "record", "event", "matched", "process"])
        self.assertEqual(finding["time"], "2020-09-04T03:06:08Z")
        self.assertEqual(finding["level"], "high")
        self.assertEqual(finding["rule"]["id"], ID)
        self.assertEqual(finding["rule"]["tags"], ["attack.execution", "attack.t1059"])
        self.assertEqual(finding["record"], {"file": "good.jsonl", "number": 1})
        self.assertEqual((finding["event"]["class"], finding["event"]["activity"]), ("process", "launch"))
        self.assertEqual(finding["event"]["fields"]["CommandLine"], "evil")
        self.assertEqual(finding["matched"][0]["field"], "Image")
        self.assertEqual(finding["matched"][0]["selection"], "sel")

    def test_findings__hostile_bytes__stay_one_valid_line(self):
        self.write("odd.jsonl", EVENT.replace('"evil"', '"\\u0001\\ud800\\n\\u202e\xff"').encode("latin-1"))

        self.run_it("replay", "--rules", "r.yml", "odd.jsonl")

        (line,) = self.out.splitlines()
        self.assertEqual(json.loads(line)["event"]["fields"]["CommandLine"], "\x01\ufffd\n\u202e\ufffd")

    def test_text__hostile_bytes__never_reach_the_terminal(self):
        self.write("odd.jsonl", EVENT.replace('"evil"', '"\\u001b[2J\\u202e\\u009b"'))

        self.run_it("replay", "--rules", "r.yml", "--output", "text", "odd.jsonl")

        self.assertIn("\\x1b[2J\\u202e\\x9b", self.out)
        for hostile in ("\x1b", "\u202e", "\x9b"):
            self.assertNotIn(hostile, self.out)

    def test_text__ends_with_the_summary(self):
        self.replay("--disable", "33333333-3333-4333-8333-333333333333", "good.jsonl", "--output", "text")

        self.assertIn("HIGH", self.out)
        self.assertIn("Evil program", self.out)
        for name in ("Summary", "events", "unreadable", "findings   1: high 1", "1 disabled rule", "peak memory"):
            self.assertIn(name, self.out)

    def test_events__stand_before_their_findings(self):
        self.run_it("replay", "--rules", "r.yml", "--events", "good.jsonl")
        event, finding = map(json.loads, self.out.splitlines())
        self.assertEqual(list(event), ["time", "record", "event"])
        self.assertEqual(event["event"], finding["event"])

        self.run_it("replay", "--rules", "r.yml", "--events", "--output", "text", "good.jsonl")
        self.assertTrue(self.out.startswith("2020-09-04T03:06:08Z  process launch  evil.exe  evil\n"), self.out)

    def test_ocsf__event_then_finding(self):
        self.run_it("replay", "--rules", "r.yml", "--output", "ocsf", "good.jsonl")

        event, finding = map(json.loads, self.out.splitlines())
        self.assertEqual(event["class_uid"], 1007)
        self.assertEqual(finding["class_uid"], 2004)


if __name__ == "__main__":
    unittest.main()
