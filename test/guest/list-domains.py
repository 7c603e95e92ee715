"""For gdb: the domains of the core whose kernel has its symbols, as the kernel itself finds them."""

import gdb


def name_of(dcb):
    shared = gdb.lookup_type("struct dispatcher_shared_generic").pointer()
    return dcb["disp"].cast(shared)["name"].string()


def runnable():
    dcb = gdb.parse_and_eval("kcb_current->queue_head")
    while int(dcb) != 0:
        yield name_of(dcb)
        dcb = dcb["next"]


def known(cte):
    """Dispatchers in the tree of capabilities below an entry."""
    if int(cte) == 0:
        return
    yield from known(cte["mdbnode"]["left"])
    if str(cte["cap"]["type"]) == "ObjType_Dispatcher":
        yield name_of(cte["cap"]["u"]["dispatcher"]["dcb"])
    yield from known(cte["mdbnode"]["right"])


class ListDomains(gdb.Command):
    def __init__(self):
        super().__init__("list-domains", gdb.COMMAND_USER)

    def invoke(self, argument, from_tty):
        root = gdb.parse_and_eval("(struct cte *)kcb_current->mdb_root")
        print("runnable", *runnable())
        print("known", *sorted(known(root)))


ListDomains()
