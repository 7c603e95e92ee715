"""
Which stops an editor is shown by gdb's own debug adapter (gdb.dap.events). Not those from which our Python goes on at once,
nor those for a moment in which something is done that gdb does only while the machine is stopped.
"""

import queue

import gdb
from gdb.dap import events

#: QEMU forgets an interrupt that comes while the machine is between a stop and going on: it is sent again.
_INTERRUPTS = 25
_INTERRUPT_S = 0.2


def on_gdb(action):
    """Does it in gdb's thread, to which gdb's Python belongs, and waits for what it gives or raises."""
    answer = queue.SimpleQueue()

    def run():
        try:
            answer.put((action(), None))
        except Exception as error:
            answer.put((None, error))

    gdb.post_event(run)
    value, error = answer.get()
    if error is not None:
        raise error
    return value


class Stops:
    def __init__(self):
        self.running = False
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

    # Both are in gdb's thread.

    def _stopped(self, event):
        if not self._told:
            return
        reason = event.details.get('reason')
        if reason is None:
            # At a breakpoint of ours: what goes on from there is among gdb's events already.
            self._hidden = event
            gdb.post_event(self._show)
        elif self._interrupter is not None and reason == 'signal-received':
            self._is_running(False)
            self._interrupted(True)
        else:
            self._tell(event)

    def _went_on(self, event):
        self._hidden = None
        if self.running:
            return
        self._is_running(True)
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

    def _is_running(self, running):
        self.running = running
        # By this gdb.dap.server refuses what needs a machine that is stopped.
        events.inferior_running = running

    def _interrupted(self, ours):
        interrupter, self._interrupter = self._interrupter, None
        if interrupter is not None:
            interrupter.put(ours)

    # In the adapter's thread.

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
            gdb.execute('continue &', to_string=True)
        finally:
            self._told = True
