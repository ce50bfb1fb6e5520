#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the seeds of fuzz_recording: whole, cut, damaged and empty recordings.

Made by a second implementation of the format, so that the seeds also show
whether sonda/recording.h describes what the library does.
"""

import pathlib
import struct

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "fuzz/corpus/recording"


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def file_header():
    head = b"\x89SONDA\r\n" + struct.pack("<HHHHQQ", 1, 64, 2, 1, 1_700_000_000 * 10**9, 5) + bytes(28)
    return head + struct.pack("<I", crc32c(head))


def record(number, payload):
    header = struct.pack("<IHHHHIQQQQQQ", 64 + len(payload), 2, 1, 1, 0, 0, number, 0, number, 0, 0, 0)
    return header + payload


def framed(content):
    head = b"SREC" + struct.pack("<II", len(content), crc32c(content))
    return head + struct.pack("<I", crc32c(head)) + content


def main():
    records = [framed(record(n, b"SREC payload %d" % n)) for n in range(1, 4)]
    whole = file_header() + b"".join(records)
    damaged_frame = bytearray(whole)
    damaged_frame[64 + len(records[0]) + 5] ^= 1
    damaged_record = bytearray(whole)
    damaged_record[64 + len(records[0]) + 40] ^= 1
    seeds = {
        "empty": b"",
        "header_only": file_header(),
        "three_records": whole,
        "cut_in_record": whole[:-9],
        "cut_in_frame": whole[: 64 + len(records[0]) + 7],
        "damaged_frame": bytes(damaged_frame),
        "damaged_record": bytes(damaged_record),
        "not_a_recording": b'{"EventID": 1}\n' * 8,
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in seeds.items():
        (FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    main()
