"""Tests that type at the shell."""
import tests
from common import Common
from results import Result


def make_test(word):
    class EchoTest(Common):
        __doc__ = 'types %s, which comes back' % word
        name = 'echoes_%s' % word

        def lines(self):
            while True:
                line = self.read_line()
                yield line
                if self.finish in line:
                    break
            self.output.write('echo %s, again\n' % word)
            while not line.startswith(word):
                line = self.read_line()
                yield line

        def process_data(self, testdir, rawiter):
            return Result(any(line.startswith('%s, again' % word) for line in rawiter), 'nothing came back')

    return EchoTest


for each in ('one', 'two'):
    tests.add_test(make_test(each))
