import sys


def log(text):
    sys.stdout.write(text + '\n')


verbose = log
