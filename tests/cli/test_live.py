# SPDX-License-Identifier: Apache-2.0
"""The sensor on this machine: what somebody does, and what comes out.

Needs a machine that can be watched; elsewhere each test is skipped with what
`sonda run` said.
"""
import http.server
import json
import os
import pty
import shutil
import signal
import subprocess
import tempfile
import threading
import unittest

from program import SONDA


class Quiet(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


class Live(unittest.TestCase):
    """One run of the sensor, over one session that every test looks at."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="sonda-live-", dir="/tmp")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        # Words for people come on a terminal only: that is how we know it is live.
        ours, theirs = pty.openpty()
        output = open(f"{cls.folder}/findings", "wb")
        sensor = subprocess.Popen([SONDA, "run", "--no-config", "--events", "--output", "findings"],
                                  stdout=output, stderr=theirs)
        os.close(theirs)
        said = b""
        try:
            while b"Ctrl-C" not in said:
                said += os.read(ours, 4096)
        except OSError:
            said = said.decode(errors="replace").strip()
            if sensor.wait() == 4:
                raise unittest.SkipTest(said) from None
            raise AssertionError(said) from None
        try:
            cls.session()  # the sensor drains what the kernel holds before it ends
        finally:
            sensor.send_signal(signal.SIGINT)
            cls.summary = b""
            try:
                while piece := os.read(ours, 4096):
                    cls.summary += piece
            except OSError:
                pass
            cls.status = sensor.wait()
            output.close()
        with open(output.name, encoding="utf-8") as lines:
            cls.lines = [json.loads(line) for line in lines]
        cls.prefix = cls.find_prefix()

    @classmethod
    def session(cls):
        cls.copy = f"{cls.folder}/copy"
        shutil.copy("/bin/true", cls.copy)
        subprocess.run([cls.copy, "one", "two words"], check=True)
        subprocess.run(["chmod", "u+s", cls.copy], check=True)
        server = http.server.HTTPServer(("127.0.0.1", 0), Quiet)
        cls.port = str(server.server_port)
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        cls.shell = f"exec 3<>/dev/tcp/127.0.0.1/{cls.port}; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"
        subprocess.run(["bash", "-c", cls.shell], stdout=subprocess.DEVNULL, check=True)
        thread.join()
        server.server_close()
        os.unlink(cls.copy)

    @classmethod
    def find_prefix(cls):
        """The kernel names paths from the root of the mount namespace: under a changed root (chroot) each has
        a prefix that nobody inside can see. Our copy's image shows it; every other path must have the same."""
        image = next(line["event"]["fields"]["Image"] for line in cls.lines if "rule" not in line
                     and line["event"]["fields"].get("CommandLine") == f"{cls.copy} one two words")
        prefix = image.removesuffix(cls.copy)
        if os.path.exists(prefix):
            raise AssertionError(f"{image} is not the path of {cls.copy}")
        return prefix

    def events(self, klass, activity, **fields):
        found = [line for line in self.lines if "rule" not in line
                 and (line["event"]["class"], line["event"]["activity"]) == (klass, activity)
                 and all(line["event"]["fields"].get(k) == v for k, v in fields.items())]
        self.assertTrue(found, f"no event {klass} {activity} with {fields}")
        return [line["event"]["fields"] for line in found]

    def finding(self, title, **fields):
        found = [line for line in self.lines if "rule" in line and line["rule"]["title"] == title
                 and all(line["event"]["fields"].get(k) == v for k, v in fields.items())]
        self.assertEqual(len(found), 1, f"findings of {title} with {fields}")
        return found[0]

    def test_run__ended_by_an_interrupt__exit_0_and_nothing_lost(self):
        self.assertEqual(self.status, 0)
        self.assertIn(b"lost       0\r\n", self.summary)

    def test_run__copy_started__has_path_arguments_parent_and_user(self):
        fields = self.events("process", "launch", CommandLine=f"{self.copy} one two words")[0]

        self.assertEqual(fields["Image"], self.prefix + self.copy)
        self.assertEqual(fields["ParentProcessId"], str(os.getpid()))
        self.assertIn(os.path.basename(__file__), fields["ParentCommandLine"])
        self.assertEqual(fields["Uid"], str(os.getuid()))

    def test_run__copy_started_in_tmp__is_found(self):
        if self.prefix:
            self.skipTest("a changed root puts /tmp elsewhere")

        finding = self.finding("Program Started From a World-Writable Folder", Image=self.copy)

        self.assertEqual(finding["process"][0]["image"], self.copy)
        self.assertEqual(finding["process"][1]["pid"], os.getpid())

    def test_run__setuid_bit_set__is_an_event_and_a_finding(self):
        fields = self.events("file", "set attributes", TargetFilename=self.prefix + self.copy, Mode="4755")[0]

        self.assertTrue(fields["Image"].endswith("/chmod"))
        finding = self.finding("Setuid or Setgid Bit Set From the Command Line",
                               CommandLine=f"chmod u+s {self.copy}")
        self.assertEqual({m["field"] for m in finding["matched"]}, {"Image", "CommandLine"})

    def test_run__shell_connects__is_an_event_and_a_finding(self):
        fields = self.events("network", "open", DestinationPort=self.port, Initiated="true")[0]

        self.assertEqual(fields["DestinationIp"], "127.0.0.1")
        self.assertTrue(fields["Image"].endswith("/bash"))
        self.finding("Shell Redirected to a Network Pseudo Device", CommandLine=f"bash -c {self.shell}")

    def test_run__file_removed__is_an_event(self):
        self.events("file", "delete", TargetFilename=self.prefix + self.copy, ProcessId=str(os.getpid()))


if __name__ == "__main__":
    unittest.main()
