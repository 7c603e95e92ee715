"""Errors: a value holds a stack of codes, the last one lowest, each in so many bits (tools/fof, errors/errno.fugu)."""

import re

import gdb

_BITS = 10
_ENUMS = ('enum err_code', 'enum errval')
_TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"((?:[^"\\\n]|\\.)*)"|([A-Za-z_][A-Za-z0-9_]*)|([{},])|\S', re.DOTALL)
_LARGEST = 4 * 1024 * 1024

_given = {}
_texts = {}


def use(file):
    """Names and texts from an errno.fugu: successes are numbered first, then failures, each in their order. Raises OSError."""
    with open(file, encoding='utf-8', errors='replace') as source:
        text = source.read(_LARGEST)
    kinds = {'success': [], 'failure': []}
    prefix, kind, name = '', None, None
    words = []
    for match in _TOKEN.finditer(text):
        string, identifier, mark = match.group(1), match.group(2), match.group(3)
        if identifier is not None and identifier.lower() in kinds:
            kind, name = identifier.lower(), None
        elif mark == '{':
            prefix, words, kind = (words[-1] if words else ''), [], None
        elif mark == '}':
            words, kind = [], None
        elif identifier is not None:
            if kind is None:
                words.append(identifier)
            else:
                name = prefix + identifier
        elif string is not None and kind is not None and name is not None:
            kinds[kind].append((name, re.sub(r'\\(.)', r'\1', string)))
            kind, name = None, None
    both = kinds['success'] + kinds['failure']
    _given.clear()
    _given.update((number, name) for number, (name, _) in enumerate(both))
    _texts.clear()
    _texts.update(both)


def _names():
    for each in _ENUMS:
        try:
            return {field.enumval: field.name for field in gdb.lookup_type(each).fields()}
        except gdb.error:
            continue
    return {}


def stack(value):
    """Each error of the value, the latest first: a list of dicts with number, name (None: there is none) and text."""
    names = _names()
    found = []
    while True:
        number = value & ((1 << _BITS) - 1)
        # Debug information says what runs; the order in a file is that of the file, which may have been edited since.
        name = names[number] if number in names else _given.get(number)
        found.append({'number': number, 'name': name, 'text': _texts.get(name)})
        value >>= _BITS
        if not value:
            return found


def short(value):
    """The names of a value's errors, the latest first."""
    return ' ← '.join(each['name'] or str(each['number']) for each in stack(value))
