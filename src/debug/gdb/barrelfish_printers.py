"""How Barrelfish's structures are shown. Members are looked for by name: what another tree has not is left out."""

import gdb

from barrelfish_errors import short
from barrelfish_layout import text
from barrelfish_machine import read

_MOST_CHANNELS = 1000
_PAGE_FLAGS = ('present', 'read_write', 'user_supervisor', 'write_through', 'cache_disabled', 'accessed', 'dirty', 'global', 'execute_disable')


def _has(value, name):
    return any(each.name == name for each in value.type.strip_typedefs().fields())


def _members(value):
    for each in value.type.strip_typedefs().fields():
        if each.name and not each.name.startswith('padding'):
            yield each.name, value[each.name]


class _Printer:
    """Text, then members; whatever can't be read is said in the text."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        try:
            return self.text()
        except gdb.error as error:
            return '<%s>' % error

    def children(self):
        return _members(self.value)


def _kind(capability):
    """(name of an ObjType without its prefix, the structure in the union that belongs to it or None)."""
    kind = capability['type']
    name = _enumerator(kind, 'ObjType_')
    union = capability['u']
    for each in union.type.strip_typedefs().fields():
        if each.type.strip_typedefs().tag == name:
            return name, union[each.name]
    return name, None


def _enumerator(value, prefix):
    """Name of an enumerator without its prefix; a number where there is none."""
    number = int(value)
    fields = value.type.strip_typedefs().fields()
    name = next((each.name for each in fields if each.enumval == number), None)
    return str(number) if name is None else name.rsplit(prefix, 1)[-1]


def _number(value):
    return int(value) & ((1 << 64) - 1)


def _capability_text(capability):
    name, inside = _kind(capability)
    if inside is None:
        return name
    shown = []
    for key, value in _members(inside):
        kind = value.type.strip_typedefs().code
        if kind in (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_PTR, gdb.TYPE_CODE_ENUM, gdb.TYPE_CODE_BOOL):
            number = _number(value)
            shown.append('%s=%s' % (key, '%#x' % number if number > 9 else number))
    return '%s(%s)' % (name, ', '.join(shown))


class _Capability(_Printer):
    def text(self):
        return _capability_text(self.value)

    def children(self):
        _, inside = _kind(self.value)
        if inside is not None:
            yield from _members(inside)
        yield from ((name, value) for name, value in _members(self.value) if name != 'u')


class _Cte(_Printer):
    def text(self):
        return _capability_text(self.value['cap'])


class _Shared(_Printer):
    """struct dispatcher_shared_generic, and those of the architectures, which begin with it."""

    def text(self):
        generic = self.value['d'] if _has(self.value, 'd') else self.value
        name = generic['name']
        length = name.type.sizeof
        data = read(_number(name.address), length) if name.address else b''
        states = ['disabled' if int(generic['disabled']) else 'enabled'] + (['has work'] if int(generic['haswork']) else [])
        return '%s (%s)' % (text(data), ', '.join(states))


class _Dcb(_Printer):
    def text(self):
        name = 'no dispatcher'
        if _number(self.value['disp']):
            shared = gdb.lookup_type('struct dispatcher_shared_generic').pointer()
            name = text(self._name(self.value['disp'].cast(shared)))
        state = ', disabled' if int(self.value['disabled']) else ''
        return '%s (root %#x%s)' % (name, _number(self.value['vspace']), state)

    @staticmethod
    def _name(shared):
        name = shared['name']
        return read(_number(name.address), name.type.sizeof)


class _Capref(_Printer):
    def text(self):
        cnode = self.value['cnode']
        numbers = [_number(cnode[name]) for name in ('croot', 'cnode')] + [_number(self.value['slot'])]
        if not any(numbers):
            return 'NULL_CAP'
        level = _enumerator(cnode['level'], 'CNODE_TYPE_').lower()
        return 'slot %d of cnode %#x (%s) below root cnode %#x' % (numbers[2], numbers[1], level, numbers[0])


class _Waitset(_Printer):
    def text(self):
        counts = []
        for name in ('pending', 'polled', 'idle', 'waiting'):
            if _has(self.value, name):
                link = 'polled_next' if name == 'polled' else 'next'
                counts.append('%s %s' % (_length(self.value[name], link), name))
        return 'waitset: ' + ', '.join(counts)


def _length(first, link):
    """How many there are in a ring; `?` where it can't be followed."""
    count, at = 0, first
    try:
        while _number(at) and count < _MOST_CHANNELS:
            count += 1
            at = at[link]
            if _number(at) == _number(first):
                return str(count)
    except gdb.error:
        return '?'
    return str(count) if count < _MOST_CHANNELS else '≥ %d' % count


class _Entry(_Printer):
    """An entry of a page table: which view of the union holds can't be told from itself, but these flags are in all."""

    def text(self):
        raw = _number(self.value['raw'])
        if not raw & 1:
            return 'not present (%#x)' % raw
        view = self.value[next(name for name in ('base', 'd', 'large') if _has(self.value, name))]
        flags = [name for name in _PAGE_FLAGS if _has(view, name) and int(view[name])]
        return '%#x (%s)' % (raw & 0x000FFFFFFFFFF000, ', '.join(flags))


class _Error:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        number = _number(self.value)
        try:
            return '%#x %s' % (number, short(number))
        except (gdb.error, ValueError):
            return '%#x' % number


_STRUCTURES = {
    'capability': _Capability,
    'cte': _Cte,
    'dcb': _Dcb,
    'dispatcher_shared_generic': _Shared,
    'dispatcher_shared_x86_64': _Shared,
    'dispatcher_shared_aarch64': _Shared,
    'dispatcher_shared_arm': _Shared,
    'capref': _Capref,
    'waitset': _Waitset,
    'x86_64_pdir_entry': _Entry,
    'x86_64_ptable_entry': _Entry,
}


def _printer(value):
    kind = value.type.unqualified()
    while kind.code == gdb.TYPE_CODE_TYPEDEF:
        if kind.name == 'errval_t':
            return _Error(value)
        kind = kind.target().unqualified()
    if kind.code not in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION) or kind.tag not in _STRUCTURES:
        return None
    # Of a structure that is only declared nothing can be shown.
    return _STRUCTURES[kind.tag](value) if kind.fields() else None


def register():
    _printer.name = 'barrelfish'
    gdb.pretty_printers.insert(0, _printer)
