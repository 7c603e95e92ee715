"""The little of an ELF file that gdb doesn't tell (System V ABI, chapter 4)."""

import struct

_PT_LOAD = 1
_EXECUTABLE = 1


class Elf:
    """entry, base (lowest linked address), size in memory and the executable segment of a little-endian file. Raises ValueError, OSError."""

    def __init__(self, path):
        self.path = path
        with open(path, 'rb') as file:
            head = file.read(64)
            if len(head) < 64 or head[:4] != b'\x7fELF' or head[5] != 1:
                raise ValueError('%s is not a little-endian ELF file' % path)
            wide = head[4] == 2
            if wide:
                self.entry, start = struct.unpack_from('<QQ', head, 0x18)
                size, count = struct.unpack_from('<HH', head, 0x36)
            else:
                self.entry, start = struct.unpack_from('<II', head, 0x18)
                size, count = struct.unpack_from('<HH', head, 0x2A)
            file.seek(start)
            table = file.read(size * count)
        loads = []
        for index in range(count):
            try:
                if wide:
                    kind, flags, offset, address, _, length, memory = struct.unpack_from('<IIQQQQQ', table, index * size)
                else:
                    kind, offset, address, _, length, memory, flags = struct.unpack_from('<IIIIIII', table, index * size)
            except struct.error:
                raise ValueError('%s: its program headers are not where they should be' % path) from None
            if kind == _PT_LOAD:
                loads.append((address, offset, length, flags, memory))
        if not loads:
            raise ValueError('%s: nothing of it is loaded' % path)
        self.base = min(load[0] for load in loads)
        self.size = max(load[0] + load[4] for load in loads) - self.base
        code = [load for load in loads if load[3] & _EXECUTABLE and load[0] <= self.entry < load[0] + load[2]]
        self._code = code[0] if code else None

    def samples(self, count=4, size=256):
        """(linked address, bytes) from all over the code: what is in the file that can be compared with memory."""
        if self._code is None:
            return []
        address, offset, length, _, _ = self._code
        # Behind the code of a segment that holds everything comes data, which changes: only what is near the entry counts.
        first = self.entry - address
        places = sorted({first} | {min(first + (length - first) * part // (3 * count), max(length - size, 0)) for part in range(count)})
        with open(self.path, 'rb') as file:
            found = []
            for place in places:
                file.seek(offset + place)
                found.append((address + place, file.read(min(size, length - place))))
        return found
