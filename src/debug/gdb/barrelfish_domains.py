"""
Domains: programs that are all linked to the same addresses.

gdb takes the symbols of one program at an address, so it is given those of one domain at a time: of that which runs when
it stops. The others that are being debugged are kept in a catalogue: as inferiors that never run, in which gdb finds the
locations of breakpoints. At those, breakpoints of ours wait; when one is reached by its domain, that domain's symbols take
the place of the others, and the instruction is tried again, which is then the user's own breakpoint's affair.
"""

import os

import gdb

from barrelfish_catalogue import add_symbols, catalogue, remove_symbols
from barrelfish_data import Data
from barrelfish_dispatchers import current, name_length
from barrelfish_elf import Elf
from barrelfish_hardware import HARDWARE
from barrelfish_kernels import KERNELS
from barrelfish_machine import in_kernel, is_live, read
from barrelfish_progress import arrived, comes_again
from barrelfish_say import guarded, say, say_once, word

#: x86-64's lower half, where programs are.
_USER_END = 1 << 47
_HERE = '$_barrelfish_here()'


class Domain:
    """A program: name as its dispatchers have it, file with its symbols, catalogue (number of an inferior) if debugged."""

    def __init__(self, name, file):
        self.name = name
        self.file = file
        self.elf = Elf(file)
        self.catalogue = None
        self.matches = None


class Domains:
    def __init__(self):
        self._known = {}
        self._directories = []
        self.shown = None
        self._objfile = None
        self._waiting = {}
        self._data = Data(runs)
        self._pinned = {}
        self._busy = False
        self._again = None
        self._scripted = False

    # Which there are

    def look_in(self, directory):
        """Where a domain's file is looked for: NAME.full, then NAME."""
        self._directories.append(directory)

    def debug(self, name, file):
        """Breakpoints in this program stop in domains of that name alone. Raises OSError, ValueError, gdb.error."""
        domain = self._known.get(name)
        if domain is None or domain.file != file:
            domain = self._known[name] = Domain(name, file)
        if domain.catalogue is None:
            domain.catalogue, _ = catalogue(file)
        self.settle()

    def of(self, name):
        """The program of a dispatcher's name; None where there is no file of it."""
        found = self._known.get(name)
        if found is None:
            # A dispatcher holds the beginning of a long name.
            long = [each for each in self._known.values() if len(name) >= name_length() - 1 and each.name.startswith(name)]
            found = long[0] if len(long) == 1 else self._look(name)
        return found

    def _look(self, name):
        if '/' in name or name in ('', '.', '..'):
            return None
        for directory in self._directories:
            for file in (os.path.join(directory, name + '.full'), os.path.join(directory, name)):
                try:
                    self._known[name] = Domain(name, file)
                    return self._known[name]
                except OSError:
                    continue
                except ValueError as error:
                    say_once(str(error))
        return None

    # Whose symbols gdb has

    def show(self, domain):
        """Gives gdb this program's symbols instead of another's; None for nobody's."""
        if domain is self.shown:
            return
        if self._objfile is not None and self._objfile.is_valid():
            self._data.goes(self.shown.name)
            # At the entry, as that is in its code whatever else it has.
            remove_symbols(self.shown.elf.entry)
        self.shown, self._objfile = None, None
        if domain is not None:
            self._objfile, said = add_symbols(domain.file, 0)
            self.shown = domain
            self._data.comes(domain.name)
            if 'No debugging symbols' in said:
                say_once('%s has no debug information' % domain.file)
        self.settle()

    def _check(self, domain):
        if domain.matches is None:
            domain.matches = all(read(at, len(data)) == data for at, data in domain.elf.samples())
            if not domain.matches:
                say('%s is not what runs as %s: built since? Its symbols are wrong' % (domain.file, domain.name))

    # Breakpoints

    @guarded()
    def settle(self):
        """Brings conditions and our own breakpoints in line with the user's."""
        if self._busy:
            return
        self._busy = True
        try:
            wanted, inserted = set(), []
            catalogues = {each.catalogue: each for each in self._known.values() if each.catalogue is not None}
            for breakpoint in gdb.breakpoints():
                if not _is_code(breakpoint):
                    continue
                places = _places(breakpoint)
                inside = {(place, catalogues[number]) for place, number in places if number in catalogues}
                kernel = any(number == KERNELS.catalogue for _, number in places)
                live = not kernel and any(number == 1 and place < _USER_END for place, number in places)
                if live and not inside:
                    self._adopt(breakpoint, places)
                self._condition(breakpoint, bool(inside) or not live)
                if breakpoint.enabled:
                    hard = breakpoint.type == gdb.BP_HARDWARE_BREAKPOINT
                    inserted += [(place, hard) for place, number in places if number == 1]
                    wanted |= {(place, domain.name) for place, domain in inside if domain is not self.shown}
            self._wait_at(wanted)
            watched = self._data.settle(self.shown.name if self.shown else None)
            HARDWARE.settle(inserted + [(place, False) for place, _ in wanted], watched)
        finally:
            self._busy = False

    def _adopt(self, breakpoint, places):
        """A breakpoint in a program that was only looked at: from now on it is one that is debugged, or an address."""
        if self.shown is None or self.shown.catalogue is not None:
            return
        if not (breakpoint.location or '').startswith('*'):
            self.debug(self.shown.name, self.shown.file)

    def _condition(self, breakpoint, inside):
        given = breakpoint.condition or ''
        if given.startswith('$_barrelfish_'):
            return
        test = _HERE
        if not inside and (breakpoint.location or '').startswith('*'):
            name = self._pinned.setdefault(breakpoint.number, self.shown.name if self.shown else None)
            if name is None:
                return
            test = '$_barrelfish_in(%s)' % word(name)
        whole = test if given == '' else '%s && (%s)' % (test, given)
        # By force: gdb reads a condition in a program that isn't there as if it stood in what is.
        gdb.execute('condition -force %d %s' % (breakpoint.number, whole), to_string=True)

    def _wait_at(self, wanted):
        # Never deleted: gdb may be going through all breakpoints, or hold the one that was reached.
        for key, waiting in self._waiting.items():
            if waiting.enabled != (key in wanted):
                waiting.enabled = key in wanted
        for key in wanted - set(self._waiting):
            self._waiting[key] = _Waiting(*key)

    # Events

    @guarded()
    def stopped(self):
        """gdb has stopped: the symbols are to be those of what runs."""
        if not is_live() or gdb.selected_thread() is None:
            return
        # gdb names all breakpoints that are there, whatever they have said.
        reached = [each for each in self._waiting.values() if each.reached]
        for each in reached:
            each.reached = False
        if in_kernel():
            return
        dispatcher = current()
        domain = self.of(dispatcher.name) if dispatcher else None
        if dispatcher and domain is None:
            say_once('there is no file with the symbols of %s' % dispatcher.name)
        self.show(domain)
        if domain is not None:
            self._check(domain)
        if reached and domain is not None:
            self._again = reached[0].place
            if not self._scripted:
                gdb.post_event(self._try_again)

    @guarded()
    def _try_again(self):
        """Executes the instruction again at which a breakpoint of ours has been reached; gdb's event loop goes on meanwhile."""
        place, self._again = self._again, None
        if place is not None:
            comes_again()
            gdb.execute('jump *%#x &' % place)

    def wait(self):
        """The same for a script, which has no event loop: until the machine has stopped for the user."""
        self._scripted = True
        while self._again is not None:
            place, self._again = self._again, None
            comes_again()
            gdb.execute('jump *%#x' % place)

    def forget(self):
        """The machine starts anew: another program may be where this one was."""
        for each in self._known.values():
            each.matches = None


def _is_code(breakpoint):
    kinds = (gdb.BP_BREAKPOINT, gdb.BP_HARDWARE_BREAKPOINT)
    return breakpoint.number > 0 and breakpoint.visible and breakpoint.type in kinds


def _places(breakpoint):
    """(address, number of the inferior) of each location. gdb tells since its release 13."""
    return [(each.address, number) for each in breakpoint.locations for number in each.thread_groups or (1,)]


class _Waiting(gdb.Breakpoint):
    """Waits where a domain has a breakpoint whose symbols gdb hasn't got now."""

    def __init__(self, place, name):
        super().__init__('*%#x' % place, internal=True)
        self.silent = True
        self.place = place
        self.name = name
        self.reached = False

    def stop(self):
        self.reached = runs(self.name) and arrived()
        return self.reached


@guarded(default=False)
def runs(name):
    """Whether the selected processor executes a domain of that name, and not the kernel."""
    dispatcher = current()
    return dispatcher is not None and dispatcher.name[: name_length() - 1] == name[: name_length() - 1]


class _Here(gdb.Function):
    """$_barrelfish_here(): in the kernel, or in the domain whose symbols gdb has."""

    def invoke(self):
        return (in_kernel() or (DOMAINS.shown is not None and runs(DOMAINS.shown.name))) and arrived()


class _Runs(gdb.Function):
    """$_barrelfish_runs("NAME"): a domain of that name is executed."""

    def invoke(self, name):
        return runs(name.string())


class _In(gdb.Function):
    """$_barrelfish_in("NAME"): a domain of that name has come to a breakpoint."""

    def invoke(self, name):
        return runs(name.string()) and arrived()


DOMAINS = Domains()
_Here('_barrelfish_here')
_In('_barrelfish_in')
_Runs('_barrelfish_runs')
