"""
Instructions for an editor, which asks for as many before a place as behind it. gdb.dap.disassemble knows those behind alone,
and none where one of them can't be read.
"""

import gdb
from gdb.dap.disassemble import _BlockTracker

from barrelfish_machine import read

#: x86's instructions fall into step: whoever begins to read somewhere soon meets their boundaries. The first half isn't taken.
_BACK = 64
#: A function's beginning is surer, unless it is too far.
_FAR = 4096


def disassembled(place, first, count):
    """`count` instructions from the `first` one on, counted from that at `place`; what can't be read is marked."""
    architecture = _architecture()
    before = _before(architecture, place, max(0, -first))
    after = _after(architecture, place, max(0, first + count))
    tracker = _BlockTracker()
    found = [_described(each, tracker) for each in before]
    start = before[0]['addr'] if before else place
    missing = max(0, -first) - len(before)
    found[:0] = [_invalid(max(0, start - back)) for back in range(missing, 0, -1)]
    found += [_described(each, tracker) for each in after]
    end = after[-1]['addr'] + after[-1]['length'] if after else place
    start = max(0, first)
    missing = max(0, start + count - len(found))
    found += [_invalid(end + on) for on in range(missing)]
    return found[start : start + count]


def _architecture():
    try:
        return gdb.selected_frame().architecture()
    except gdb.error:
        return gdb.selected_inferior().architecture()


def _after(architecture, place, count):
    found = []
    while len(found) < count:
        try:
            found += architecture.disassemble(place)
        except gdb.error:
            break
        place = found[-1]['addr'] + found[-1]['length']
    return found


def _before(architecture, place, count):
    found = []
    while len(found) < count:
        more = next(filter(None, (_up_to(architecture, start, place) for start in _starts(place))), None)
        if more is None:
            break
        found = more + found
        place = found[0]['addr']
    return found[len(found) - count :] if len(found) > count else found


def _starts(place):
    block = gdb.block_for_pc(place - 1) if place > 0 else None
    while block is not None and block.function is None:
        block = block.superblock
    if block is not None and place - _FAR <= block.start < place:
        yield block.start
    yield from range(max(0, place - _BACK), place)


def _up_to(architecture, start, place):
    """The instructions from there on, if they end at the place."""
    try:
        found = architecture.disassemble(start, place - 1)
    except gdb.error:
        return None
    if not found or found[-1]['addr'] + found[-1]['length'] != place:
        return None
    block = gdb.block_for_pc(start)
    sure = block is not None and block.start == start
    return found if sure else [each for each in found if each['addr'] >= start + _BACK // 2] or found


def _described(each, tracker):
    memory = read(each['addr'], each['length'])
    described = {'address': hex(each['addr']), 'instruction': each['asm'], 'instructionBytes': memory.hex()}
    tracker.add_pc(each['addr'], described)
    return described


def _invalid(address):
    return {'address': hex(address), 'instruction': '??', 'presentationHint': 'invalid'}
