"""
Whether a processor that is at a breakpoint has come to it, or has been there all along.

To go on from a breakpoint gdb takes it out, lets the processor execute one instruction, and puts it in again. QEMU ends such
a step without having executed anything when somebody wakes the processor meanwhile, as a timer does (cpu_tb_exec in
accel/tcg/cpu-exec.c), or when another processor came to a breakpoint while all were being stopped. gdb finds the processor
at the breakpoint and would tell a hit that it has told.
"""

import gdb

from barrelfish_machine import packet, register

_REGISTERS = ('rip', 'rsp', 'rbp', 'rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'eflags') + tuple('r%d' % number for number in range(8, 16))

_seen = {}


def arrived():
    """Whether the selected processor has come to the breakpoint where it is; asked of each hit."""
    thread = gdb.selected_thread().ptid
    now = tuple(register(name) for name in _REGISTERS)
    before = _seen.get(thread)
    _seen[thread] = now
    # A loop may come with the same registers. Only while gdb steps over a breakpoint is it not there.
    return now != before or _is_inserted(now[0])


def comes_again():
    """The next hit of the selected processor is to count even if it is where it is."""
    _seen.pop(gdb.selected_thread().ptid, None)


def _is_inserted(place):
    """Whether the gdb server has a breakpoint there, of either kind: by taking it away, which fails where there is none."""
    for kind in ('0', '1'):
        what = '%s,%x,1' % (kind, place)
        taken = packet('z' + what)
        if taken == 'OK':
            packet('Z' + what)
            return True
        if taken == '':
            # A server without such packets has its breakpoints written into memory.
            return True
    return False
