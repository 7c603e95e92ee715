"""The machine behind gdb: QEMU's processors, their registers, physical memory, and x86-64's page tables."""

import ast
import functools
import re
import struct

import gdb

_RELEASE = int(gdb.VERSION.split('.')[0])
PAGE = 0x1000
_ADDRESS = 0x000FFFFFFFFFF000
_PRESENT, _LARGE = 1, 0x80
#: Intel SDM volume 3, 4.5: the flags of an entry, by bit.
_FLAGS = (
    (0, 'present'), (1, 'writable'), (2, 'user'), (3, 'write-through'), (4, 'uncached'),
    (5, 'accessed'), (6, 'dirty'), (8, 'global'), (63, 'no-execute'),
)
#: What the target says (GDB manual, GDB/MI Stream Records).
_TARGET_RECORD = re.compile(r'^@("(?:[^"\\]|\\.)*")$', re.MULTILINE)
_LEVELS = ('PML4', 'PDPT', 'PDIR', 'PTABLE')


def inferior():
    """The machine: domains of a catalogue are inferiors too, which never run."""
    return next(each for each in gdb.inferiors() if each.num == 1)


def is_live():
    return inferior().pid != 0


def read(address, length):
    """Bytes at a virtual address of the selected processor. Raises gdb.MemoryError."""
    if _RELEASE < 14:
        return bytes(inferior().read_memory(address, length))
    # Since gdb 14 that asks whichever processor the server likes (scoped_restore_current_inferior_for_memory in its inferior.h).
    words, rest = divmod(length, 8)
    value = gdb.Value(address).cast(_pointer(64, words) if rest == 0 else _pointer(8, length)).dereference()
    value.fetch_lazy()
    if hasattr(value, 'bytes'):
        return value.bytes
    count, letter = (words, 'Q') if rest == 0 else (length, 'B')
    return struct.pack('<%d%s' % (count, letter), *(int(value[index]) for index in range(count)))


@functools.lru_cache(maxsize=None)
def _pointer(bits, count):
    """The type of a pointer to so many numbers. gdb never frees one."""
    return inferior().architecture().integer_type(bits, False).array(count - 1).pointer()


def word_at(address):
    return struct.unpack('<Q', read(address, 8))[0]


def register(name):
    """An unsigned register of the selected processor's innermost frame."""
    mask = (1 << 64) - 1
    return int(gdb.newest_frame().read_register(name)) & mask


def in_kernel():
    """Whether the selected processor has the kernel's privileges."""
    return register('cs') & 3 == 0


def root():
    """Physical address of the selected processor's top page table."""
    return register('cr3') & _ADDRESS


def monitor(command):
    """What QEMU's monitor says. With a machine interface gdb 18 gives it as the records of that."""
    said = gdb.execute('monitor ' + command, to_string=True)
    records = _TARGET_RECORD.findall(said)
    return ''.join(ast.literal_eval(each) for each in records) if records else said


def processors():
    """{processor: (address of its GDT, its cr3)}, from QEMU; nothing from another gdb server."""
    found = {}
    number = 0
    try:
        said = monitor('info registers -a')
    except gdb.error:
        return found
    for line in said.splitlines():
        if line.startswith('CPU#'):
            number = int(line[4:])
        gdt = re.match(r'GDT=\s+([0-9a-f]+)\s', line)
        if gdt:
            found[number] = (int(gdt[1], 16), found.get(number, (0, 0))[1])
        cr3 = re.search(r'\bCR3=([0-9a-f]+)', line)
        if cr3:
            found[number] = (found.get(number, (0, 0))[0], int(cr3[1], 16))
    return found


def packet(text):
    """
    What the gdb server answers to a packet, where that is text. gdb.Inferior.connection could send it too, but gdb 13 crashes
    when a signal ends it while Python has had such an object (connpy_connection_dealloc).
    """
    answer = gdb.execute('maintenance packet ' + text, to_string=True)
    return answer.rsplit('received: "', 1)[-1].rstrip('"\n')


class Physical:
    """Physical memory, page by page, each read once. QEMU (≥ 4.1) reads it for the packet Qqemu.PhyMemMode."""

    def __init__(self):
        self._pages = {}

    def page(self, address):
        start = address & ~(PAGE - 1)
        if start not in self._pages:
            if packet('Qqemu.PhyMemMode:1') != 'OK':
                raise gdb.GdbError('this gdb server does not read physical memory')
            try:
                self._pages[start] = read(start, PAGE)
            finally:
                packet('Qqemu.PhyMemMode:0')
        return self._pages[start]

    def word(self, address):
        return struct.unpack_from('<Q', self.page(address), address & (PAGE - 1))[0]


class Virtual:
    """Memory as the selected processor sees it, page by page, each read once."""

    def __init__(self):
        self._pages = {}

    def read(self, address, length):
        found = b''
        while len(found) < length:
            at = address + len(found)
            start = at & ~(PAGE - 1)
            if start not in self._pages:
                self._pages[start] = read(start, PAGE)
            found += self._pages[start][at - start : at - start + length - len(found)]
        return found

    def number(self, address, size):
        return int.from_bytes(self.read(address, size), 'little')


def walk(table, address, physical=None):
    """The page tables' entries for a virtual address, from the top: a list of dicts. The last has `physical` if it is mapped."""
    memory = physical or Physical()
    levels = []
    for depth, name in enumerate(_LEVELS):
        shift = 39 - 9 * depth
        place = table + 8 * (address >> shift & 0x1FF)
        entry = memory.word(place)
        level = {
            'level': name,
            'at': place,
            'entry': entry,
            'flags': [flag for bit, flag in _FLAGS if entry >> bit & 1],
        }
        levels.append(level)
        if not entry & _PRESENT:
            break
        table = entry & _ADDRESS
        last = depth == 3 or (depth in (1, 2) and entry & _LARGE)
        if last:
            size = 1 << shift
            if depth < 3:
                level['flags'].append('large')
            level['physical'] = (table & ~(size - 1)) | (address & (size - 1))
            level['size'] = size
            break
    return levels


def translate(table, address):
    """Physical address, or None where nothing is mapped."""
    return walk(table, address)[-1].get('physical')
