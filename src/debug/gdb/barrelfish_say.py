"""What is told to the user: one line each, once, and never an error that ends a stop."""

import contextlib
import functools

import gdb

_said = set()
_listeners = []


def say(text):
    """A line in the debug console."""
    if _listeners:
        _listeners[-1](text)
    else:
        gdb.write('Barrelfish: ' + text + '\n', gdb.STDERR)


def listen_to_said(listener):
    """From now on lines go to this one: gdb keeps what is written while a command of Python's lets the machine run."""
    _listeners.append(listener)


@contextlib.contextmanager
def heard():
    """A list of what is said meanwhile, which nobody else hears."""
    said = []
    _listeners.append(said.append)
    try:
        yield said
    finally:
        _listeners.pop()


def say_once(text):
    """The same, unless it has been said since the machine was reset."""
    if text not in _said:
        _said.add(text)
        say(text)


def forget_said():
    _said.clear()


def guarded(default=None):
    """Whatever goes wrong in an event of gdb's is said, and what gdb does goes on."""

    def decorate(function):
        @functools.wraps(function)
        def run(*arguments):
            try:
                return function(*arguments)
            except Exception as error:
                say_once('%s: %s' % (function.__name__.strip('_').replace('_', ' '), error))
                return default

        return run

    return decorate


def word(text):
    """A word of a gdb command, as libiberty's buildargv reads it."""
    return '"' + text.replace('\\', '\\\\').replace('"', '\\"') + '"'
