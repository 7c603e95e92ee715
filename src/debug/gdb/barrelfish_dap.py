"""
gdb's own debug adapter (gdb.dap, of gdb 15 or newer), told of Barrelfish: sourced on gdb's command line, before the server
answers anything. Its requests that begin and end a session are replaced (`initialize`, `attach`, `launch`, `configurationDone`,
`disconnect`, `terminate`), as ours connect to a machine that is there, do what the configuration says, and never kill; those
about breakpoints, `threads`, `evaluate` and `disassemble`; `barrelfish/ask` is ours. All others are gdb's.
"""

import contextlib
import os
import signal
import sys
import time

import gdb
from gdb.dap.frames import select_frame
from gdb.dap.server import NotStoppedException, _commands, _server, send_event
from gdb.dap.startup import start_thread

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(sys._getframe().f_code.co_filename)))

from barrelfish_dap_breakpoints import BREAKPOINTS
from barrelfish_dap_disassembly import disassembled
from barrelfish_dap_server import keep, kept
from barrelfish_dap_stops import Stops, on_gdb
from barrelfish_say import heard, listen_to_said
from barrelfish_symbols import leave

_STOPS = Stops()
#: How long the machine is waited for when the editor is gone.
_LEAVING_S = 1
#: The number of a request that no editor has sent.
_OURS = 0

#: What is of no use with a kernel, or is not to happen to it.
_NOT_HERE = {
    'exceptionBreakpointFilters',
    'supportsExceptionFilterOptions',
    'supportsTerminateRequest',
    'supportTerminateDebuggee',
}
#: Of these gdb sends too many, or too early.
_NOT_SENT = {'breakpoint', 'initialized', 'module', 'process'}


def _filtered(send):
    def send_event(event, body=None):
        if event not in _NOT_SENT:
            send(event, body)

    return send_event


def _say(text):
    send_event('output', {'category': 'stderr', 'output': 'Barrelfish: %s\n' % text})


class _Session:
    def __init__(self, send_event, gdbs):
        self._send = send_event
        self._gdbs = gdbs
        self._post_mortem = False

    def initialize(self, **arguments):
        answer = self._gdbs['initialize'](**arguments)
        return {name: value for name, value in answer.items() if name not in _NOT_HERE}

    def attach(self, **configuration):
        on_gdb(lambda: self._connect(configuration))
        # Only now: breakpoints are to be set when there are programs to set them in.
        self._send('initialized')

    def _connect(self, configuration):
        self._post_mortem = configuration.get('postMortem', False)
        target = configuration['target']
        _do(configuration['preConnectCommands'])
        _STOPS.listen()
        BREAKPOINTS.listen(self._send)
        gdb.execute('target %s %s' % (target['type'], ' '.join(target['parameters'])), to_string=True)
        _STOPS.connected()
        _do(configuration['initCommands'])
        _do(configuration['preRunCommands'])
        _STOPS.threads()

    def configuration_done(self, **_):
        gdb.post_event(self._begin)

    def _begin(self):
        if self._post_mortem:
            thread = gdb.selected_thread()
            body = {'reason': 'pause', 'allThreadsStopped': True}
            self._send('stopped', {**body, 'threadId': thread.global_num} if thread else body)
        else:
            _STOPS.resume('continue &')

    def disconnect(self, **_):
        """The machine goes on; post mortem it stays as it is."""
        try:
            # It may not answer any more.
            with contextlib.suppress(gdb.error, gdb.GdbError, KeyboardInterrupt):
                _STOPS.meanwhile(self._leave, goes_on=False)
        finally:
            _server.shutdown()

    def _leave(self):
        with contextlib.suppress(gdb.error):
            gdb.execute('disconnect' if self._post_mortem else 'detach', to_string=True)

    def exiting(self, _):
        """gdb would wait for the adapter's thread, which waits for an editor or for gdb."""
        if not kept('done'):
            # Of what runs at a `quit` that was typed, gdb would have to wait for the stop, which it doesn't do while it ends.
            if not _STOPS.running:
                self._leave()
            leave()
            os._exit(0)

    def threads(self, **_):
        return {'threads': on_gdb(_STOPS.threads)}

    def ask(self, *, words, threadId=None, pause=False, **_):
        if not pause and on_gdb(lambda: _STOPS.running):
            return {'running': True, 'said': []}
        answer = _STOPS.meanwhile(lambda: _answered(words, threadId))
        if words[0] == 'reset':
            # It is where it has not been seen yet.
            on_gdb(_STOPS.threads)
            self._send('stopped', {'reason': 'reset', 'threadId': 1, 'allThreadsStopped': True})
        return answer

    def evaluate(self, *, expression, context='variables', frameId=None, **arguments):
        """What is typed is a command of gdb's, behind a `>` or not; copied is what is watched."""
        if context != 'repl':
            context = 'watch' if context == 'clipboard' else context
            return self._gdbs['evaluate'](expression=expression, context=context, frameId=frameId, **arguments)
        _stopped()
        select = (lambda: None) if frameId is None else lambda: select_frame(frameId)
        return {'result': _STOPS.typed(expression.lstrip().removeprefix('>'), select), 'variablesReference': 0}

    def disassemble(self, *, memoryReference, offset=0, instructionOffset=0, instructionCount, **_):
        _stopped()
        place = int(memoryReference, 0) + offset
        return {'instructions': on_gdb(lambda: disassembled(place, instructionOffset, instructionCount))}

    def set_breakpoints(self, *, source, breakpoints=(), **_):
        return _set(source['path'], [({'source': source['path'], 'line': each['line']}, each) for each in breakpoints])

    def set_function_breakpoints(self, *, breakpoints, **_):
        return _set('functions', [({'function': each['name']}, each) for each in breakpoints])

    def set_instruction_breakpoints(self, *, breakpoints, **_):
        return _set('instructions', [({'spec': _instruction(**each)}, each) for each in breakpoints])


def _stopped():
    """As gdb says it of its own requests."""
    if _STOPS.running:
        raise NotStoppedException


def _set(kind, wanted):
    return {'breakpoints': _STOPS.meanwhile(lambda: BREAKPOINTS.set(kind, wanted))}


def _instruction(*, instructionReference, offset=0, **_):
    return '*%#x' % (int(instructionReference, 0) + offset)


def _do(commands):
    for each in commands:
        said = gdb.execute(each, to_string=True)
        if said:
            send_event('output', {'category': 'console', 'output': said})


def _answered(words, thread_id):
    from barrelfish_commands import answer

    before = gdb.selected_thread()
    for each in gdb.selected_inferior().threads():
        if each.global_num == thread_id:
            each.switch()
            gdb.newest_frame().select()
    try:
        with heard() as said:
            value = answer(*words)
        return {'said': said} if value is None else {'value': value, 'said': said}
    finally:
        if before is not None and before.is_valid():
            before.switch()


class _Requests(type(kept('read_queue'))):
    """An editor that goes without a word disconnects: gdb would end at once, and leave its breakpoints in what runs."""

    def put(self, request, *_):
        super().put(request or {'seq': _OURS, 'type': 'request', 'command': 'disconnect'})
        if request is None:
            time.sleep(_LEAVING_S / 2)
            if not kept('done'):
                if _server.canceller.in_flight_dap_thread != _OURS:
                    # It is busy with something else.
                    gdb.interrupt()
                time.sleep(_LEAVING_S / 2)
            if not kept('done'):
                _say('gdb ends without having let go of the machine: breakpoints may be left in it')
            # What is on its way is written, and gdb ends by itself when it can.
            time.sleep(_LEAVING_S / 10)
            leave()
            os._exit(0)


def _end_by_signal():
    """The same for signals, of which Python writes a byte even while gdb waits."""
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    ends = (signal.SIGTERM, signal.SIGHUP)
    for each in ends:
        signal.signal(each, lambda *_: None)

    def wait():
        while os.read(readable, 1)[0] not in ends:
            pass
        kept('read_queue').put(None)

    start_thread('signals', wait)


def _serve():
    send = kept('send_event')
    keep('read_queue', _Requests())
    _end_by_signal()
    session = _Session(send, dict(_commands))
    keep('send_event', _filtered(send))
    gdb.events.gdb_exiting.connect(session.exiting)
    _commands.update(
        {
            'initialize': session.initialize,
            'attach': session.attach,
            # Booting is done by the time that a launch comes.
            'launch': session.attach,
            'configurationDone': session.configuration_done,
            'disconnect': session.disconnect,
            'terminate': session.disconnect,
            'threads': session.threads,
            'evaluate': session.evaluate,
            'disassemble': session.disassemble,
            'setBreakpoints': session.set_breakpoints,
            'setFunctionBreakpoints': session.set_function_breakpoints,
            'setInstructionBreakpoints': session.set_instruction_breakpoints,
            'barrelfish/ask': session.ask,
        }
    )
    listen_to_said(_say)


_serve()
