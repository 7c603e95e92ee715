"""What gdb's events lead to."""

import gdb

from barrelfish_dispatchers import core_of, current_of
from barrelfish_domains import DOMAINS
from barrelfish_kernels import KERNELS
from barrelfish_machine import inferior, is_live
from barrelfish_say import guarded


@guarded()
def _stopped(_):
    if not is_live() or KERNELS.elf is None:
        return
    KERNELS.meet()
    KERNELS.check()
    DOMAINS.stopped()
    name_threads()


@guarded()
def name_threads():
    """Threads are called after the core and the domain that it runs."""
    for thread in inferior().threads():
        copy = KERNELS.copy_of(thread)
        if copy is None or copy.high is None:
            continue
        try:
            now = current_of(copy)
        except gdb.MemoryError:
            # What another core runs is not mapped yet where this one is just starting.
            continue
        # A frame of a kernel that has no dispatcher waits for an interrupt.
        thread.name = 'core %d · %s' % (core_of(copy), now.name if now else 'idle')


@guarded()
def _changed(breakpoint):
    if breakpoint.number > 0 and KERNELS.elf is not None:
        DOMAINS.settle()


def listen():
    KERNELS.anew = DOMAINS.forget
    gdb.events.stop.connect(_stopped)
    gdb.events.breakpoint_created.connect(_changed)
    gdb.events.breakpoint_modified.connect(_changed)
    gdb.events.breakpoint_deleted.connect(_changed)
