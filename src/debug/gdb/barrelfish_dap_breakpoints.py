"""
An editor's breakpoints, for gdb's own debug adapter. gdb.dap.breakpoint sets the condition of each anew whenever an editor
sends them, which takes ours away; and makes log points with a `stop` method, which gdb allows no condition beside.
"""

import itertools
import re

import gdb
from gdb.dap.server import send_event

from barrelfish_say import guarded

_HITS = re.compile(r'\s*(>=|>|==|=|<=|<|%)?\s*(\d{1,9})\s*')
_REACHED = {
    '>=': lambda count, wanted: count >= wanted,
    '>': lambda count, wanted: count > wanted,
    '==': lambda count, wanted: count == wanted,
    '=': lambda count, wanted: count == wanted,
    '<=': lambda count, wanted: count <= wanted,
    '<': lambda count, wanted: count < wanted,
    '%': lambda count, wanted: wanted > 0 and count % wanted == 0,
}


class _Set:
    """A breakpoint as it was set: gdb's, and what it says, counts and tests by itself."""

    def __init__(self, breakpoint, message):
        self.breakpoint = breakpoint
        self.condition = None
        self.hits = None
        self.count = 0
        self.message = message and re.split(r'\{(.*?)\}', message)
        self.told = None

    def use(self, condition, hits):
        """Nothing changes where nothing has: ours stands before the condition, and what was counted counts on."""
        if (condition, hits) == (self.condition, self.hits) and self.told is not None:
            return
        if hits is not None and _HITS.fullmatch(hits) is None:
            raise gdb.GdbError('a hit count is a number, which >, >=, <, <=, == or %% may stand before, and not %s' % hits)
        self.condition, self.hits, self.count = condition, hits, 0
        number = self.breakpoint.number
        # Last, as they count and speak.
        parts = ['(%s)' % condition] if condition else []
        parts += ['$_editor_counts(%d)' % number] if hits is not None else []
        parts += ['$_editor_logs(%d)' % number] if self.message else []
        # By force: a program's symbols may not be there yet.
        gdb.execute('condition -force %d %s' % (number, ' && '.join(parts)), to_string=True)

    def counts(self):
        self.count += 1
        how, wanted = _HITS.fullmatch(self.hits).groups()
        return _REACHED[how or '=='](self.count, int(wanted))

    def log(self):
        said = (_value(each) if index % 2 else each for index, each in enumerate(self.message))
        send_event('output', {'category': 'console', 'output': ''.join(said).rstrip('\n') + '\n'})

    def described(self):
        found = {'id': self.breakpoint.number, 'verified': not self.breakpoint.pending}
        line = next((each.source[1] for each in self.breakpoint.locations if each.source), None)
        return found if line is None else {**found, 'line': line}


def _value(expression):
    try:
        return str(gdb.parse_and_eval(expression))
    except gdb.error as error:
        return '<%s>' % error


class Breakpoints:
    def __init__(self):
        self._all = {}
        self._send = send_event

    def listen(self, send):
        """Who is told of changes: `send` sends an event."""
        self._send = send
        gdb.events.breakpoint_modified.connect(self._modified)

    def set(self, kind, wanted):
        """All of one kind, or of one file, each as (what gdb.Breakpoint is given, what the editor says beside): what they are."""
        before = self._all.get(kind, {})
        now = self._all[kind] = {}
        described = []
        seen = set()
        for place, said in wanted:
            message = said.get('logMessage') or None
            # An editor has several on one line; gdb knows no columns, so they are counted.
            key = next(key for count in itertools.count() if (key := (*sorted(place.items()), message, count)) not in seen)
            seen.add(key)
            found = before.pop(key, None)
            try:
                if found is None or not found.breakpoint.is_valid():
                    found = _Set(gdb.Breakpoint(**place), message)
                now[key] = found
                found.use(said.get('condition') or None, said.get('hitCondition') or None)
                found.told = found.described()
                described.append(found.told)
            except (gdb.error, gdb.GdbError, RuntimeError) as error:
                if found is not None:
                    before[key] = now.pop(key, found)
                described.append({'verified': False, 'message': str(error)})
        for each in before.values():
            if each.breakpoint.is_valid():
                each.breakpoint.delete()
        return described

    def of(self, number):
        found = (each for kind in self._all.values() for each in kind.values() if each.breakpoint.is_valid())
        return next((each for each in found if each.breakpoint.number == number), None)

    @guarded()
    def _modified(self, breakpoint):
        """The editor is told when one has a place that had none, not of each hit."""
        found = self.of(breakpoint.number)
        if found is None or found.told is None or found.told == found.described():
            return
        found.told = found.described()
        self._send('breakpoint', {'reason': 'changed', 'breakpoint': found.told})


BREAKPOINTS = Breakpoints()


class _Counts(gdb.Function):
    """$_editor_counts(NUMBER): whether this hit of the breakpoint is one that was asked for."""

    def invoke(self, number):
        found = BREAKPOINTS.of(int(number))
        # One that nobody knows any more is better seen than passed over.
        return found is None or found.counts()


class _Logs(gdb.Function):
    """$_editor_logs(NUMBER): says what the log point says, and doesn't stop."""

    def invoke(self, number):
        found = BREAKPOINTS.of(int(number))
        if found is not None:
            found.log()
        return False


_Counts('_editor_counts')
_Logs('_editor_logs')
