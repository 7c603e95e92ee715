"""
What the server of gdb's own debug adapter (gdb.dap.server) keeps to itself, under the names that its releases have for it: in
gdb 18 most begin with a `_`.
"""

from gdb.dap.server import _server


def _name(name):
    hidden = '_' + name
    return hidden if hasattr(_server, hidden) else name


def kept(name, *otherwise):
    """Raises AttributeError, unless it is said what there is otherwise."""
    return getattr(_server, _name(name), *otherwise)


def keep(name, value):
    """Puts something in its place. Raises AttributeError."""
    kept(name)
    setattr(_server, _name(name), value)
