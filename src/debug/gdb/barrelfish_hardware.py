"""
Breakpoints under KVM. A software breakpoint is an instruction that is written into memory, through the page tables of
whichever processor comes first: impossible where nothing is mapped yet, and another program's memory where programs are.
A page that gdb takes for read-only gets the processor's own, of which there are four (Intel SDM volume 3, 17.2), and
software ones as soon as it is not. Without KVM none of this matters: the emulator compares addresses.
"""

import re

import gdb

from barrelfish_machine import PAGE, is_live, monitor, root, translate
from barrelfish_say import guarded, say_once

_REGISTERS = 4
_USER_END = 1 << 47


class Hardware:
    def __init__(self):
        self._needed = None
        self._pages = {}

    def begin(self):
        """Asks the machine, once there is one."""
        if self._needed is None and is_live():
            self._needed = 'enabled' in monitor('info kvm')
            if self._needed:
                # What no region describes is memory all the same.
                gdb.execute('set mem inaccessible-by-default off')
                gdb.execute('set remote hardware-breakpoint-limit %d' % _REGISTERS)
        return bool(self._needed)

    @guarded()
    def settle(self, places, watched):
        """
        `places`: where breakpoints are to be inserted, and whether each is a hardware one by its own wish; `watched`: how many
        data breakpoints there are.
        """
        if not self.begin():
            return
        table = root()
        wanted = set()
        count = watched
        for place, hardware in places:
            page = place & ~(PAGE - 1)
            if page not in wanted and (place < _USER_END or translate(table, place) is None):
                wanted.add(page)
            count += hardware or page in wanted
        for page in [each for each in self._pages if each not in wanted]:
            gdb.execute('delete mem %d' % self._pages.pop(page), to_string=True)
        for page in wanted - set(self._pages):
            gdb.execute('mem %#x %#x ro' % (page, page + PAGE), to_string=True)
            numbers = re.findall(r'^(\d+)\s', gdb.execute('info mem', to_string=True), re.MULTILINE)
            self._pages[page] = int(numbers[-1])
        if count > _REGISTERS:
            say_once(
                '%d breakpoints need one of the processor’s %d: under KVM those of domains and of data, and all that are '
                'not mapped yet. Take some away, or boot without KVM' % (count, _REGISTERS)
            )


HARDWARE = Hardware()
