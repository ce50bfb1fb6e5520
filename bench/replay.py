#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whole replay from JSON lines: reading, decoding, matching, by one job and by two.

    replay.py SONDA RECORDING.zip [RULES...]

Replays the recording once and five times over; what the difference took is net
of start-up. Per core is by processor time of all threads, the rate of two jobs by
the clock. The runs take turns, so that a busy machine is busy for all of them.
"""
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
import zipfile

ROUNDS = 5
COPIES = 5


def run(argv):
    """Processor seconds and wall-clock seconds."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    after, end = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, end - begin


def main():
    sonda, archive, rules = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
    if not archive.exists():
        return print(f"skipped: no {archive.name}; SONDA_TEST_DATA says where the test data is")
    with tempfile.TemporaryDirectory() as folder:
        one, five, pack = f"{folder}/one.json", f"{folder}/five.json", f"{folder}/all.pack"
        with zipfile.ZipFile(archive) as held:
            name = next(n for n in held.namelist() if n.endswith(".json") and "MACOSX" not in n)
            body = held.read(name)
        pathlib.Path(one).write_bytes(body)
        with open(five, "wb") as out:
            for _ in range(COPIES):
                out.write(body)
        count = (COPIES - 1) * body.count(b"\n")
        subprocess.run([sonda, "compile", *rules, "-o", pack], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        best = {}
        for _ in range(ROUNDS):
            for jobs in ("1", "2"):
                for file in (one, five):
                    cpu, wall = run([sonda, "replay", "--pack", pack, "--output", "matches", "--jobs", jobs, file])
                    old = best.get((jobs, file), (cpu, wall))
                    best[jobs, file] = min(cpu, old[0]), min(wall, old[1])
    net = {jobs: [best[jobs, five][i] - best[jobs, one][i] for i in (0, 1)] for jobs in ("1", "2")}
    for jobs in ("1", "2"):
        cpu, wall = net[jobs]
        print(f"--jobs {jobs}  {count / cpu:9,.0f} events/s and core   {count / wall:9,.0f} events/s   "
              f"{1e6 * cpu / count:.2f} us of CPU an event")
    print(f"two jobs are {net['1'][1] / net['2'][1]:.2f} times as fast as one, "
          f"for {net['2'][0] / net['1'][0]:.2f} times its processor time ({len(os.sched_getaffinity(0))} cores, best of {ROUNDS})")


main()
