"""Runs one test of Barrelfish's harness (tools/harness) by the harness's own rules, with a machine that somebody else boots.

    python -c TEXT run SOURCE BUILD ARCHITECTURE CORES FILE NAME
    python -c TEXT list SOURCE FILE

FILE is a file of tools/harness/tests. Lines of JSON go both ways; nothing else is on standard output. Works with Python 2.7
and 3; a tree in Python 2 is translated in memory when this is Python 3. Nothing is written into the tree.

Said here                                     Heard
{"event": "tests", "tests": [{name, doc, line}]}
{"event": "build", "targets": [...]}          {"ok": true} or {"ok": false, "why": "..."}
{"event": "boot", "menu": "..."}              the same; then {"serial": BASE64} ..., {"end": true} when the machine is gone
{"event": "send", "bytes": BASE64}
{"event": "off"}
{"event": "result", "passed": true, "reason": "...", "data": [{name, text}]}
{"event": "error", "code": "...", "detail": "..."}
"""
from __future__ import print_function

import base64
import io
import json
import os
import re
import select
import shutil
import signal
import socket
import sys
import tempfile
import threading
import traceback
import types

try:
    import queue
    import importlib.util
except ImportError:
    import Queue as queue

PYTHON_3 = sys.version_info[0] >= 3
LONGEST_DATA = 64 * 1024
LONGEST_DETAIL = 16 * 1024

# What the tests print must not get between our lines.
out = os.fdopen(os.dup(1), 'w')
out_lock = threading.Lock()
os.dup2(2, 1)
sys.dont_write_bytecode = True


def say(event, **facts):
    facts['event'] = event
    with out_lock:
        try:
            out.write(json.dumps(facts) + '\n')
            out.flush()
        except (IOError, ValueError):
            pass  # nobody listens any more


def as_text(value):
    """Bytes of the guest as characters, one for each: whatever it says can be looked at."""
    if isinstance(value, bytes):
        return value.decode('latin-1')
    return value if PYTHON_3 or not isinstance(value, str) else value.decode('latin-1')


def as_native(data):
    return data.decode('latin-1') if PYTHON_3 else data


class Problem(Exception):
    def __init__(self, code, detail):
        Exception.__init__(self, code, detail)
        self.code = code
        self.detail = detail


# The tree's modules


def harness_directory(source):
    return os.path.join(source, 'tools', 'harness')


def read_source(path):
    with open(path, 'rb') as file:
        return file.read()


def is_python_3(path):
    try:
        compile(read_source(path), path, 'exec')
        return True
    except (SyntaxError, ValueError):
        return False


class Translator(object):
    """Makes Python 3 of Python 2, with the translator that comes with most Pythons."""

    # Importing is done as in Python 2, so it is left alone, as are matters of taste.
    LEFT = frozenset(['fix_import', 'fix_idioms', 'fix_set_literal', 'fix_ws_comma', 'fix_buffer', 'fix_future'])

    def __init__(self):
        self.tool = None

    def __call__(self, text, path):
        if self.tool is None:
            self.tool = self.load()
        return str(self.tool.refactor_string(text + '\n', path))

    def load(self):
        import warnings
        warnings.simplefilter('ignore')
        for package in ('lib2to3', 'fissix'):
            try:
                refactor = __import__(package + '.refactor', fromlist=['refactor'])
            except ImportError:
                continue
            names = refactor.get_fixers_from_package(package + '.fixes')
            return refactor.RefactoringTool([name for name in names if name.split('.')[-1] not in self.LEFT])
        raise Problem('no-translator', '%d.%d' % sys.version_info[:2])


class TreeFinder(object):
    """Finds modules of the harness, translated if need be, and looks beside the importing module first, as Python 2 does."""

    def __init__(self, directory):
        self.directory = directory
        core = [os.path.join(directory, name) for name in ('harness.py', os.path.join('tests', 'common.py'))]
        self.old = not all(is_python_3(path) for path in core if os.path.exists(path))
        self.translate = Translator()
        self.builtins = dict(__import__('builtins').__dict__)
        self.builtins.update(__import__=self.do_import, unicode=str, xrange=range, basestring=str, long=int)

    def path_of(self, name):
        base = os.path.join(self.directory, *name.split('.'))
        for path in (os.path.join(base, '__init__.py'), base + '.py'):
            if os.path.exists(path):
                return path
        return None

    def do_import(self, name, globals=None, locals=None, fromlist=(), level=0):
        scope = globals or {}
        package = scope.get('__package__')
        if level <= 0 and package and self.path_of(package + '.' + name.split('.')[0]):
            return importlib.__import__(name, scope, locals, fromlist or (), 1)
        return importlib.__import__(name, scope, locals, fromlist or (), max(level, 0))

    def find_spec(self, name, _path=None, _target=None):
        path = self.path_of(name)
        if path is None:
            return None
        inside = [os.path.dirname(path)] if path.endswith('__init__.py') else None
        return importlib.util.spec_from_file_location(name, path, loader=self, submodule_search_locations=inside)

    def create_module(self, _spec):
        return None

    def exec_module(self, module):
        path = module.__spec__.origin
        source = read_source(path)
        if self.old or not is_python_3(path):
            text = re.sub(r'(?m)^[ \t]+', lambda found: found.group().expandtabs(8), decoded(source))
            try:
                source = self.translate(text, path)
            except Problem:
                raise
            except Exception as error:  # the translator has its own kind
                raise SyntaxError('%s: %s' % (path, error))
        module.__dict__['__builtins__'] = self.builtins
        exec(compile(source, path, 'exec'), module.__dict__)


def decoded(source):
    """Source text without its coding line, which means nothing once it is text."""
    try:
        text = source.decode('utf-8')
    except UnicodeDecodeError:
        text = source.decode('latin-1')
    return re.sub(r'(?m)\A((?:#.*\n)?)#.*coding[:=].*$', r'\1#', text)


def without_pexpect():
    """Most tests don't talk to the shell, so they can do without the module that does; every one of them imports it."""
    class TIMEOUT(Exception):
        pass

    class EOF(Exception):
        pass

    class fdspawn(object):
        def __init__(self, *_args, **_more):
            raise Problem('no-module', 'pexpect')

    pexpect = types.ModuleType('pexpect')
    pexpect.TIMEOUT, pexpect.EOF, pexpect.spawn = TIMEOUT, EOF, fdspawn
    pexpect.fdpexpect = types.ModuleType('pexpect.fdpexpect')
    pexpect.fdpexpect.fdspawn = fdspawn
    sys.modules['pexpect'], sys.modules['pexpect.fdpexpect'] = pexpect, pexpect.fdpexpect


def import_tests(source, only):
    """The package `tests` with what one of its files registers; each test with the line that does it."""
    directory = harness_directory(source)
    if PYTHON_3:
        sys.meta_path.insert(0, TreeFinder(directory))
    sys.path.insert(0, directory)
    try:
        __import__('pexpect.fdpexpect')
    except ImportError:
        without_pexpect()
    # The package imports whatever is in its directory; a damaged file there is no matter of this test.
    everything = os.listdir
    inside = os.path.realpath(os.path.join(directory, 'tests'))

    def listdir(*path):
        if path and os.path.realpath(path[0]) == inside:
            return [only]
        return everything(*path)

    os.listdir = listdir
    try:
        import tests
    finally:
        os.listdir = everything
    return tests.all_tests


def note_lines(source):
    """Makes the classes that are registered remember where."""
    lines = {}
    inside = os.path.realpath(os.path.join(harness_directory(source), 'tests'))

    def look(frame, event, _argument):
        if event == 'call' and frame.f_code.co_name == 'add_test':
            klass = frame.f_locals.get(frame.f_code.co_varnames[0])
            caller = frame.f_back
            while caller and not os.path.realpath(caller.f_code.co_filename).startswith(inside):
                caller = caller.f_back
            if caller:
                lines[id(klass)] = (klass, os.path.realpath(caller.f_code.co_filename), caller.f_lineno)

    sys.setprofile(look)
    return lines


# What the tests find in place of a build directory and a machine


class Options(object):
    def __init__(self, source, build):
        self.sourcedir = source
        self.existingbuild = build
        self.buildbase = build
        self.resultsdir = None
        self.builds = []
        self.machines = []
        self.tests = []
        self.comment = None
        self.keepgoing = False


class Build(object):
    name = 'existing'

    def __init__(self, options, partner):
        self.options = options
        self.build_dir = options.existingbuild
        self.partner = partner

    def configure(self, *_args):
        pass

    def build(self, targets, **_more):
        self.partner.ask('build', targets=sorted(set(targets)))

    def install(self, targets, path):
        """Machines boot from the build directory."""


class Partner(object):
    """Whoever started this: builds, boots, and is the serial line."""

    def __init__(self):
        ours, theirs = socket.socketpair()
        self.ours = ours
        self.output = Output(theirs)
        self.answers = queue.Queue()
        self.taken = threading.Event()

    def start(self):
        for work in (self.hear, self.forward):
            thread = threading.Thread(target=work)
            thread.daemon = True
            thread.start()

    def ask(self, event, **facts):
        say(event, **facts)
        while True:
            try:
                answer = self.answers.get(timeout=0.05)
                break
            except queue.Empty:
                self.output.drop()  # it stands before the answer, so an earlier machine has said it
        self.output.drop()
        self.taken.set()
        if not answer.get('ok'):
            raise Problem(event + '-failed', answer.get('why', ''))

    def hear(self):
        while True:
            line = sys.stdin.readline()
            if not line:
                os.kill(os.getpid(), signal.SIGTERM)
                return
            message = json.loads(line)
            if 'serial' in message:
                try:
                    self.ours.sendall(base64.b64decode(message['serial']))
                except socket.error:
                    pass  # the test has what it wanted
            elif 'end' in message:
                try:
                    self.ours.shutdown(socket.SHUT_WR)
                except socket.error:
                    pass
            else:
                self.taken.clear()
                self.answers.put(message)
                self.taken.wait()

    def forward(self):
        while True:
            data = self.ours.recv(4096)
            if not data:
                return
            say('send', bytes=base64.b64encode(data).decode('ascii'))


class Output(object):
    """What the machine says, as a file without a buffer: the tests wait for it with select()."""

    def __init__(self, connection):
        self.connection = connection

    def fileno(self):
        return self.connection.fileno()

    def read(self, size=-1):
        if size >= 0:
            return as_native(self.connection.recv(size))
        parts = list(iter(lambda: self.read(65536), ''))
        return ''.join(parts)

    def readline(self):
        parts = []
        while not parts or parts[-1] not in ('\n', ''):
            parts.append(self.read(1))
        return ''.join(parts)

    def __iter__(self):
        return iter(self.readline, '')

    def write(self, text):
        self.connection.sendall(text if isinstance(text, bytes) else text.encode('latin-1', 'replace'))

    def drop(self):
        while select.select([self], [], [], 0)[0]:
            if not self.connection.recv(65536):
                return

    def flush(self):
        pass

    def close(self):
        pass


class Operations(object):
    """What differs between machines, done by the partner."""

    def __init__(self, machine, partner, directory):
        self.machine = machine
        self.partner = partner
        self.directory = directory
        self.menu = None

    def get_tftp_dir(self):
        return self.directory

    def get_tftp_subdir(self):
        return os.path.basename(self.directory)

    def set_bootmodules(self, modules):
        regions = self.machine._get_mmap() if hasattr(self.machine, '_get_mmap') else []
        self.menu = modules.get_menu_data('/') + ''.join(regions)

    def reboot(self):
        if self.menu is None:
            raise Problem('no-menu', '')
        self.partner.ask('boot', menu=self.menu)

    def get_output(self):
        return self.partner.output

    def shutdown(self):
        say('off')

    def lock(self):
        pass

    def unlock(self):
        pass

    def setup(self):
        pass

    def force_write(self, consolectrl):
        pass


def make_machine(options, architecture, cores, partner, directory):
    """The tree's own QEMU machine, of which it takes modules and time limits, with everything that acts replaced."""
    import machines
    wanted = 'qemu_%s_c' % architecture
    factories = getattr(getattr(machines, 'MachineFactory', None), 'machineFactories', {})
    names = sorted(name for name in factories if name.startswith(wanted))
    if not names:
        raise Problem('no-machine', wanted)
    exact = wanted + str(cores)
    factory = factories[exact if exact in names else names[0]]
    machine = factory.createMachine(options)
    machine._ncores = machine._cores_per_socket = cores
    machine.setName(exact)
    operations = Operations(machine, partner, directory)
    machine._operations = operations
    for name in dir(Operations):
        if not name.startswith('_'):
            setattr(machine, name, getattr(operations, name))
    return machine


# Running one


def called_off(_signal, _frame):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(143)


def find_test(all_tests, name):
    for test in all_tests:
        if test.name == name:
            return test
    raise Problem('no-test', name)


def data_of(result):
    text = io.StringIO() if PYTHON_3 else io.BytesIO()
    try:
        result.to_file(text)
    except NotImplementedError:
        return None
    return {'name': getattr(result, 'name', None) or 'results', 'text': as_text(text.getvalue())[:LONGEST_DATA]}


def reasons_of(result):
    reason = as_text(result.reason()) if hasattr(result, 'reason') else ''
    errors = [as_text(each) for each in getattr(result, 'errors', [])]
    # Results that keep their errors give them again as one reason.
    return errors if errors else [reason] if reason else []


def judge(test, directory, raw_file):
    """As Harness.process_results: nothing to say is a pass, and so is a result that has no opinion."""
    # A carriage return is no end of line in Python 2.
    raw = io.open(raw_file, 'r', encoding='latin-1', newline='\n') if PYTHON_3 else open(raw_file, 'r')
    with raw:
        results = test.process_data(directory, raw)
    if not results:
        return True, [], []
    passed, reasons, data = True, [], []
    for result in results if isinstance(results, list) else [results]:
        try:
            verdict = result.passed()
        except NotImplementedError:
            verdict = None
        if verdict is not None and not verdict:
            passed = False
            reasons.extend(reasons_of(result))
        table = data_of(result)
        if table is not None and table['text']:
            data.append(table)
    return passed, reasons, data


def run_test(source, build_directory, architecture, cores, file, name):
    options = Options(source, build_directory)
    partner = Partner()
    partner.start()
    directory = None
    signal.signal(signal.SIGTERM, called_off)  # from here on nothing stays behind
    try:
        directory = tempfile.mkdtemp(prefix='barrelfish-harness-')
        build = Build(options, partner)
        options.builds = [build]
        test_class = find_test(import_tests(source, file), name)
        tftp = os.path.join(directory, 'tftp')
        os.mkdir(tftp)
        machine = make_machine(options, architecture, int(cores), partner, tftp)
        options.machines = [machine]
        test = test_class(options)
        raw_file = os.path.join(directory, 'raw.txt')
        limit = None
        with open(raw_file, 'wb') as raw:
            try:
                test.setup(build, machine, directory)
                for line in test.run(build, machine, directory) or []:
                    raw.write(line if isinstance(line, bytes) else line.encode('latin-1', 'replace'))
            except Exception as error:
                # The harness's own class; the built-in one of the same name is another.
                if type(error).__name__ != 'TimeoutError' or not hasattr(error, 'when'):
                    raise
                limit = error
            finally:
                test.cleanup(machine)
        if limit is not None:
            say('result', passed=False, timeout=True, reason=as_text(str(limit)), data=[])
            return
        passed, reasons, data = judge(test, directory, raw_file)
        reason = '\n'.join(each.rstrip() for each in reasons)[:LONGEST_DETAIL]
        say('result', passed=passed, reason=reason, data=data)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if directory is not None:
            shutil.rmtree(directory, ignore_errors=True)


def list_tests(source, file):
    path = os.path.realpath(os.path.join(harness_directory(source), 'tests', file))
    lines = note_lines(source)
    try:
        found = import_tests(source, file)
    finally:
        sys.setprofile(None)
    noted = dict((each, where) for each, (_klass, where, _line) in lines.items())
    listed = [
        {'name': test.name, 'doc': (test.__doc__ or '').strip(), 'line': lines[id(test)][2]}
        for test in found
        if noted.get(id(test)) == path and test.name
    ]
    say('tests', tests=listed)


def main(arguments):
    try:
        if arguments[0] == 'list':
            list_tests(*arguments[1:])
        else:
            run_test(*arguments[1:])
    except Problem as problem:
        say('error', code=problem.code, detail=as_text(problem.detail))
    except ImportError as error:
        missing = getattr(error, 'name', None) or str(error).replace('No module named ', '')
        say('error', code='no-module', detail=as_text(missing))
    except Exception as error:
        frames = traceback.extract_tb(sys.exc_info()[2])
        ours = [frame for frame in frames if frame[0].startswith(arguments[1])]
        at = {'file': ours[-1][0], 'line': ours[-1][1]} if ours else {}
        if isinstance(error, SyntaxError) and error.filename:
            at = {'file': error.filename, 'line': error.lineno or 1}
        detail = '%s: %s' % (type(error).__name__, as_text(str(error)))
        say('error', code='failed', detail=detail[:LONGEST_DETAIL], trace=traceback.format_exc()[-4096:], **at)
    except SystemExit:
        os._exit(143)
    # Threads that wait for a line would hold us up.
    os._exit(0)


main(sys.argv[1:])
