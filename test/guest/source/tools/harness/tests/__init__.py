import os

all_tests = []


def add_test(test):
    all_tests.append(test)
    return test


for entry in sorted(os.listdir(os.path.dirname(__file__))):
    if entry.endswith('.py') and entry != '__init__.py':
        __import__(entry[:-3], globals(), locals())
