"""Tests of how the system starts."""
import tests
from common import Common
from results import Result, Table


@tests.add_test
class ShellTest(Common):
    """the shell comes up

    and greets whoever is there
    """
    name = "starts_shell"

    def process_data(self, testdir, rawiter):
        return Result(any(self.finish in line for line in rawiter))


class DriverTest(Common):
    driver = None

    def process_data(self, testdir, rawiter):
        started = any('Kaluga: Starting "%s"' % self.driver in line for line in rawiter)
        return Result(started, 'kaluga has not started %s' % self.driver)


@tests.add_test
class MissingDriverTest(DriverTest):
    '''a driver that nobody has written'''
    name = 'starts_missing_driver'
    driver = 'e9999'


# @tests.add_test
class ForgottenTest(Common):
    name = 'forgotten'


@tests.add_test
class ModulesTest(Common):
    '''every module gets there'''
    name = 'counts_modules'

    def process_data(self, testdir, rawiter):
        rows = [line.split()[:4] for line in rawiter if line.startswith('module ')]
        return Table('modules', rows)
