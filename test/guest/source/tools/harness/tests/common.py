import select
import time

import debug


class TimeoutError(Exception):
    def __init__(self, when):
        Exception.__init__(self, when)
        self.when = when


class Common(object):
    """Boots, and reads lines until one of them is the last."""
    name = None
    finish = 'fish v0.2'

    def __init__(self, options):
        self.options = options
        self.limit = None

    def get_modules(self, build, machine):
        modules = machine.default_bootmodules()
        modules.add_module('fish', ['nospawn'])
        return modules

    def setup(self, build, machine, testdir):
        build.build(self.get_modules(build, machine).get_build_targets())
        machine.lock()

    def is_finished(self, line):
        return self.finish in line

    def run(self, build, machine, testdir):
        machine.set_bootmodules(self.get_modules(build, machine))
        machine.reboot()
        debug.log('%s has its machine' % self.name)
        self.output = machine.get_output()
        self.limit = time.time() + machine.get_test_timeout()
        return self.lines()

    def read_line(self):
        line = ''
        while not line.endswith('\n'):
            if not select.select([self.output], [], [], max(0, self.limit - time.time()))[0]:
                raise TimeoutError('nothing more was said')
            char = self.output.read(1)
            if char == '':
                raise EOFError()
            line += char
        return line

    def lines(self):
        while True:
            try:
                line = self.read_line()
            except EOFError:
                return
            yield line
            if self.is_finished(line):
                return

    def cleanup(self, machine):
        machine.shutdown()
        machine.unlock()

    def process_data(self, testdir, rawiter):
        raise NotImplementedError
