# SPDX-License-Identifier: Apache-2.0
"""Broken and hostile input: one clear line that names file and place, the right exit code."""
import os
import random
import unittest

from program import EVENT, FAKE, FILTER, ID, ROOT, RULE, Case, posix


class Inputs(Case):
    def test_good_event__rule_fires__file_number_and_id(self):
        self.replay("good.jsonl")

        self.expect(0, lines=0)
        self.assertEqual(self.out, f"good.jsonl\t1\t{ID}\n")

    def test_missing_file__exit_3(self):
        self.replay("nowhere.json")

        self.expect(3, "nowhere.json: no such file")

    def test_missing_file_among_good_ones__the_others_are_read(self):
        self.replay("nowhere.json", "good.jsonl")

        self.expect(3, "nowhere.json")
        self.assertIn(ID, self.out)

    @unittest.skipIf(os.geteuid() == 0, "root may read every file")
    def test_unreadable_file__exit_3(self):
        os.chmod(self.folder / "good.jsonl", 0)

        self.replay("good.jsonl")

        self.expect(3, "good.jsonl: permission denied")

    def test_folder_as_input__exit_3(self):
        (self.folder / "folder").mkdir()

        self.replay("folder")

        self.expect(3, "folder")

    def test_empty_file__exit_0_in_silence(self):
        self.write("empty.json", b"")

        self.replay("empty.json")

        self.expect(0, lines=0)

    def test_binary_junk_as_json__exit_3_in_a_dozen_lines(self):
        random.seed(3)
        self.write("junk.json", random.randbytes(100_000))

        self.replay("junk.json")

        self.expect(3, "junk.json", lines=12)

    def test_more_broken_lines_than_are_shown__a_count_ends_them(self):
        self.write("many.jsonl", ("{\n" + EVENT) * 25)

        self.replay("many.jsonl")

        self.expect(0, "many.jsonl: record 1,", "15 more", lines=11)
        self.assertEqual(self.out.count("\n"), 25)

    def test_broken_line__names_record_and_byte(self):
        self.write("one.jsonl", EVENT + '{"a":}\n' + EVENT)

        self.replay("one.jsonl")

        self.expect(0, "one.jsonl: record 2, byte ")
        self.assertEqual([line.split("\t")[1] for line in self.out.splitlines()], ["1", "3"])

    @posix("no file is named so")
    def test_file_name_with_tab_and_newline__forges_no_line(self):
        name = f"a\t1\t{ID}\nb.jsonl"
        self.write(name, EVENT)

        self.replay(name)

        self.expect(0, lines=0)
        self.assertEqual(self.out, f"a\\x091\\x09{ID}\\x0ab.jsonl\t1\t{ID}\n")

    def test_standard_input__is_named_by_a_dash(self):
        self.replay("-", stdin=EVENT.encode())

        self.expect(0, lines=0)
        self.assertEqual(self.out, f"-\t1\t{ID}\n")


class EventLogs(Case):
    """Built from the seeds of fuzz_evtx: a byte, then a chunk without what is unused behind its records."""

    HEADER = b"ElfFile\0" + bytes(4088)

    def chunk(self, name):
        return (ROOT / "fuzz/corpus/evtx" / name).read_bytes()[1:]

    def events(self, file, *more):
        return self.run_it("replay", "--rules", "r.yml", "--output", "ocsf", *more, file)

    def test_damage_that_costs_no_record__a_line_each_and_exit_0(self):
        self.write("a.evtx", self.HEADER + self.chunk("two_records"))

        self.events("a.evtx")

        self.expect(0, "a.evtx: byte 0: the file's header and its checksum differ", lines=1)
        self.assertEqual(self.out.count("4711"), 2)

    def test_chunk_without_the_files_header__is_read(self):
        self.write("a.bin", self.chunk("two_records"))

        self.events("a.bin")

        self.expect(0, "without the file's header", lines=1)
        self.assertEqual(self.out.count("4711"), 2)

    def test_file_cut_in_its_header__exit_3(self):
        self.write("a.evtx", self.HEADER[:100])

        self.replay("a.evtx")

        self.expect(3, "a.evtx: record 1, byte 100: the file ends within its header", lines=2)

    def test_threads__same_lines(self):
        self.write("a.evtx", self.HEADER + self.chunk("flipped"))

        self.events("a.evtx", "--jobs", "1")
        one = (self.code, self.out, self.err)
        self.events("a.evtx", "--jobs", "2")

        self.assertEqual(one, (self.code, self.out, self.err))


class Rules(Case):
    def test_missing_rules__exit_3(self):
        self.run_it("replay", "--rules", "norules", "good.jsonl")

        self.expect(3, "norules: no such file")

    def test_rule_file_that_is_not_yaml__exit_3_with_its_line(self):
        self.write("bad.yml", "title: [\n\x00")

        self.run_it("replay", "--rules", "bad.yml", "good.jsonl")

        self.expect(3, "bad.yml:", lines=12)

    def test_fifo_that_nobody_writes__exit_3_without_waiting(self):
        os.mkfifo(self.folder / "fifo.yml")

        self.run_it("replay", "--rules", "fifo.yml", "good.jsonl", timeout=20)

        self.expect(3, "fifo.yml", lines=2)

    @posix("no FIFOs in folders")
    def test_fifo_in_a_folder_of_rules__passed_over(self):
        self.write("mixed/a.yml", RULE)
        os.mkfifo(self.folder / "mixed/b.yml")

        self.run_it("replay", "--rules", "mixed", "--output", "matches", "good.jsonl", timeout=20)

        self.expect(0, lines=0)
        self.assertIn(ID, self.out)

    def test_folder_without_rules__exit_3(self):
        self.write("none/readme.txt", "nothing")

        self.run_it("replay", "--rules", "none", "good.jsonl")

        self.expect(3, "none: no rule files")

    def test_bad_rule_among_good_ones__named_and_left_out(self):
        self.write("mixed/a.yml", RULE)
        self.write("mixed/b.yml", "title: no detection\nlogsource: {product: windows}\n")

        self.run_it("replay", "--rules", "mixed", "--output", "matches", "good.jsonl")

        self.expect(0, "mixed/b.yml:")
        self.assertIn(ID, self.out)

    def test_filter__takes_matches_away(self):
        self.write("f.yml", FILTER)
        self.write("both.jsonl", EVENT + EVENT.replace('"evil"', '"harmless"'))

        self.replay("--filter", "f.yml", "both.jsonl")

        self.expect(0, lines=0)
        self.assertEqual(self.out, f"both.jsonl\t1\t{ID}\n")

    def test_disabled_rule__is_silent(self):
        self.replay("--disable", ID, "good.jsonl")

        self.expect(0, lines=0)
        self.assertEqual(self.out, "")

    def test_least_level__keeps_lower_ones_silent(self):
        self.replay("--min-level", "critical", "good.jsonl")

        self.expect(0, lines=0)
        self.assertEqual(self.out, "")


class Packs(Case):
    def setUp(self):
        super().setUp()
        self.run_it("compile", "r.yml", "-o", "good.pack")
        self.expect(0, lines=0)
        self.pack = (self.folder / "good.pack").read_bytes()

    def replay_pack(self, pack):
        self.write("broken.pack", pack)
        self.run_it("replay", "--pack", "broken.pack", "--output", "matches", "good.jsonl")

    def test_pack__replayed__fires(self):
        self.replay_pack(self.pack)

        self.expect(0, lines=0)
        self.assertIn(ID, self.out)

    def test_pack_with_filter__filter_applies(self):
        self.write("f.yml", FILTER.replace("harmless", "evil"))

        self.run_it("replay", "--pack", "good.pack", "--filter", "f.yml", "--output", "matches", "good.jsonl")

        self.expect(0, lines=0)
        self.assertEqual(self.out, "")

    def test_same_rules__same_bytes(self):
        self.run_it("compile", "r.yml", "-o", "again.pack")

        self.assertEqual((self.folder / "again.pack").read_bytes(), self.pack)

    def test_flipped_bytes__exit_4(self):
        random.seed(4)
        for _ in range(20):
            broken = bytearray(self.pack)
            broken[random.randrange(len(broken))] ^= 1 << random.randrange(8)

            self.replay_pack(bytes(broken))

            self.expect(4, "broken.pack: ")
            self.assertEqual(len(self.said), 1)

    def test_cut_pack__exit_4(self):
        for part in (0, 1, 3, 7):
            self.replay_pack(self.pack[: len(self.pack) * part // 8])

            self.expect(4, "broken.pack: ")

    def test_pack_of_another_version__exit_4(self):
        self.replay_pack(self.pack[:8] + b"\xff\x7f" + self.pack[10:])

        self.expect(4, "broken.pack: ")

    def test_unsigned_pack_for_run__exit_4(self):
        self.run_it("run", "--no-config", "--for", "1s", "--pack", "good.pack", program=FAKE)

        self.expect(4, "good.pack: ", "--allow-unsigned")


class Recordings(Case):
    def setUp(self):
        super().setUp()
        self.run_it("record", "-o", "s.sonda", "--for", "200ms", program=FAKE)
        self.expect(0, lines=0)
        self.bytes = (self.folder / "s.sonda").read_bytes()

    def replay_recording(self, content):
        self.write("cut.sonda", content)
        self.run_it("replay", "--rules", "live.yml", "--output", "matches", "cut.sonda")

    def test_recording__replayed__numbers_from_one(self):
        self.replay_recording(self.bytes)

        self.expect(0, lines=0)
        self.assertTrue(self.out.startswith(f"cut.sonda\t1\t{ID}\ncut.sonda\t2\t"), self.out[:100])

    def test_recording_cut_in_a_record__all_before_is_read(self):
        self.replay_recording(self.bytes)
        whole = self.out.count("\n")

        self.replay_recording(self.bytes[:-5])

        self.expect(0, "cut.sonda: record")
        self.assertEqual(self.out.count("\n"), whole - 1)

    def test_recording_damaged_in_the_middle__is_read_around(self):
        self.replay_recording(self.bytes)
        whole = self.out.count("\n")
        broken = bytearray(self.bytes)
        broken[len(broken) // 2] ^= 0xff

        self.replay_recording(bytes(broken))

        self.expect(0, "cut.sonda: record")
        self.assertEqual(self.out.count("\n"), whole - 1)

    def test_recording_cut_in_its_header__exit_3(self):
        self.replay_recording(self.bytes[:20])

        self.expect(3, "cut.sonda", lines=2)

    def test_inspect__counts_its_records(self):
        self.run_it("inspect", "s.sonda")

        self.expect(0, lines=0)
        self.assertIn("generic", self.out)

    def test_inspect_of_a_cut_one__names_the_place(self):
        self.write("cut.sonda", self.bytes[:-5])

        self.run_it("inspect", "cut.sonda")

        self.expect(0, "cut.sonda: record")


if __name__ == "__main__":
    unittest.main()
