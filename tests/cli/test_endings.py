# SPDX-License-Identifier: Apache-2.0
"""How the program ends: interrupts, closed pipes, full disks, terminals that go away."""
import array
import fcntl
import os
import pty
import select
import signal
import subprocess
import termios
import unittest

from program import EVENT, FAKE, ID, SONDA, Case, posix

LIVE = ("run", "--no-config", "--rules", "live.yml")


class Interrupts(Case):
    def test_replay__interrupted_while_a_fifo_has_no_writer__exit_130(self):
        os.mkfifo(self.folder / "fifo")
        child = self.start("replay", "--rules", "r.yml", "fifo", "-", stdin=subprocess.PIPE)
        self.assertRaises(subprocess.TimeoutExpired, child.wait, 0.5)

        child.send_signal(signal.SIGINT)

        self.assertEqual(child.wait(30), 130)

    def test_replay__interrupted_while_standard_input_idles__findings_are_out(self):
        child = self.start("replay", "--rules", "r.yml", "--output", "matches", "-", stdin=subprocess.PIPE,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        child.stdin.write(EVENT.encode() * 10)
        child.stdin.flush()
        self.assertTrue(select.select([child.stdout], [], [], 30)[0], "nothing was flushed")

        child.send_signal(signal.SIGINT)

        self.assertEqual(child.wait(30), 130)
        self.assertEqual(child.stdout.read().count(b"\n"), 10)
        self.assertEqual(child.stderr.read(), b"")

    @posix("no death by a signal")
    def test_replay__interrupted_twice_while_output_is_stuck__ends_at_once(self):
        self.write("many.jsonl", EVENT * 20000)
        for jobs in ("1", "2"):
            child = self.start("replay", "--rules", "r.yml", "--output", "findings", "--jobs", jobs, "many.jsonl",
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            held = array.array("i", [0])
            while held[0] < 60000:  # a pipe's worth that nobody reads
                self.assertTrue(select.select([child.stdout], [], [], 30)[0])
                fcntl.ioctl(child.stdout, termios.FIONREAD, held)

            child.send_signal(signal.SIGINT)
            self.assertRaises(subprocess.TimeoutExpired, child.wait, 0.3)
            child.send_signal(signal.SIGINT)

            self.assertEqual(child.wait(30), -signal.SIGINT)
            child.stdout.close()

    def test_run__interrupted_or_told_to_end__exit_0(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            child = self.start(*LIVE, "--output", "matches", program=FAKE, stdout=subprocess.PIPE, bufsize=0)
            child.stdout.readline()

            child.send_signal(number)

            rest, _ = child.communicate(timeout=30)
            self.assertEqual(child.returncode, 0)
            self.assertEqual(rest[-1:] or b"\n", b"\n")

    def test_run__for_a_while__ends_by_itself_with_findings(self):
        self.run_it(*LIVE, "--for", "300ms", "--output", "matches", program=FAKE)

        self.expect(0, lines=0)
        self.assertTrue(self.out.startswith(f"live\t1\t{ID}\n"))

    def test_run__machine_that_cannot_be_watched__exit_4_with_the_remedy(self):
        self.run_it(*LIVE, program=FAKE, env={"SONDA_FAKE": "refuse"})

        self.expect(4, "cannot be watched", "run as root")

    def test_record__machine_that_cannot_be_watched__leaves_no_file(self):
        self.run_it("record", "-o", "x.sonda", program=FAKE, env={"SONDA_FAKE": "refuse"})

        self.expect(4, "run as root")
        self.assertFalse((self.folder / "x.sonda").exists())

    def test_record__interrupted__exit_0_and_every_record_is_whole(self):
        child = self.start("record", "-o", "x.sonda", program=FAKE)
        while not (self.folder / "x.sonda").exists() and child.poll() is None:
            select.select([], [], [], 0.01)

        child.send_signal(signal.SIGINT)

        self.assertEqual(child.wait(30), 0)
        self.run_it("inspect", "x.sonda")
        self.expect(0, lines=0)


class Outputs(Case):
    def test_full_disk_under_replay__exit_5(self):
        with open("/dev/full", "wb") as full:
            self.replay("good.jsonl", stdout=full)

        self.expect(5, "standard output: no space left on device")

    def test_full_disk_under_run__ends_with_exit_5(self):
        with open("/dev/full", "wb") as full:
            self.run_it(*LIVE, "--output", "matches", program=FAKE, stdout=full)

        self.expect(5, "standard output: no space left on device")

    def test_full_disk_under_record__ends_with_exit_5(self):
        self.run_it("record", "-o", "/dev/full", program=FAKE)

        self.expect(5, "/dev/full: no space left on device")

    @posix("the machine made for tests is another system's")
    def test_disk_that_fills_under_record__keeps_what_was_written(self):
        limit = 100_000
        command = f"ulimit -f {limit // 512}; trap '' XFSZ; exec '{FAKE}' record -o x.sonda"
        done = subprocess.run(["sh", "-c", command], cwd=self.folder, stderr=subprocess.PIPE, timeout=60)

        self.assertEqual(done.returncode, 5)
        self.assertIn(b"x.sonda: ", done.stderr)
        self.run_it("replay", "--rules", "live.yml", "--output", "matches", "x.sonda")
        self.assertEqual(self.code, 0)
        self.assertGreater(self.out.count("\n"), limit // 512 - 100)

    def closed(self, number, *argv, program=SONDA):
        command = f"exec '{program}' \"$@\" {number}>&-"
        return subprocess.run(["sh", "-c", command, "sh", *argv], cwd=self.folder, timeout=60,
                              capture_output=True)

    def test_closed_standard_output__exit_5(self):
        done = self.closed(1, "replay", "--rules", "r.yml", "--output", "matches", "good.jsonl")

        self.assertEqual((done.returncode, done.stderr.count(b"\n")), (5, 1), done.stderr)

    def test_closed_standard_input__exit_3(self):
        done = self.closed(0, "replay", "--rules", "r.yml", "-")

        self.assertEqual((done.returncode, done.stderr.count(b"\n")), (3, 1), done.stderr)

    @posix("the machine made for tests is another system's")
    def test_closed_standard_error__no_message_gets_into_the_recording(self):
        done = self.closed(2, "record", "-o", "x.sonda", "--for", "200ms", program=FAKE)

        self.assertEqual(done.returncode, 0)
        self.run_it("inspect", "x.sonda")
        self.expect(0, lines=0)
        self.assertEqual(self.closed(2, "replay", "nowhere").returncode, 3)

    @posix("no device that is always full")
    def test_full_disk_under_compile__exit_5(self):
        self.run_it("compile", "r.yml", "-o", "/dev/full")

        self.expect(5, "/dev/full: no space left on device")

    def test_pack_in_a_folder_that_is_not_there__exit_5(self):
        self.run_it("compile", "r.yml", "-o", "no/such.pack")

        self.expect(5, "no/such.pack: no such file or directory")

    def closed_pipe(self, *argv, program=SONDA, stdin=None):
        reader, writer = os.pipe()
        os.close(reader)
        child = self.start(*argv, program=program, stdin=stdin, stdout=writer, stderr=subprocess.PIPE)
        os.close(writer)
        _, err = child.communicate(timeout=30)
        self.assertEqual((child.returncode, err), (141, b""))

    def test_closed_pipe__replay_ends_quietly_with_141(self):
        self.closed_pipe("replay", "--rules", "r.yml", "good.jsonl")

    def test_closed_pipe__run_ends_quietly_with_141(self):
        self.closed_pipe(*LIVE, program=FAKE)

    def test_closed_pipe__help_ends_quietly_with_141(self):
        self.closed_pipe("--help")


@posix("no pseudo terminals")
class Terminals(Case):
    """A child on a terminal of its own."""

    def on_terminal(self, *argv, program=SONDA):
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.folder)
            os.execve(program, [program, *argv], {**os.environ, "TERM": "xterm", "NO_COLOR": ""})
        return child, terminal

    def read_until(self, terminal, text):
        seen = b""
        while text not in seen and select.select([terminal], [], [], 30)[0]:
            try:
                piece = os.read(terminal, 65536)
            except OSError:
                break
            if not piece:
                break
            seen += piece
        self.assertIn(text, seen)
        return seen

    def test_run__on_a_terminal__readable_coloured_findings_and_summary(self):
        child, terminal = self.on_terminal(*LIVE, "--for", "300ms", program=FAKE)

        seen = self.read_until(terminal, b"peak memory")
        _, status = os.waitpid(child, 0)

        self.assertEqual(os.waitstatus_to_exitcode(status), 0)
        self.assertIn(b"\x1b[31mHIGH", seen)
        self.assertIn(b"Summary", seen)
        os.close(terminal)

    def test_run__ctrl_c_on_a_terminal__summary_and_exit_0(self):
        child, terminal = self.on_terminal(*LIVE, program=FAKE)
        self.read_until(terminal, b"HIGH")

        os.write(terminal, b"\x03")

        self.read_until(terminal, b"peak memory")
        _, status = os.waitpid(child, 0)
        self.assertEqual(os.waitstatus_to_exitcode(status), 0)
        os.close(terminal)

    def test_run__terminal_goes_away__ends_by_itself(self):
        child, terminal = self.on_terminal(*LIVE, program=FAKE)
        self.read_until(terminal, b"HIGH")

        os.close(terminal)

        _, status = os.waitpid(child, 0)
        self.assertIn(os.waitstatus_to_exitcode(status), (0, 5))

    def test_record__terminal_goes_away__the_recording_is_whole(self):
        child, terminal = self.on_terminal("record", "-o", "x.sonda", program=FAKE)
        self.read_until(terminal, b"recording")

        os.close(terminal)

        _, status = os.waitpid(child, 0)
        self.assertEqual(os.waitstatus_to_exitcode(status), 0)
        self.run_it("inspect", "x.sonda")
        self.expect(0, lines=0)


if __name__ == "__main__":
    unittest.main()
