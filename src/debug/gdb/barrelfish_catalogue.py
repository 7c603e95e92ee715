"""
Programs that gdb knows without their being in the machine: each is an inferior that never runs.

Breakpoints get locations in them, at the addresses that they were linked to, which gdb doesn't insert. So a breakpoint is
bound before its program is there, and gdb keeps what it has read of the file for when it is.
"""

import contextlib

import gdb

from barrelfish_machine import inferior
from barrelfish_say import word
from barrelfish_symbols import own_globals


def catalogue(file):
    """(number of the inferior, object file) of a program. Raises gdb.error."""
    before = {each.num for each in gdb.inferiors()}
    gdb.execute('add-inferior -no-connection -exec ' + word(own_globals(file)), to_string=True)
    made = next(each for each in gdb.inferiors() if each.num not in before)
    return made.num, made.progspace.objfiles()[0]


def addresses(number, names):
    """{name: linked address} of those symbols that the program of that inferior has."""
    thread = gdb.selected_thread()
    found = {}
    gdb.execute('inferior %d' % number, to_string=True)
    try:
        for name in names:
            try:
                found[name] = int(gdb.parse_and_eval('(unsigned long)&' + name))
            except gdb.error:
                continue
    finally:
        gdb.execute('inferior 1', to_string=True)
        if thread is not None and thread.is_valid():
            thread.switch()
    return found


@contextlib.contextmanager
def _code_of_files():
    """Where breakpoints go depends on the code, and what runs now may not have mapped that of the others."""
    gdb.execute('set trust-readonly-sections on', to_string=True)
    try:
        yield
    finally:
        gdb.execute('set trust-readonly-sections off', to_string=True)


def add_symbols(file, offset):
    """A program's symbols in the machine, so far from where it was linked to: (object file, what gdb says). Raises gdb.error."""
    before = set(inferior().progspace.objfiles())
    with _code_of_files():
        said = gdb.execute('add-symbol-file %s -o %d' % (word(own_globals(file)), offset), to_string=True)
    return next((each for each in inferior().progspace.objfiles() if each not in before), None), said


def remove_symbols(address):
    """Takes away those that have something at that address. Raises gdb.error."""
    with _code_of_files():
        gdb.execute('remove-symbol-file -a %d' % address, to_string=True)
