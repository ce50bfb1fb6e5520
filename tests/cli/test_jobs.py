# SPDX-License-Identifier: Apache-2.0
"""`replay --jobs`: the same bytes from any number of threads, of findings, events and complaints."""
import json
import random
import re
import select
import signal
import subprocess
import unittest

from program import EVENT, ID, RULE, Case
from test_correlations import MANY, RULES as CORRELATIONS, THEN

LINUX_ID = ID.replace("1", "3")
LINUX_RULE = RULE.replace("product: windows", "product: linux").replace("\\evil.exe", "/evil").replace(ID, LINUX_ID)


def windows(rng, number):
    """Mostly events, some that match, some that are broken or beyond a limit."""
    event = {"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": rng.choice([1, 1, 3, 5, 11]),
             "UtcTime": f"2024-07-19 04:{number // 600 % 60:02}:{number // 10 % 60:02}.000",
             "ProcessId": str(rng.randrange(40)), "Image": rng.choice(["C:\\x\\evil.exe", "C:\\x\\good.exe"]),
             "CommandLine": "x" * rng.choice([3, 30, 300]) + "\t\u00e4", "ParentProcessId": str(rng.randrange(40)),
             "Computer": "h", "Message": "a\r\nb" * rng.randrange(200)}
    kind = rng.randrange(40)
    if kind == 0:
        return json.dumps(event)[:-rng.randrange(1, 9)].encode()
    if kind == 1:
        return b'{"a":' + b"[" * 70 + b"1" + b"]" * 70 + b"}"
    if kind == 2:
        return rng.choice([b"not json", b"[1,2]", b'{"a":1} x', b'{"a":"\xff\xfe"}', b'{"EventID":01}'])
    if kind == 3:
        event.update({f"Field{i}": "v" for i in range(rng.choice([100, 100, 300, 4200]))})
    return json.dumps(event).encode()


def audit(rng, number):
    """The lines of one serial, whose event is joined from them."""
    head = f"msg=audit(1600000000.{number % 1000:03}:{number}):"
    program = rng.choice(["/tmp/evil", "/bin/true"])
    lines = [f'type=SYSCALL {head} arch=c000003e syscall=59 success=yes exit=0 a0=1 items=2 ppid={number % 30} '
             f'pid={1000 + number} auid=0 uid=0 gid=0 comm="x" exe="{program}" key=(null)',
             f'type=EXECVE {head} argc=2 a0="{program}" a1="-v"', f'type=CWD {head} cwd="/tmp"',
             f'type=PATH {head} item=0 name="{program}" nametype=NORMAL']
    if rng.randrange(10):
        lines.append(f"type=EOE {head} ")
    if rng.randrange(20) == 0:
        lines.append("type=BROKEN msg=audit(1600000000")
    return lines


class Jobs(Case):
    def same_for_all(self, *argv, **more):
        results = {}
        for jobs in (1, 2, 3, 8):
            self.run_it("replay", "--rules", "r.yml", "--rules", "linux.yml", "--jobs", str(jobs), *argv, **more)
            # The summary of the text form tells how long it took.
            out = re.sub(r" in [0-9.]+ s, [0-9]+ a second|  sensor .*", "", self.out)
            results[jobs] = (self.code, out, self.err)
        for jobs in (2, 3, 8):
            self.assertTrue(results[jobs] == results[1], f"--jobs {jobs} is another than --jobs 1")
        return results[1]

    def setUp(self):
        super().setUp()
        self.write("linux.yml", LINUX_RULE)

    def test_replay__mixed_windows_events__same_bytes_for_every_number_of_jobs(self):
        rng = random.Random(1)
        lines = [windows(rng, n) for n in range(1500)]
        lines[700] = json.dumps({"Channel": "Security", "EventID": 1, "CommandLine": "y\n" * 900000}).encode()
        self.write("mixed.jsonl", b"\n".join(lines) + b"\n")

        for form in ("matches", "findings", "ocsf", "text"):
            code, out, err = self.same_for_all("--output", form, "mixed.jsonl", "good.jsonl")

            self.assertEqual(code, 0)
            self.assertGreater(out.count("\n"), 100)
            self.assertIn("mixed.jsonl: record", err)

    def test_replay__correlations__same_bytes_for_every_number_of_jobs(self):
        rng = random.Random(3)
        lines = []
        for n in range(4000):
            event = {"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 1,
                     "UtcTime": f"2024-07-19 04:{n // 600 % 60:02}:{n // 10 % 60:02}.000",
                     "Image": rng.choice(["C:\\x\\fail.exe", "C:\\x\\ok.exe", "C:\\x\\other.exe"]),
                     "User": f"user{rng.randrange(60)}", "ProcessId": str(rng.randrange(40)),
                     "ParentProcessId": str(rng.randrange(40))}
            if 1000 < n < 1200:  # more keys than a batch has room for
                event.update({f"F{i}": "v" for i in range(200)})
            if n == 1100:
                event.update({f"G{i}": "v" for i in range(4200)})
            lines.append(json.dumps(event).encode() if rng.randrange(50) else b"broken")
        self.write("story.jsonl", b"\n".join(lines) + b"\n")
        self.write("linux.yml", CORRELATIONS)

        for form in ("matches", "findings", "ocsf", "text"):
            code, out, err = self.same_for_all("--output", form, "story.jsonl", "good.jsonl")

            self.assertEqual(code, 0)
            if form == "matches":
                self.assertGreater(out.count(MANY), 30)
                self.assertGreater(out.count(THEN), 10)

    def test_replay__correlations_of_audit_lines__same_bytes_for_every_number_of_jobs(self):
        rng = random.Random(4)
        lines = [line for number in range(1, 400) for line in audit(rng, number)]
        self.write("audit.log", "\n".join(lines) + "\n")
        self.write("linux.yml", LINUX_RULE + "name: evil\n---\ntitle: Many\nid: " + MANY + "\ncorrelation:\n"
                   "  type: event_count\n  rules: [evil]\n  group-by: [ProcessId]\n  timespan: 1h\n"
                   "  condition: {gte: 1}\n")

        code, out, _ = self.same_for_all("--output", "matches", "audit.log")

        self.assertEqual(code, 0)
        self.assertGreater(out.count(MANY), 10)

    def test_replay__joined_audit_lines__same_bytes_for_every_number_of_jobs(self):
        rng = random.Random(2)
        pending = [audit(rng, n) for n in range(1500)]
        lines = []
        while pending:
            lot = pending[:3]
            pending = pending[3:]
            while any(lot):  # lines of three serials at a time, in order within each
                lines.append(rng.choice([serial for serial in lot if serial]).pop(0))
        self.write("audit.log", "\n".join(lines) + "\n")

        for form in ("matches", "ocsf"):
            code, out, _ = self.same_for_all("--output", form, "audit.log", "good.jsonl")

            self.assertEqual(code, 0)
            self.assertIn(LINUX_ID, out)

    def test_replay__standard_input_in_pieces__same_bytes_for_every_number_of_jobs(self):
        rng = random.Random(3)
        text = b"\n".join(windows(rng, n) for n in range(500)) + b"\n"

        code, out, _ = self.same_for_all("--output", "matches", "-", stdin=text)

        self.assertEqual(code, 0)
        self.assertTrue(out.startswith("-\t"))

    def test_replay__several_jobs_while_standard_input_idles__findings_are_out(self):
        child = self.start("replay", "--rules", "r.yml", "--output", "matches", "--jobs", "3", "-",
                           stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        child.stdin.write(EVENT.encode() * 10)
        child.stdin.flush()
        self.assertTrue(select.select([child.stdout], [], [], 30)[0], "nothing was flushed")

        child.send_signal(signal.SIGINT)

        self.assertEqual(child.wait(30), 130)
        self.assertEqual(child.stdout.read().count(b"\n"), 10)
        self.assertEqual(child.stderr.read(), b"")

    def test_replay__several_jobs_into_a_closed_pipe__ends_quietly(self):
        self.write("many.jsonl", EVENT * 20000)
        child = self.start("replay", "--rules", "r.yml", "--output", "findings", "--jobs", "3", "many.jsonl",
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        child.stdout.readline()
        child.stdout.close()

        self.assertEqual(child.wait(60), 141)
        self.assertEqual(child.stderr.read(), b"")

    def test_replay__no_number_of_jobs__exit_2(self):
        for value in ("0", "65", "x", "-1"):
            self.replay("--jobs", value, "good.jsonl")

            self.expect(2, "--jobs", "1 to 64")


if __name__ == "__main__":
    unittest.main()
