"""
Data breakpoints in domains. What is watched is an address, at which others have something too. And gdb forgets what an
expression meant when its program's symbols are taken away: a breakpoint of ours watches the place until they are back.
"""

import gdb

from barrelfish_say import say_once, word

_KINDS = {
    gdb.BP_WATCHPOINT: gdb.WP_WRITE,
    gdb.BP_HARDWARE_WATCHPOINT: gdb.WP_WRITE,
    gdb.BP_READ_WATCHPOINT: gdb.WP_READ,
    gdb.BP_ACCESS_WATCHPOINT: gdb.WP_ACCESS,
}
_WORDS = {1: 'unsigned char', 2: 'unsigned short', 4: 'unsigned int', 8: 'unsigned long'}
_USER_END = 1 << 47


class Data:
    """`runs`: whether a domain of a name is executed."""

    def __init__(self, runs):
        self._runs = runs
        self._known = {}
        self._standing = {}
        self._all = {}

    def settle(self, shown):
        """How many there are that count; new ones are those of the domain whose symbols gdb has."""
        count = 0
        there = set()
        for breakpoint in gdb.breakpoints():
            if breakpoint.type not in _KINDS or not breakpoint.visible:
                continue
            there.add(breakpoint.number)
            count += breakpoint.enabled or breakpoint.number in self._standing
            if shown is not None:
                self._note(breakpoint, shown)
        for number in set(self._known) - there:
            del self._known[number]
            self._end(number)
        return count

    def _note(self, breakpoint, shown):
        given = breakpoint.condition or ''
        if given.startswith('$_barrelfish_'):
            return
        try:
            value = gdb.parse_and_eval(breakpoint.expression)
            place, size = int(value.address) if value.address is not None else _USER_END, value.type.sizeof
        except gdb.error:
            return
        if 0 <= place < _USER_END:
            self._known[breakpoint.number] = shown, place, size
            test = '$_barrelfish_runs(%s)' % word(shown)
            breakpoint.condition = test if given == '' else '%s && (%s)' % (test, given)

    def goes(self, name):
        """Before the symbols of this domain are taken away."""
        for breakpoint in gdb.breakpoints():
            owner, place, size = self._known.get(breakpoint.number, (None, 0, 0))
            if owner != name or not breakpoint.enabled:
                continue
            breakpoint.enabled = False
            if size in _WORDS:
                self._standing[breakpoint.number] = self._stand(place, _WORDS[size], _KINDS[breakpoint.type], name)
            else:
                self._standing[breakpoint.number] = None
                say_once('%s is watched only while gdb has the symbols of %s' % (breakpoint.expression, name))

    def _stand(self, *what):
        found = self._all.get(what)
        if found is None:
            found = self._all[what] = _Standing(*what, self._runs)
        found.enabled = True
        return found

    def comes(self, name):
        """When they are back."""
        for breakpoint in gdb.breakpoints():
            if breakpoint.number in self._standing and self._known.get(breakpoint.number, (None,))[0] == name:
                self._end(breakpoint.number)
                breakpoint.enabled = True

    def _end(self, number):
        standing = self._standing.pop(number, None)
        if standing is not None:
            # Not deleted: gdb may hold it.
            standing.enabled = False


class _Tick(gdb.Function):
    """$_barrelfish_tick(): another number each time."""

    _last = 0

    def invoke(self):
        self._last += 1
        return self._last


_Tick('_barrelfish_tick')


class _Standing(gdb.Breakpoint):
    def __init__(self, place, kind, access, name, runs):
        # Of a value that is never what it was: what gdb would compare may be another domain's.
        super().__init__('*(%s *) %#x + $_barrelfish_tick()' % (kind, place), type=gdb.BP_WATCHPOINT, wp_class=access, internal=True)
        self._name = name
        self._domain_runs = runs

    def stop(self):
        return self._domain_runs(self._name)
