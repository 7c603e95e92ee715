class Result(object):
    def __init__(self, passed, why='', name=None):
        self.name = name
        self._passed = passed
        self._why = why

    def passed(self):
        return self._passed

    def reason(self):
        return self._why

    def to_file(self, _file):
        raise NotImplementedError


class Table(Result):
    """What was measured, a row for each."""

    def __init__(self, name, rows):
        Result.__init__(self, len(rows) > 0, 'nothing was measured', name)
        self.rows = rows

    def to_file(self, file):
        for row in self.rows:
            file.write('\t'.join(row) + '\n')
