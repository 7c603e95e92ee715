"""What gdb knows of Barrelfish: sourced by gdb, with the other files beside it."""

import os
import sys

sys.dont_write_bytecode = True
# Not __file__: a script that is sourced by a script of Python's has that of the first.
sys.path.insert(0, os.path.dirname(os.path.abspath(sys._getframe().f_code.co_filename)))

import barrelfish_commands
import barrelfish_events
import barrelfish_printers

barrelfish_commands.define()
barrelfish_events.listen()
barrelfish_printers.register()
