# SPDX-License-Identifier: Apache-2.0
"""The recording that ships with the project, under the default rules."""
import unittest

from program import ROOT, Case

EXAMPLES = ROOT / "examples"


class Example(Case):
    def test_recording__replayed_here__same_findings_as_where_it_was_made(self):
        self.write("linux-session.sonda", (EXAMPLES / "linux-session.sonda").read_bytes())

        self.run_it("replay", "--output", "matches", "linux-session.sonda")

        self.expect(0, lines=0)
        self.assertEqual(self.out, (EXAMPLES / "linux-session.expected.tsv").read_text())

    def test_recording__holds_nothing_unreadable(self):
        self.run_it("inspect", str(EXAMPLES / "linux-session.sonda"))

        self.expect(0, lines=0)
        self.assertRegex(self.out, r"unreadable +0\n")


if __name__ == "__main__":
    unittest.main()
