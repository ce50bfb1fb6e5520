#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The whole sensor under process starts: its CPU, its peak memory, what it lost.

    sensor.py SONDA PROGRAM_RATE [RULES...]

Runs `sonda run` with the default rules and, where RULES are given, with those,
while PROGRAM_RATE starts programs: 200 a second for 10 s, 1,000 a second for
30 s. CPU is user and system time of the sensor's process; what the BPF programs
take is charged to the processes they watch.
"""
import os
import pty
import re
import signal
import subprocess
import sys
import time


def measure(sonda, options, starter, rate, seconds):
    # On a terminal of its own, so that the sensor prints its summary.
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sonda, [sonda, "run", "--no-config", "--min-level", "critical", *options])
    said = b""
    while b"Ctrl-C ends it" not in said:
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            piece = b""
        if not piece:
            os.waitpid(pid, 0)
            return print(f"skipped: {said.decode(errors='replace').strip()}")
        said += piece
    time.sleep(1)  # the start-up is not what is measured
    before = cpu_of(pid)
    begin = time.monotonic()
    subprocess.run([starter, str(rate), str(seconds)], check=True)
    share = (cpu_of(pid) - before) / (time.monotonic() - begin)
    os.kill(pid, signal.SIGINT)
    try:
        while piece := os.read(terminal, 4096):
            said += piece
    except OSError:
        pass
    usage = os.wait4(pid, 0)[2]
    text = said.decode(errors="replace")
    lost = re.search(r"lost +([^\r\n]*)", text)
    rules = re.search(r"rules +([\d,]+)", text)
    print(f"{rules.group(1) if rules else '?'} rules, {rate}/s for {seconds} s: CPU {share:.2%} of one core, "
          f"peak memory {usage.ru_maxrss / 1024:.1f} MiB, lost {lost.group(1) if lost else '?'}", flush=True)


def cpu_of(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    sonda, starter, *rules = sys.argv[1:]
    contents = [[]]
    if rules:
        contents.append([word for path in rules for word in ("--rules", path)])
    for options in contents:
        measure(sonda, options, starter, 200, 10)
        measure(sonda, options, starter, 1000, 30)


if __name__ == "__main__":
    main()
