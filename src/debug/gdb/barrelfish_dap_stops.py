"""
Which stops an editor is shown by gdb's own debug adapter (gdb.dap.events). Not those from which our Python goes on at once,
nor those for a moment in which something is done that gdb does only while the machine is stopped; but that it has not gone on.
"""

import queue

import gdb
from gdb.dap import events
from gdb.dap import next as steps
from gdb.dap.server import _server, send_event
from gdb.dap.startup import DAPException

from barrelfish_dap_server import kept

#: QEMU forgets an interrupt that comes while the machine is between a stop and going on: it is sent again.
_INTERRUPTS = 25
_INTERRUPT_S = 0.2


def on_gdb(action):
    """Does it in gdb's thread, to which gdb's Python belongs, and waits for what it gives or raises."""
    answer = queue.SimpleQueue()

    def run():
        try:
            answer.put((action(), None))
        except BaseException as error:
            # gdb's KeyboardInterrupt too: somebody waits.
            answer.put((None, error))

    gdb.post_event(run)
    value, error = answer.get()
    if error is not None:
        raise error
    return value


class _Said(gdb.Command):
    """Executes a command. Of one that fails gdb.execute gives the error alone, which may be `Command aborted.`"""

    def __init__(self):
        super().__init__('barrelfish-said', gdb.COMMAND_OBSCURE)

    def by(self, command):
        """What it has written, and its error or None."""
        errors = []

        def run():
            try:
                gdb.execute(command, from_tty=True)
            except gdb.error as error:
                errors.append(error)

        self._run = run
        said = gdb.execute('barrelfish-said', to_string=True)
        return said, errors[0] if errors else None

    def invoke(self, *_):
        self._run()


_SAID = _Said()


def _output(text, category):
    if text:
        send_event('output', {'category': category, 'output': text.rstrip('\n') + '\n'})


def _send_later(event, body):
    """After the answer to the request that is being answered, by which an editor takes the machine to be running."""
    with _server.canceller.lock:
        # gdb 15 has no such functions.
        if _server.canceller.in_flight_dap_thread is not None and kept('delayed_fns', None) is not None:
            with kept('delayed_fns_lock'):
                kept('delayed_fns').append(lambda: send_event(event, body))
            return
    send_event(event, body)


class Stops:
    def __init__(self):
        self.running = False
        self._resumed = False
        self._seen = False
        self._typed = None
        self._told = False
        self._hidden = None
        self._interrupter = None
        self._threads = []

    def listen(self):
        """Instead of gdb's own listeners, and after those of barrelfish_events: symbols and names are right by then."""
        gdb.events.stop.disconnect(events._on_stop)
        gdb.events.stop.connect(self._stopped)
        gdb.events.cont.disconnect(events._cont)
        gdb.events.cont.connect(self._went_on)
        # gdb 18 tells of a memory dump by itself, which is opened here before an editor expects to hear of it.
        if hasattr(events, '_on_corefile_changed'):
            gdb.events.corefile_changed.disconnect(events._on_corefile_changed)
        # That of a connection that breaks too.
        gdb.events.exited.connect(self._ended)
        # With this gdb's requests let the machine go on, and keep to themselves that it can't.
        steps.exec_and_expect_stop = self.resume

    def connected(self):
        """The machine is there, and stopped; from now on the editor is told."""
        self._told = True
        self._is_running(False)

    def threads(self):
        """Those of the machine; of one that runs, as they were: it can't be asked, and an editor pauses threads."""
        if not self.running:
            self._threads = [
                {'id': each.global_num, 'name': each.name or each.details or str(each.num)}
                for each in sorted(gdb.selected_inferior().threads(), key=lambda each: each.num)
            ]
        return self._threads

    # These are in gdb's thread.

    def resume(self, command, **_):
        """Lets the machine go on. An editor that takes it to be running is told when it isn't, and why."""
        self._resumed = self._seen = False
        said, error = _SAID.by(command)
        if error is None:
            return
        text = (said + str(error)).strip()
        # A frame without a caller: gdb's request says so itself.
        if command.startswith('finish') and not self._resumed:
            raise DAPException(text) from error
        _output(text, 'stderr')
        self._stays(text)

    def _stays(self, text):
        """gdb says that it goes on before it finds that it can't, and nothing then."""
        thread = gdb.selected_thread()
        # Without a thread there is no machine any more.
        if thread is None or thread.is_running() or self._seen:
            return
        self._is_running(False)
        body = {'reason': 'exception', 'description': text, 'text': text}
        _send_later('stopped', {**body, 'threadId': thread.global_num, 'allThreadsStopped': True})

    def _stopped(self, event):
        self._seen = True
        if not self._told:
            return
        reason = event.details.get('reason')
        if reason is None:
            # At a breakpoint of ours: what goes on from there is among gdb's events already.
            self._hidden = event
            gdb.post_event(self._show)
        elif self._interrupter is not None and reason == 'signal-received' and not events._expected_pause:
            # The user hasn't asked for a pause meanwhile.
            self._is_running(False)
            self._interrupted(True)
        else:
            self._tell(event)

    def _went_on(self, event):
        self._hidden = None
        self._resumed, self._seen = True, False
        typed, self._typed = self._typed, None
        if typed is not None:
            typed.put(('', None))
        if self.running:
            return
        self._is_running(True)
        # A pause of a machine that was stopped has been for nothing.
        events._expected_pause = False
        if self._told:
            # gdb would leave it out after a request of the editor's; the views follow these events.
            events._suppress_cont = False
            events._cont(event)

    def _show(self):
        if self._hidden is not None:
            self._tell(self._hidden)

    def _tell(self, event):
        self._hidden = None
        self._is_running(False)
        self.threads()
        events._on_stop(event)
        self._interrupted(False)

    def _ended(self, _):
        self._hidden = None
        self._is_running(False)
        self._interrupted(False)

    def _is_running(self, running):
        self.running = running
        # By this gdb.dap.server refuses what needs a machine that is stopped.
        events.inferior_running = running

    def _interrupted(self, ours):
        interrupter, self._interrupter = self._interrupter, None
        if interrupter is not None:
            interrupter.put(ours)

    # In the adapter's thread.

    def typed(self, command, prepare):
        """What a command says. What lets the machine go on says it later: the editor has other requests meanwhile."""
        answer = queue.SimpleQueue()

        def run():
            self._typed = answer
            try:
                prepare()
                said, error = _SAID.by(command)
            except BaseException as failed:
                said, error = '', failed
            if self._typed is answer:
                self._typed = None
                answer.put((said, error))
            else:
                _output(said, 'console')
                if error is not None:
                    _output(str(error), 'stderr')
                    self._stays((said + str(error)).strip())

        gdb.post_event(run)
        said, error = answer.get()
        if error is not None:
            raise DAPException((said + str(error)).strip()) from error
        return said

    def meanwhile(self, action, goes_on=True):
        """What that gives, for which a machine that runs is stopped; nobody is told."""
        ours = self._interrupt()
        try:
            return on_gdb(action)
        finally:
            if ours and goes_on:
                on_gdb(self._go_on)

    def _interrupt(self):
        """Whether it has been stopped for this, and not before or by something else."""
        answer = self._interrupter = queue.SimpleQueue()
        try:
            for _ in range(_INTERRUPTS):
                # In gdb's thread, after whatever lets it run that has been sent there already.
                if not on_gdb(lambda: self.running):
                    return not answer.empty() and answer.get()
                on_gdb(lambda: gdb.execute('interrupt', to_string=True))
                try:
                    return answer.get(timeout=_INTERRUPT_S)
                except queue.Empty:
                    continue
            raise gdb.GdbError('the machine does not stop')
        finally:
            self._interrupter = None

    def _go_on(self):
        self._told = False
        try:
            self.resume('continue &')
        finally:
            self._told = True
