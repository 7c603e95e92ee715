"""Structures of the kernel, from its debug information."""

import gdb


class Layout:
    """Where the members of a type are; raises gdb.GdbError for one that isn't there."""

    def __init__(self, type_):
        self.type = type_.strip_typedefs()
        self.size = self.type.sizeof
        self._known = {}

    def member(self, path):
        """(offset, type) of `a.b.c`."""
        if path not in self._known:
            offset, at = 0, self.type
            for name in path.split('.'):
                field = next((each for each in at.fields() if each.name == name), None)
                if field is None:
                    raise gdb.GdbError('%s has no member %s here' % (self.type, path))
                offset += field.bitpos // 8
                at = field.type.strip_typedefs()
            self._known[path] = offset, at
        return self._known[path]

    def has(self, path):
        try:
            self.member(path)
            return True
        except gdb.GdbError:
            return False

    def number(self, data, path, at=0):
        """An unsigned member of what was read."""
        offset, type_ = self.member(path)
        return int.from_bytes(data[at + offset : at + offset + type_.sizeof], 'little')


def text(data):
    """A string that may fill its array."""
    return data.split(b'\0', 1)[0].decode('utf-8', 'replace')
