"""The command `barrelfish` and what can follow it. What a command is given are words (quotes group); what it answers is JSON on a line."""

import inspect
import json

import gdb

from barrelfish_dispatchers import all_dispatchers, current, core_of
from barrelfish_domains import DOMAINS
from barrelfish_errors import stack, use
from barrelfish_kernels import KERNELS
from barrelfish_machine import in_kernel, inferior, root, walk
from barrelfish_say import say


class _Prefix(gdb.Command):
    """Barrelfish: its kernels, domains, page tables and errors."""

    def __init__(self):
        super().__init__('barrelfish', gdb.COMMAND_DATA, prefix=True)


class _Command(gdb.Command):
    """A command that says what is wrong instead of failing: the session goes on without it."""

    def __init__(self, name, action, completer=gdb.COMPLETE_NONE):
        self.__doc__ = action.__doc__
        self._action = action
        super().__init__('barrelfish ' + name, gdb.COMMAND_DATA, completer)

    def invoke(self, argument, from_tty):
        answer = _answer(self._action, gdb.string_to_argv(argument))
        if answer is not None:
            gdb.write(json.dumps(answer) + '\n')


def _answer(action, words):
    try:
        inspect.signature(action).bind(*words)
    except TypeError:
        say('as this: ' + action.__doc__)
        return None
    try:
        return action(*words)
    except Exception as error:
        say(str(error) or type(error).__name__)
        return None


def _number(text):
    return int(gdb.parse_and_eval(text)) & ((1 << 64) - 1)


def _kernel(file):
    """barrelfish kernel FILE: the file with the CPU driver's symbols."""
    KERNELS.use(file)


def _loader(file):
    """barrelfish loader FILE: the boot loader's symbols; the kernels that follow are followed."""
    KERNELS.loader(file)


def _running(*bases):
    """barrelfish running [BASE]...: kernels are running, at these addresses as the serial line says."""
    KERNELS.running([int(base, 0) for base in bases])
    from barrelfish_events import name_threads

    name_threads()


def _files(directory):
    """barrelfish files DIRECTORY: where the files of domains are."""
    DOMAINS.look_in(directory)


def _debug(name, file):
    """barrelfish debug NAME FILE: breakpoints in this program stop in the domain of that name."""
    DOMAINS.debug(name, file)


def _reset():
    """barrelfish reset: the machine has been reset while it was stopped: gdb is to read its registers anew."""
    # With the old ones it would try to step off a breakpoint, on a processor that doesn't run yet.
    gdb.execute('maintenance flush register-cache', to_string=True)
    for thread in inferior().threads():
        thread.name = None


def _settle():
    """barrelfish settle: in a script, first and after whatever lets the machine run: waits until it has stopped for the user."""
    DOMAINS.wait()


def _domains():
    """barrelfish domains: all dispatchers of all cores."""
    return all_dispatchers()


def _current():
    """barrelfish current: core, mode and domain of the selected thread."""
    thread = gdb.selected_thread()
    copy = KERNELS.copy_of(thread) if thread else None
    now = current()
    return {
        'core': core_of(copy) if copy else None,
        'mode': 'kernel' if in_kernel() else 'user',
        'name': now.name if now else None,
        'dispatcher': '%#x' % now.address if now else None,
        'root': '%#x' % root(),
        'symbols': DOMAINS.shown.name if DOMAINS.shown else None,
    }


def _walk(address, table=None):
    """barrelfish walk ADDRESS [ROOT]: the page tables' entries for an address; each an expression, quoted if it has spaces."""
    levels = walk(_number(table) if table else root(), _number(address))
    return [
        {key: '%#x' % value if isinstance(value, int) else value for key, value in level.items()} for level in levels
    ]


def _errval(value, *more):
    """barrelfish errval VALUE: each error of an error value, the latest first."""
    return stack(_number(' '.join((value, *more))))


def _errors(file):
    """barrelfish errors FILE: names and texts from an errno.fugu."""
    use(file)


_ACTIONS = {
    'kernel': _kernel,
    'loader': _loader,
    'running': _running,
    'files': _files,
    'debug': _debug,
    'settle': _settle,
    'reset': _reset,
    'domains': _domains,
    'current': _current,
    'walk': _walk,
    'errval': _errval,
    'errors': _errors,
}


def answer(name, *words):
    """What a command answers, as it is; None where it answers nothing, or has said what is wrong."""
    return _answer(_ACTIONS[name], words)


def define():
    _Prefix()
    for name, action in _ACTIONS.items():
        _Command(name, action)
