#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
scap-older.py CAPTURE >FILE: a capture without what ends Debian's sysdig (0.29) before the capture does:
options of the section's header, which it takes for the next block, and calls without an event of
their own (rseq) whose number is larger than it knows, at which it falls over. The rest stays
byte for byte what it was. Tells on stderr how many events it left out.
"""
import gzip
import struct
import sys

SECTION = 0x0A0D0D0A
SECTION_BYTES = 28
FLAGGED = (0x217, 0x208, 0x222)
EVENTS = (0x216, 0x221) + FLAGGED  # older blocks know of no such call
GENERIC = (0, 1)  # entry and exit
NEWEST_CALL = 379
HEAD_BYTES = 26


def is_too_new(block, kind):
    at = 10 + (4 if kind in FLAGGED else 0)
    if struct.unpack_from('<H', block, at + 20)[0] not in GENERIC:
        return False
    params = struct.unpack_from('<I', block, at + 22)[0]
    return struct.unpack_from('<H', block, at + HEAD_BYTES + 2 * params)[0] > NEWEST_CALL


def main():
    with open(sys.argv[1], 'rb') as f:
        data = f.read()
    if data[:2] == b'\x1f\x8b':
        data = gzip.decompress(data)
    at = left_out = 0
    while at + 8 <= len(data):
        kind, length = struct.unpack_from('<II', data, at)
        if length < 12:
            break
        block = data[at:at + length]
        at += length
        if kind == SECTION and length > SECTION_BYTES:
            bytes_of = struct.pack('<I', SECTION_BYTES)
            block = block[:4] + bytes_of + block[8:SECTION_BYTES - 4] + bytes_of
        if kind in EVENTS and is_too_new(block, kind):
            left_out += 1
        else:
            sys.stdout.buffer.write(block)
    print(left_out, file=sys.stderr)


main()
