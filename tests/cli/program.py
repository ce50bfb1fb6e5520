# SPDX-License-Identifier: Apache-2.0
"""What the tests of the program share: running it, and files of their own."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

SONDA = os.path.abspath(os.environ["SONDA"])
# Under Wine there is none, and what only POSIX has is skipped: see scripts/test_windows.sh.
FAKE = os.path.abspath(os.environ.get("SONDA_FAKE_PROGRAM") or "no machine made for tests")
WINDOWS = bool(os.environ.get("SONDA_WINDOWS"))
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ID = "11111111-1111-4111-8111-111111111111"

RULE = f"""title: Evil program
id: {ID}
status: test
description: d
logsource: {{category: process_creation, product: windows}}
detection:
  sel: {{Image|endswith: '\\evil.exe'}}
  condition: sel
level: high
tags: [attack.execution, attack.t1059]
"""
# What the machine of sonda_fake does, a thousand times a second.
LIVE_RULE = RULE.replace("product: windows", "product: linux").replace("\\evil.exe", "/evil")
FILTER = f"""title: Not ours
id: 22222222-2222-4222-8222-222222222222
logsource: {{category: process_creation, product: windows}}
filter:
  rules: [{ID}]
  sel: {{CommandLine|contains: harmless}}
  condition: sel
"""
EVENT = ('{"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":1,"Image":"C:\\\\x\\\\evil.exe",'
         '"CommandLine":"evil","Hostname":"h","EventTime":"2020-09-04 03:06:08"}\n')


def posix(reason):
    """Skips a test of the Windows program."""
    return unittest.skipIf(WINDOWS, f"Windows: {reason}")


class Case(unittest.TestCase):
    """A test in a folder of its own with one rule and one event."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sonda-cli-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.write("r.yml", RULE)
        self.write("live.yml", LIVE_RULE)
        self.write("good.jsonl", EVENT)

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def run_it(self, *argv, program=SONDA, stdin=b"", stdout=subprocess.PIPE, env=None, timeout=60):
        self.need(program)
        done = subprocess.run([program, *argv], input=stdin, stdout=stdout, stderr=subprocess.PIPE,
                              cwd=self.folder, timeout=timeout, env={**os.environ, **(env or {})})
        self.code, self.out, self.err = done.returncode, (done.stdout or b"").decode(), done.stderr.decode()
        self.said = [line for line in self.err.splitlines() if line.strip()]
        return done

    def replay(self, *argv, **more):
        return self.run_it("replay", "--rules", "r.yml", "--output", "matches", *argv, **more)

    def need(self, program):
        if WINDOWS and program == FAKE:
            self.skipTest("Windows: the machine made for tests is another system's")

    def start(self, *argv, program=SONDA, **more):
        self.need(program)
        child = subprocess.Popen([program, *argv], cwd=self.folder, **more)
        self.addCleanup(self.end, child)
        return child

    @staticmethod
    def end(child):
        if child.poll() is None:
            child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout, child.stderr):
            if stream is not None:
                stream.close()

    def expect(self, code, *names, lines=1):
        """Exit code, and at most that many lines of error that name what they are about."""
        self.assertEqual(self.code, code, self.err)
        self.assertLessEqual(len(self.said), lines, self.err)
        for name in names:
            self.assertIn(name, self.err)
