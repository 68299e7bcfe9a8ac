#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
scap-forms.py REFERENCE DIR: captures that say the same in each form that the format ever had.

DIR/events-TYPE.scap has in event blocks of that type each old event that REFERENCE/scap-conversions.tsv
has a conversion of, with the entry of its call and without; DIR/new.scap what the format's
description makes of them. DIR/lists-VERSION-TYPE.scap has lists of that version: processes, open
files, addresses, users. Tells how many old events there are.
"""
import os
import struct
import sys

START_NS = 10 ** 18
WIDTHS = {
    1: 'INT8 UINT8 FLAGS8 ENUMFLAGS8 SIGTYPE L4PROTO SOCKFAMILY',
    2: 'INT16 UINT16 FLAGS16 ENUMFLAGS16 SYSCALLID PORT',
    4: 'INT32 UINT32 FLAGS32 ENUMFLAGS32 UID GID MODE SIGSET FD32 PID32 IPV4ADDR BOOL',
    8: 'INT64 UINT64 RELTIME ABSTIME ERRNO FD PID',
    16: 'IPV6ADDR',
}
WIDTH = {name: width for width, names in WIDTHS.items() for name in names.split()}
EVENT, EVENT_V1 = (0x216, 0x217, 0x221, 0x222), (0x204, 0x8010ABCD, 0x208)
FLAGGED = (0x217, 0x208, 0x222)
PROCS = {1: (0x202, 0x8000ABCD), 2: (0x207, 0x8013ABCD), 3: (0x209, 0x8014ABCD), 4: (0x210,), 5: (0x211,),
         6: (0x212,), 7: (0x213,), 8: (0x214,), 9: (0x215,)}
CONTAINER_4, CONTAINER_JSON = 228, 272


def rows(path):
    with open(path, encoding='utf-8') as f:
        for line in f.read().splitlines()[1:]:
            yield (line.split('\t') + [''] * 8)[:8]


class Tables:
    def __init__(self, reference):
        self.types, self.number, self.conversions = {}, {}, {}
        for row in rows(reference + '/scap-events.tsv'):
            self.types[int(row[0])] = (row[5].split('|'), [p.split(':')[1] for p in row[7].split()])
            self.number[row[1]] = int(row[0])
        for row in rows(reference + '/scap-conversions.tsv'):
            self.conversions[int(row[0]), int(row[2])] = (row[3], row[4], row[5].split())

    def make(self, word, kind, params, entry):
        """One parameter of an event that is made anew, and whether it is the entry's."""
        width = WIDTH.get(kind, 0)
        number = int(word[word.index('(') + 1:word.index(')')]) if '(' in word else 0
        default = b'\xff' * 4 if kind in ('UID', 'GID') else b'\0' * width
        value, used = b'', False
        if word.startswith('OLD'):
            value = params[number]
        elif word.startswith('ENTER'):
            used = entry is not None
            value = entry[number] if used else b'' if 'EMPTY' in word else default
        elif word == 'DEFAULT':
            value = default
        return (value[:width] if width else value), used

    def convert(self, kind, params, entry):
        """What becomes of an exit; @entry: type and parameters, or None. By chapter 9 of the format."""
        while True:
            flags, want = self.types[kind]
            if 'CONVERTER_MANAGED' not in flags:
                return kind, params
            if kind & 1 and 'OLD_VERSION' not in flags and len(params) == len(want):
                return kind, params
            action, name, words = self.conversions[kind, len(params)]
            if action not in ('ADD_PARAMS', 'CHANGE_TYPE'):
                return kind, params
            new = self.number[name] if name else kind
            made = list(params) if action == 'ADD_PARAMS' else []
            mine = entry[1] if entry and entry[0] == kind - 1 else None
            was_used = False
            for word in words:
                value, used = self.make(word, self.types[new][1][len(made)], params, mine)
                was_used |= used
                made.append(value)
            kind, params, entry = new, made, None if was_used else entry


def value(kind, at, salt, first):
    number = 5 if at == 0 and first and kind in ('ERRNO', 'FD', 'PID') else salt * 7 + at + 1
    if 'FLAGS' in kind:
        number = 3
    if kind == 'SIGTYPE':
        number = 9
    if kind in WIDTH:
        return (number % (1 << 8 * WIDTH[kind])).to_bytes(WIDTH[kind], 'little')
    if kind == 'SOCKADDR':
        return b'\x02' + bytes([10, 0, salt, at]) + struct.pack('<H', 8000 + at)
    if kind == 'SOCKTUPLE':
        return struct.pack('<B4sH4sH', 2, b'\n\0\0\1', 4000 + at, b'\n\0\0\2', 80)
    if kind == 'FDLIST':
        return struct.pack('<HqhQh', 2, 3, 1, 4, 4)
    if kind == 'DYN':
        return struct.pack('<BQ', 0, number)
    return b'/t%d_%d\0' % (salt, at)


def block(kind, body):
    pad = -len(body) % 4
    length = struct.pack('<I', 12 + len(body) + pad)
    return struct.pack('<I', kind) + length + body + b'\0' * pad + length


def event(kind, ts_ns, tid, number, params, large=False):
    old = kind in EVENT_V1
    lengths = b''.join(struct.pack('<I' if large and not old else '<H', len(p)) for p in params)
    data = lengths + b''.join(params)
    head = struct.pack('<HI', 0, 0) if kind in FLAGGED else struct.pack('<H', 0)
    head += struct.pack('<QQIH', ts_ns, tid, (22 if old else 26) + len(data), number)
    return block(kind, head + (b'' if old else struct.pack('<I', len(params))) + data)


def text(data):
    return struct.pack('<H', len(data)) + data


def counted(data, itself=True):
    return struct.pack('<I', len(data) + (4 if itself else 0)) + data


def process(version, tid, pid, ptid, comm):
    data = struct.pack('<3Q', tid, pid, ptid)
    data += struct.pack('<Q', 77) if version >= 6 else b''
    data += struct.pack('<Q', 78) if version >= 8 else b''
    data += text(comm) + text(b'/bin/abc')
    data += text(b'/path/abc') if version >= 7 else b''
    data += text(b'-a\0-b\0') + text(b'/cwd') + struct.pack('<Q3I', 64, 0, 5, 6)
    data += struct.pack('<3I2Q', 10, 11, 12, 13, 14) if version >= 2 else b''
    data += text(b'A=1\0') if version >= 3 else b''
    data += struct.pack('<2q', 3, 4) + text(b'cpuset=/x\0') if version >= 4 else b''
    data += text(b'/') if version >= 5 else b''
    return counted(data) if version >= 9 else data


def files(kind, tid, entries):
    body = struct.pack('<Q', tid)
    for data in entries:
        body += counted(data) if kind == 0x218 else data
    return block(kind, body)


SECTION = block(0x0A0D0D0A, struct.pack('<IHHQ', 0x1A2B3C4D, 1, 2, 2 ** 64 - 1))


def cases(tables):
    for (kind, n) in sorted(tables.conversions):
        # (an entry of its own; what tells of a container is no event that is shown)
        if kind in (CONTAINER_4, CONTAINER_JSON) or (kind & 1 == 0 and kind != 16):
            continue
        types = tables.types[kind][1]
        params = [value(types[i], i, kind % 30, True) for i in range(n)]
        yield kind, params, None
        # (where an open or a connect tells of its file twice, the entry counts for the state)
        if kind & 1 and kind not in (3, 23, 59, 289, 307, 327):
            entry = [value(t, i, kind % 30 + 1, False) for i, t in enumerate(tables.types[kind - 1][1])]
            yield kind, params, (kind - 1, entry)


def write_events(tables, path, kind, made_new):
    lists, out = [], b''
    for i, (number, params, entry) in enumerate(cases(tables)):
        tid, ts_ns = 1000 + 10 * i, START_NS + 1000 * i
        lists.append(process(9, tid, tid, 0, b'prog'))
        if made_new:
            number, params = tables.convert(number, params, entry)
        elif entry:
            out += event(kind, ts_ns, tid, *entry)
        out += event(kind, ts_ns + 1, tid, number, params)
    names = ((3, b'/f3'), (4, b'/f4'), (5, b'/f5'), (8, b'/f8'))
    entries = [struct.pack('<qQB', fd, fd, 1) + text(name) for fd, name in names]
    with open(path, 'wb') as f:
        f.write(SECTION + block(0x215, b''.join(lists)))
        for i in range(len(lists)):
            f.write(files(0x218, 1000 + 10 * i, entries))
        f.write(out)
    return len(lists)


def write_lists(path, version, kind):
    newest = version == 9
    mapped = bytes(10) + b'\xff\xff'
    out = SECTION + block(kind, process(version, 1, 1, 0, b'init') + process(version, 50, 50, 1, b'abc'))
    entries = (
        struct.pack('<qQB', 3, 33, 1) + text(b'/etc/x'),
        struct.pack('<qQB', 4, 34, 3) + b'\n\0\0\1\n\0\0\2' + struct.pack('<HHB', 4000, 80, 2),
        struct.pack('<qQBQQ', 5, 34, 8, 1, 2) + text(b'/run/s'),
        struct.pack('<qQB', 6, 34, 6) + bytes(15) + b'\1' + struct.pack('<HB', 443, 2),
        struct.pack('<qQBI', 7, 35, 16, 1) + text(b'/v2') + (struct.pack('<I', 9) if newest else b''),
        struct.pack('<qQB', 8, 36, 4) + mapped + b'\1\2\3\4' + mapped + b'\5\6\7\10' +
        struct.pack('<HHB', 1, 2, 3),
        struct.pack('<qQB', 9, 36, 5) + b'\n\0\0\1' + struct.pack('<HB', 8080, 2),
        struct.pack('<qQB', 10, 36, 14) + text(b'timer'),
    )
    out += files(0x218 if newest else (0x203, 0x8001ABCD)[version % 2], 50, entries)
    users = (struct.pack('<BII', 0, 5, 6) + text(b'fred') + text(b'/h') + text(b'/sh'),
             struct.pack('<BI', 1, 6) + text(b'grp'))
    out += block(0x220 if newest else (0x206, 0x8012ABCD)[version % 2],
                 b''.join(counted(u) if newest else u for u in users))
    network = bytes([10, 0, 0, 1, 255, 255, 255, 0, 10, 0, 0, 255])
    addresses = (struct.pack('<HH', 1, 4) + network + bytes(8) + b'eth0',
                 struct.pack('<HH', 3, 2) + bytes(12) + b'lo')
    out += block(0x219 if newest else (0x205, 0x8011ABCD)[version % 2],
                 b''.join(counted(a, False) if newest else a for a in addresses))
    for fd in range(3, 11):
        params = [struct.pack('<q', 3), b'abc', struct.pack('<q', fd), struct.pack('<I', 10)]
        out += event(0x216, START_NS + fd, 50, 7, params)
    with open(path, 'wb') as f:
        f.write(out)


def main():
    tables, to = Tables(sys.argv[1]), sys.argv[2]
    write_events(tables, os.path.join(to, 'new.scap'), 0x216, True)
    for kind in EVENT + EVENT_V1:
        n = write_events(tables, os.path.join(to, 'events-%x.scap' % kind), kind, False)
    for version, kinds in PROCS.items():
        for kind in kinds:
            write_lists(os.path.join(to, 'lists-%d-%x.scap' % (version, kind)), version, kind)
    print(n)


main()
