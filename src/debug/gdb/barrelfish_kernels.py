"""
The CPU driver's symbols, wherever a copy of it runs.

The loader (elver) puts it behind the last module and jumps to it by way of `start_64`, with its entry in rcx; `arch_init`
of the copy moves it to the top of the address space and goes on in `text_init` (kernel/arch/x86_64/init.c). Each further
core gets a copy at a place of its own, which core 0's kernel hears of when it is asked to start that core. gdb follows
with breakpoints of ours that never stop; they are hardware ones, because what they wait for isn't in memory yet.
"""

import gdb

from barrelfish_catalogue import add_symbols, addresses, catalogue, remove_symbols
from barrelfish_elf import Elf
from barrelfish_following import Following
from barrelfish_layout import Layout
from barrelfish_machine import PAGE, Physical, in_kernel, is_live, processors, read, register, root, translate, word_at
from barrelfish_say import forget_said, guarded, say, say_once

_PAGE_BITS = 0xFFF


_SYMBOLS = (
    'dcb_current',
    'elf64_relocate',
    'gdt',
    'kcb_current',
    'kernel_send_start_ipi',
    'kernel_startup',
    'my_core_id',
    'text_init',
)


class Copy:
    """
    One core's kernel: `low` where it was loaded, `high` where it runs, each None while it isn't known or is over;
    `processor` as QEMU counts them, `core` as Barrelfish does, once that is known.
    """

    def __init__(self, low=None, high=None):
        self.low = low
        self.high = high
        self.processor = None
        self.core = None

    @property
    def base(self):
        return self.low if self.high is None else self.high


class Kernels:
    def __init__(self):
        self.elf = None
        self.catalogue = None
        self.anew = None
        self.copies = []
        self.matches = None
        self._offsets = {}
        self._layouts = {}
        self._placed = set()
        self._objfile = None
        self._waiting = []

    # Symbols

    def use(self, file):
        """The file with the CPU driver's symbols. Raises OSError, ValueError."""
        elf = Elf(file)
        self.catalogue, self._objfile = catalogue(file)
        self.elf = elf
        self._offsets = {name: address - elf.base for name, address in addresses(self.catalogue, _SYMBOLS).items()}
        self._layouts.clear()

    def place(self, base):
        """Adds the symbols for a copy at that address."""
        if base in self._placed:
            return
        objfile, said = add_symbols(self.elf.path, base - self.elf.base)
        self._placed.add(base)
        if len(self.copies) > 1 and objfile is not None:
            self._check_own(objfile)
        if 'No debugging symbols' in said:
            say_once('%s has no debug information; the file with .full at its end has' % self.elf.path)

    @guarded()
    def _check_own(self, objfile):
        """gdb 18 looks for a name in the first file first, however the others are marked (barrelfish_symbols)."""
        here = objfile.lookup_global_symbol('kernel_startup')
        found = here and gdb.lookup_symbol('my_core_id', here.symtab.global_block())[0]
        if found and found.symtab.objfile != objfile:
            say_once('gdb %s shows globals of one name as those of the first core or program: 13 to 16 tell them apart' % gdb.VERSION)

    def unplace(self, base):
        if base in self._placed:
            self._placed.discard(base)
            remove_symbols(self._at(base, self.elf.entry))

    def _at(self, base, linked):
        return linked - self.elf.base + base

    def symbol(self, name, base):
        """Address of a symbol of the copy at `base`; None where the file has none of that name."""
        offset = self._offsets.get(name)
        return None if offset is None else offset + base

    def layout(self, name):
        """Layout of a structure that the kernel knows. Raises gdb.error."""
        if name not in self._layouts:
            self._layouts[name] = Layout(gdb.lookup_type(name, self._block()))
        return self._layouts[name]

    def _block(self):
        symbol = self._objfile.lookup_global_symbol('kernel_startup')
        if symbol is None:
            raise gdb.GdbError('%s has no debug information' % self.elf.path)
        return symbol.symtab.global_block()

    # Where copies are

    def loader(self, file):
        """Symbols of the boot loader, and what comes after it is waited for."""
        _, said = add_symbols(file, 0)
        try:
            hand_over = int(gdb.parse_and_eval('(unsigned long)&start_64'))
        except gdb.error:
            say('%s has no start_64, so the kernel is found only once it has started' % file)
            return
        if 'No debugging symbols' in said:
            say_once('%s has no debug information' % file)
        Following(hand_over, self._handed_over)

    def running(self, bases):
        """Copies where the serial line says that they are, or where the processors' tables are."""
        for base in bases:
            self._add(Copy(high=base))
        if not is_live():
            return
        self.meet(True)

    def _add(self, copy):
        self.copies.append(copy)
        self.place(copy.base)
        return copy

    def meet(self, again=False):
        """Finds out which processor runs which copy. The kernel's own descriptor table says where it is."""
        if not again and all(copy.processor is not None for copy in self.copies):
            return
        for number, (gdt, _) in processors().items():
            if any(copy.processor == number for copy in self.copies) or gdt >> 63 == 0:
                continue
            base = self._base_below(gdt)
            if base is None:
                say_once('processor %d runs a kernel that is not that of %s' % (number, self.elf.path))
                continue
            copy = next((each for each in self.copies if each.high == base), None) or self._add(Copy(high=base))
            copy.processor = number
            self._expect_cores(copy)

    def _base_below(self, gdt):
        """Where a kernel is in whose data that address is: where its entry's code is so far before it as in the file."""
        samples = self.elf.samples(1, 16)
        guess = self.symbol('gdt', 0)
        first = [each.high for each in self.copies if each.high is not None and 0 <= gdt - each.high < self.elf.size]
        first += [] if guess is None or (gdt - guess) & _PAGE_BITS else [gdt - guess]
        for base in first + list(range(gdt & ~_PAGE_BITS, gdt - self.elf.size, -PAGE)):
            try:
                if all(read(self._at(base, linked), len(data)) == data for linked, data in samples):
                    return base
            except gdb.MemoryError:
                return None
        return None

    def copy_of(self, thread):
        """The copy that a thread of gdb's runs; None while it has none, or it isn't known."""
        number = thread.ptid[1] - 1
        for again in (False, True):
            found = next((each for each in self.copies if each.processor == number), None)
            if found is not None or again:
                return found
            if thread == gdb.selected_thread() and in_kernel():
                counter = register('rip')
                near = [each for each in self.copies if each.processor is None and 0 <= counter - each.base < 1 << 28]
                if near:
                    near[0].processor = number
                    return near[0]
            self.meet(True)
        return None

    # Following

    @guarded()
    def _handed_over(self, _):
        """At start_64: whatever was before, this is a boot."""
        self.forget()
        self._loaded(register('rcx') - (self.elf.entry - self.elf.base))

    def _loaded(self, low):
        if any(copy.low == low for copy in self.copies):
            return
        copy = self._add(Copy(low=low))
        self._follow_move(copy)

    def _follow_move(self, copy):
        move = self.symbol('elf64_relocate', copy.low)
        if move is None:
            say_once('the CPU driver has no elf64_relocate, so it is not followed when it moves itself')
            return
        Following(move, lambda _: self._moves(copy), once=True)

    @guarded()
    def _moves(self, copy):
        """At arch_init's elf64_relocate, whose first argument is where the image is going to be."""
        high = register('rdi')
        if high <= copy.low or (high - copy.low) & _PAGE_BITS:
            say_once('the kernel moves to %#x, which cannot be: it is not followed' % high)
            return
        copy.high = high
        self.place(high)
        for name in ('text_init', 'kernel_startup'):
            arrival = self.symbol(name, high)
            if arrival is not None:
                Following(arrival, lambda _: self._moved(copy), once=True)
                return

    @guarded()
    def _moved(self, copy):
        """At its first function there: nothing runs at the old place again."""
        self.unplace(copy.low)
        copy.low = None
        if copy.processor is None:
            copy.processor = gdb.selected_thread().ptid[1] - 1
        self._expect_cores(copy)

    def _expect_cores(self, copy):
        start = self.symbol('kernel_send_start_ipi', copy.high)
        if start is None:
            say_once('the CPU driver has no kernel_send_start_ipi, so further cores are found only once they run')
        elif not any(each.address == start for each in self._waiting if each.is_valid()):
            self._waiting.append(Following(start, self._starts_core, hardware=False))

    @guarded()
    def _starts_core(self, _):
        """A core is to be started: the entry of its kernel is among what the starter has handed over."""
        arguments = register('rdx')
        for index in range(8):
            low = word_at(arguments + 8 * index) - (self.elf.entry - self.elf.base)
            if self._is_kernel(low):
                self._loaded(low)
                return
        say_once('a core is started whose kernel is not found: its symbols come once it runs')

    def _is_kernel(self, low):
        if low & _PAGE_BITS or not 0 < low < 1 << 32:
            return False
        memory = Physical()
        for linked, data in self.elf.samples(1, 16):
            place = linked - self.elf.base + low
            if memory.page(place)[place & _PAGE_BITS :][: len(data)] != data:
                return False
        return True

    def forget(self):
        """The machine starts anew."""
        for base in list(self._placed):
            self.unplace(base)
        self.copies.clear()
        forget_said()
        self.matches = None
        if self.anew is not None:
            self.anew()
        for each in self._waiting:
            each.end()
        self._waiting.clear()

    @guarded()
    def check(self):
        """Says it once when what runs is another kernel than the symbols'."""
        if self.matches is not None or self.elf is None:
            return
        copy = next((each for each in self.copies if each.high is not None and each.processor is not None), None)
        if copy is None or translate(root(), copy.high) is None:
            return
        self.matches = all(read(self._at(copy.high, at), len(data)) == data for at, data in self.elf.samples())
        if not self.matches:
            say('the kernel that runs is not the one of %s: built since? Its symbols are wrong' % self.elf.path)


KERNELS = Kernels()
