#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cut a Linux recording down to one program and what it started.

    cut_recording.py IN OUT NAME

Keeps, byte for byte, the records of every process whose arguments hold NAME
as a word's ending, and of their descendants; drops the rest of the machine. The result is a
recording like any other, fit to be shown to others.
"""
import struct
import sys

FILE_HEADER, FRAME, HEADER = 64, 16, 64
SOURCE_LINUX, EXEC, EXIT = 2, 1, 3
AT_TYPE, AT_PID, AT_PARENT, HEAD, ARGUMENTS = 4, 16, 32, 208, 4


def frames(data):
    """(frame and record, record) of each whole record."""
    at = FILE_HEADER
    while at + FRAME <= len(data) and data[at:at + 4] == b"SREC":
        (size,) = struct.unpack_from("<I", data, at + 4)
        yield data[at:at + FRAME + size], data[at + FRAME:at + FRAME + size]
        at += FRAME + size


def arguments(payload):
    at = HEAD
    while at + 8 <= len(payload):
        kind, _, length = struct.unpack_from("<HHI", payload, at)
        if kind == ARGUMENTS:
            return payload[at + 8:at + 8 + length].split(b"\0")
        at += 8 + (length + 7) // 8 * 8
    return []


def main():
    source, target, name = sys.argv[1], sys.argv[2], sys.argv[3].encode()
    data = open(source, "rb").read()
    kept, tree = [data[:FILE_HEADER]], set()
    for frame, record in frames(data):
        (record_source,) = struct.unpack_from("<H", record, 4)
        payload = record[HEADER:]
        if record_source != SOURCE_LINUX or len(payload) < HEAD:
            continue
        (kind,) = struct.unpack_from("<H", payload, AT_TYPE)
        (pid,) = struct.unpack_from("<I", payload, AT_PID)
        (parent,) = struct.unpack_from("<I", payload, AT_PARENT)
        if parent in tree or (kind == EXEC and any(a.endswith(name) for a in arguments(payload))):
            tree.add(pid)
        if pid in tree:
            kept.append(frame)
            if kind == EXIT:
                tree.discard(pid)
    open(target, "wb").write(b"".join(kept))
    print(f"{len(kept) - 1} records kept")


if __name__ == "__main__":
    main()
