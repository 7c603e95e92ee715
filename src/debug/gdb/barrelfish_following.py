"""Breakpoints of ours by which gdb follows a kernel from place to place."""

import gdb

from barrelfish_machine import in_kernel


class Following(gdb.Breakpoint):
    """A breakpoint that does something and never stops."""

    def __init__(self, address, action, hardware=True, once=False):
        kind = gdb.BP_HARDWARE_BREAKPOINT if hardware else gdb.BP_BREAKPOINT
        super().__init__('*%#x' % address, type=kind, internal=True)
        self.silent = True
        self.address = address
        self._action = action
        self._once = once
        self._over = False

    def stop(self):
        # User programs have the same addresses as a kernel that has not moved yet.
        if not self._over and in_kernel():
            self._over = self._once
            # Not deleted here: gdb still holds it.
            self.enabled = not self._over
            self._action(self)
        return False

    def end(self):
        self._over = True
        self.enabled = False
