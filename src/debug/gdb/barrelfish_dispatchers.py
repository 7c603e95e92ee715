"""Dispatchers: which one a core runs, and all that there are."""

import gdb

from barrelfish_kernels import KERNELS
from barrelfish_layout import text
from barrelfish_machine import PAGE, Virtual, in_kernel, processors, read, root, word_at
from barrelfish_say import say_once

#: A capability database is a tree of at most so many; a damaged one is no endless walk.
_MOST = 200_000


class Dispatcher:
    """A dcb that was read: address, name, root (physical address of its page table), core, disp (its shared frame)."""

    def __init__(self, address, core, memory=None):
        layout = KERNELS.layout('struct dcb')
        data = memory.read(address, layout.size) if memory else read(address, layout.size)
        self.address = address
        self.core = core
        self.data = data
        self.layout = layout
        self.disp = layout.number(data, 'disp')
        self.root = layout.number(data, 'vspace') & ~(PAGE - 1)
        self.name = ''
        if self.disp:
            shared = KERNELS.layout('struct dispatcher_shared_generic')
            offset, type_ = shared.member('name')
            place = self.disp + offset
            self.name = text(memory.read(place, type_.sizeof) if memory else read(place, type_.sizeof))

    def shared(self, path, memory):
        shared = KERNELS.layout('struct dispatcher_shared_generic')
        return shared.number(memory.read(self.disp, shared.size), path) if self.disp else 0


def name_length():
    """How much of a domain's name its dispatcher holds."""
    return KERNELS.layout('struct dispatcher_shared_generic').member('name')[1].sizeof


def current_of(copy):
    """The dispatcher that a core's kernel runs; None for none."""
    place = KERNELS.symbol('dcb_current', copy.base)
    if place is None:
        say_once('the CPU driver has no dcb_current: domains cannot be told apart')
        return None
    address = word_at(place)
    return Dispatcher(address, core_of(copy)) if address else None


def current():
    """The dispatcher whose code the selected thread executes; None in the kernel, or where that can't be told."""
    if in_kernel():
        return None
    copy = KERNELS.copy_of(gdb.selected_thread())
    if copy is None:
        say_once("a core's kernel is not known yet: breakpoints of domains do not stop there")
        return None
    found = current_of(copy)
    # Another's page tables would mean that the kernel is just changing them, or that these are not its structures.
    return found if found is not None and found.root == root() else None


def core_of(copy):
    """Barrelfish's number of a core; until its kernel has set it, the processor's."""
    if copy.core is not None:
        return copy.core
    place = KERNELS.symbol('my_core_id', copy.base)
    now = KERNELS.symbol('dcb_current', copy.base)
    if copy.high is None or place is None or now is None or not word_at(now):
        return copy.processor
    copy.core = read(place, 1)[0]
    return copy.core


def all_dispatchers():
    """Every dispatcher of every core, with what is known of it: a list of dicts."""
    found = []
    memory = Virtual()
    running = {number: cr3 & ~(PAGE - 1) for number, (_, cr3) in processors().items()}
    for copy in KERNELS.copies:
        if copy.high is None:
            continue
        core = core_of(copy)
        place = KERNELS.symbol('dcb_current', copy.high)
        now = memory.number(place, 8) if place is not None else 0
        ready = set(_queued(copy, memory))
        for address in _dcbs(copy, memory) | ready | ({now} if now else set()):
            each = Dispatcher(address, core, memory)
            runs = address == now and running.get(copy.processor) == each.root
            state = 'running' if runs else 'runnable' if address in ready or address == now else 'blocked'
            found.append(
                {
                    'core': core,
                    'name': each.name,
                    'dispatcher': '%#x' % address,
                    'root': '%#x' % each.root,
                    'state': state,
                    'disabled': bool(each.shared('disabled', memory)),
                    'domain': each.layout.number(each.data, 'domain_id') if each.layout.has('domain_id') else None,
                }
            )
    return sorted(found, key=lambda each: (each['core'], each['name'], each['dispatcher']))


def _kcb(copy, memory):
    place = KERNELS.symbol('kcb_current', copy.high)
    return memory.number(place, 8) if place is not None else 0


def _queued(copy, memory):
    """What waits for its turn: the queue of the scheduler in use, whichever it is (kernel/include/kcb.h)."""
    kcb = _kcb(copy, memory)
    if not kcb:
        return
    kcbs, dcbs = KERNELS.layout('struct kcb'), KERNELS.layout('struct dcb')
    for head in ('queue_head', 'ring_current'):
        if not kcbs.has(head):
            continue
        offset, _ = kcbs.member(head)
        address = memory.number(kcb + offset, 8)
        seen = set()
        while address and address not in seen and len(seen) < _MOST:
            seen.add(address)
            yield address
            address = memory.number(address + dcbs.member('next')[0], 8)


def _dcbs(copy, memory):
    """All dispatchers of which the core's capability database has a capability (lib/mdb: a binary tree of struct cte)."""
    kcb = _kcb(copy, memory)
    found = set()
    if not kcb:
        return found
    kcbs, ctes = KERNELS.layout('struct kcb'), KERNELS.layout('struct cte')
    if not kcbs.has('mdb_root') or not ctes.has('mdbnode.left'):
        return found
    kind = ctes.member('cap.type')[1]
    dispatcher = next((each.enumval for each in kind.fields() if each.name == 'ObjType_Dispatcher'), None)
    waiting = [memory.number(kcb + kcbs.member('mdb_root')[0], 8)]
    seen = set()
    while waiting and len(seen) < _MOST:
        node = waiting.pop()
        if not node or node in seen:
            continue
        seen.add(node)
        try:
            data = memory.read(node, ctes.size)
        except gdb.MemoryError:
            say_once('the capability database of a core is damaged, or is being changed: dispatchers may be missing')
            continue
        if ctes.number(data, 'cap.type') == dispatcher:
            found.add(ctes.number(data, 'cap.u.dispatcher.dcb'))
        waiting += [ctes.number(data, 'mdbnode.left'), ctes.number(data, 'mdbnode.right')]
    return found
