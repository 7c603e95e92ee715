"""
Programs as gdb has to have them, for each to have its own globals.

Each core's kernel is a copy of one file, and programs have globals of the same name. gdb, in what is not the main program,
looks a name up in all files in the order in which they came (svr4_iterate_over_objfiles_in_search_order in gdb's
solib-svr4.c), and then once more in their symbol tables, as a linker may have copied the variable (get_symbol_address in
its symtab.c): every core's globals would be those of the first. It begins with the file that is looked from where that is
marked so (DT_SYMBOLIC), and takes no names that are local to their file for copies. So gdb is given a copy of each file
that is so marked, and in which the names of data are local.
"""

import atexit
import contextlib
import fcntl
import glob
import mmap
import os
import shutil
import struct
import tempfile

from barrelfish_say import say_once

_SYMTAB, _DYNAMIC = 2, 6
_OBJECT, _LOCAL = 1, 0
_SYMBOL_BYTES = 24
_DT_SYMBOLIC = 16
#: A section's header, and where in it are the place in the file and the length.
_SECTION = struct.Struct('<IIQQQQIIQQ')
_OFFSET, _BYTES = 4, 5
_NAME = b'.dynamic\0'
_PREFIX = 'barrelfish-symbols-'

#: No program is so large; what only looks large, as a sparse file does, is not to fill the disk.
_LARGEST = 512 << 20

_own = {}
#: This gdb's directory, and the descriptor by which it is held.
_mine = []


def own_globals(path):
    """The file to give to gdb: a copy, or `path` where nothing is to be changed."""
    try:
        state = os.stat(path)
        key = path, state.st_mtime_ns, state.st_size
        if key not in _own:
            _own[key] = _copied(path, state.st_size)
        return _own[key]
    except OSError as error:
        say_once(
            'globals of one name may be shown as those of another core or program, as there is no copy of %s in %s: %s. '
            'TMPDIR says where it would be.' % (path, tempfile.gettempdir(), error.strerror)
        )
        return path


def leave():
    """Takes this gdb's copies away."""
    for path, _ in _mine:
        shutil.rmtree(path, ignore_errors=True)


def _copied(path, size):
    if not 0 < size <= _LARGEST:
        return path
    # What is changed is changed in this mapping alone.
    with open(path, 'rb') as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY) as data:
        try:
            tail = _make_own(data)
        except (struct.error, IndexError):
            # Whether it is a sound file is gdb's to say.
            tail = None
        if tail is None:
            return path
        place = tempfile.mkdtemp(dir=_directory())
        try:
            copy = os.path.join(place, os.path.basename(path))
            with open(copy, 'wb') as made:
                made.write(data)
                made.write(tail)
            return copy
        except OSError:
            shutil.rmtree(place, ignore_errors=True)
            raise


def _make_own(data):
    """
    Changes the ELF file's bytes (System V ABI, chapter 4), and gives those that are to come after them; None where nothing of it
    is to be changed. Raises struct.error, IndexError.
    """
    if data[:6] != b'\x7fELF\x02\x01':
        return None
    (start,) = struct.unpack_from('<Q', data, 0x28)
    size, count, names = struct.unpack_from('<HHH', data, 0x3A)
    if size != _SECTION.size or not 0 < names < count:
        return None
    sections = [_SECTION.unpack_from(data, start + size * index) for index in range(count)]
    text = sections[names]
    named = bytes(data[text[_OFFSET] : text[_OFFSET] + text[_BYTES]])
    # What is only referred to is looked for beside the file.
    if any(named.startswith(b'.gnu_debuglink\0', each[0]) for each in sections):
        return None
    table = next((each for each in sections if each[1] == _SYMTAB), None)
    if table is None or not _make_local(data, table[_OFFSET], table[_BYTES]):
        return None
    return _make_symbolic(data, sections, names, named)


def _make_local(data, offset, length):
    """The names of data in a symbol table; how many there were."""
    changed = 0
    for info in range(offset + 4, min(offset + length, len(data)), _SYMBOL_BYTES):
        if data[info] & 0xF == _OBJECT and data[info] >> 4 != _LOCAL:
            data[info] = _LOCAL << 4 | _OBJECT
            changed += 1
    return changed


def _make_symbolic(data, sections, names, named):
    """Says of the file, in a dynamic section more, that its own symbols come before others': what comes behind it."""
    dynamic = struct.pack('<QQQQ', _DT_SYMBOLIC, 0, 0, 0)
    texts = named + _NAME
    end = len(data)
    # One of that name that is there already would be found first.
    kept = [(each[0] + 1, *each[1:]) if named.startswith(_NAME, each[0]) else each for each in sections]
    kept[names] = (*kept[names][:_OFFSET], end + len(dynamic), len(texts), *kept[names][_BYTES + 1 :])
    kept.append((len(named), _DYNAMIC, 0, 0, end, len(dynamic), 0, 0, 8, 16))
    struct.pack_into('<Q', data, 0x28, end + len(dynamic) + len(texts))
    struct.pack_into('<H', data, 0x3C, len(kept))
    return dynamic + texts + b''.join(_SECTION.pack(*each) for each in kept)


def _directory():
    """One of this gdb's own, which goes with it. It is locked, so that others know that it is in use."""
    if not _mine:
        _tidy()
        while not _mine:
            _make()
        # A signal that ends gdb comes as a KeyboardInterrupt, which the first to be called may get before it has begun.
        atexit.register(leave)
        atexit.register(leave)
    return _mine[0][0]


def _make():
    made = tempfile.mkdtemp(prefix=_PREFIX)
    # Until it is locked, another gdb may tidy it away.
    with contextlib.suppress(FileNotFoundError):
        held = os.open(made, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
        except OSError:
            os.close(held)
            os.rmdir(made)
            raise
        if os.path.exists(made):
            _mine.append((made, held))
        else:
            os.close(held)


def _tidy():
    """Takes away what a gdb of this user's has left that was killed."""
    for path in glob.glob(os.path.join(glob.escape(tempfile.gettempdir()), _PREFIX + '*')):
        with contextlib.suppress(OSError):
            held = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(held).st_uid == os.getuid():
                    shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(held)
