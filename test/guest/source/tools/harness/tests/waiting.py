import tests
from common import Common
from results import Result


@tests.add_test
class WaitingTest(Common):
    '''waits for what is never said'''
    name = 'waits_in_vain'
    finish = 'no such line'

    def process_data(self, testdir, rawiter):
        return Result(True)
