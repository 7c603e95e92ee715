class Modules(object):
    """A menu.lst in the making."""

    def __init__(self, prefix):
        self.prefix = prefix
        self.lines = []

    def add(self, keyword, name, *arguments):
        self.lines.append((keyword, self.prefix + name, arguments))

    def add_module(self, name, arguments=()):
        self.add('module', name, *arguments)

    def get_build_targets(self):
        return [path for _, path, _ in self.lines]

    def get_menu_data(self, root):
        lines = [' '.join([keyword, root + path] + [str(each) for each in rest]) for keyword, path, rest in self.lines]
        return '\n'.join(['title A harness test', 'root (nd)'] + lines) + '\n'
