#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same bytes from sonda.exe under Wine as from SONDA, on every input.

Usage: same_output.py SONDA SONDA.EXE

Replays the recorded session of examples/, and the recordings and rules of
SONDA_TEST_DATA (or shared/data beside the source folder) where they are there.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HERE, WINDOWS = [os.path.abspath(sys.argv[1])], ["wine", os.path.abspath(sys.argv[2])]
DATA = pathlib.Path(os.environ.get("SONDA_TEST_DATA") or ROOT.parent / "shared" / "data")
counts = {True: 0, False: 0}


def run(program, argv):
    done = subprocess.run([*program, *argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False, timeout=600)
    # Wine's standard error is in text mode.
    return done.returncode, done.stdout, done.stderr.replace(b"\r\n", b"\n")


def same(name, argv):
    one, other = run(HERE, argv), run(WINDOWS, argv)
    equal = one[:2] == other[:2]
    counts[equal] += 1
    print(f"{'ok' if equal else 'DIFFERS':8} {name}: exit {one[0]} and {other[0]}, {len(one[1])} and {len(other[1])} bytes")
    if not equal:
        lines = [x.splitlines() for x in (one[1], other[1])]
        for a, b in zip(*lines):
            if a != b:
                print(f"  here    {a[:300]!r}\n  Windows {b[:300]!r}")
                break
        print(f"  {one[2][-300:]!r}\n  {other[2][-300:]!r}")


def logs(name, folder, packs, size=100):
    """Event logs below a folder, many at once: Wine is slow to start."""
    files = sorted(str(f) for f in folder.rglob("*.evtx"))
    for at in range(0, len(files), size):
        some = files[at:at + size]
        same(f"{name}, {at + 1} to {at + len(some)}", ["replay", "--pack", packs[0], "--output", "findings", "--events", *some])
    if not files:
        print(f"skipped: no event logs at {folder}")


def unpacked(archive, folder):
    with zipfile.ZipFile(archive) as z:
        name = next(n for n in z.namelist() if n.endswith(".json") and "MACOSX" not in n)
        return z.extract(name, folder)


def main():
    same("the session of examples/", ["replay", "--output", "findings", str(ROOT / "examples/linux-session.sonda")])
    same("as OCSF", ["replay", "--output", "ocsf", str(ROOT / "examples/linux-session.sonda")])
    same("cases of the default content", ["test", str(ROOT / "content/cases"), "--rules", str(ROOT / "content/rules")])
    folders = [DATA / "sigma" / f for f in ("rules", "rules-emerging-threats", "rules-threat-hunting")]
    if not all(f.is_dir() for f in folders):
        print(f"skipped: no SigmaHQ rules and recordings at {DATA}")
    else:
        with tempfile.TemporaryDirectory() as tmp:
            packs = [f"{tmp}/here.pack", f"{tmp}/windows.pack"]
            rules = [str(f) for f in folders]
            for program, pack in zip((HERE, WINDOWS), packs):
                run(program, ["compile", *rules, "-o", pack])
            equal = pathlib.Path(packs[0]).read_bytes() == pathlib.Path(packs[1]).read_bytes()
            counts[equal] += 1
            print(f"{'ok' if equal else 'DIFFERS':8} packs of all SigmaHQ")
            inputs = [unpacked(a, tmp) for a in sorted((DATA / "windows/security-datasets").glob("*.zip"))]
            for path in inputs:
                same(os.path.basename(path), ["replay", "--pack", packs[0], "--output", "findings", path])
            logs("event logs of SigmaHQ's regression tests", DATA / "sigma" / "regression_data", packs)
            logs("EVTX-ATTACK-SAMPLES", DATA / "windows" / "evtx-attack-samples", packs)
    print(f"{counts[True]} passed, {counts[False]} failed")
    return 1 if counts[False] else 0


sys.exit(main())
