"""For gdb: counts the hits at an address for each core and domain, and stops nowhere."""

import gdb

hits = {}


class Counter(gdb.Breakpoint):
    def __init__(self, address, currents):
        super().__init__(f"*{address}", type=gdb.BP_HARDWARE_BREAKPOINT)
        self.currents = currents

    def stop(self):
        core = gdb.selected_thread().num - 1
        dcb = gdb.Value(self.currents[core]).cast(gdb.lookup_type("struct dcb").pointer().pointer()).dereference()
        shared = gdb.lookup_type("struct dispatcher_shared_generic").pointer()
        name = dcb["disp"].cast(shared)["name"].string()
        hits[core, name] = hits.get((core, name), 0) + 1
        return False


class CountHits(gdb.Command):
    """count-hits ADDRESS OFFSET...: with where each core's kernel is."""

    def __init__(self):
        super().__init__("count-hits", gdb.COMMAND_USER)

    def invoke(self, argument, from_tty):
        address, *offsets = gdb.string_to_argv(argument)
        first = int(gdb.parse_and_eval("&dcb_current"))
        Counter(address, [first - int(offsets[0], 0) + int(offset, 0) for offset in offsets])


class ShowHits(gdb.Command):
    """show-hits: a line "CORE NAME COUNT" for each."""

    def __init__(self):
        super().__init__("show-hits", gdb.COMMAND_USER)

    def invoke(self, argument, from_tty):
        for (core, name), count in sorted(hits.items()):
            print("hits", core, name, count)


CountHits()
ShowHits()
