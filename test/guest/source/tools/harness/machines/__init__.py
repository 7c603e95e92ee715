import barrelfish


class Machine(object):
    def __init__(self, options, arch, cores):
        self.options = options
        self.arch = arch
        self._ncores = cores
        self._name = None

    def setName(self, name):
        self._name = name

    def getName(self):
        return self._name

    def get_ncores(self):
        return self._ncores

    def get_test_timeout(self):
        return 60

    def default_bootmodules(self):
        modules = barrelfish.Modules('%s/sbin/' % self.arch)
        modules.add('kernel', 'elver', 'loglevel=3')
        modules.add_module('cpu', ['loglevel=3'])
        for domain in ('init', 'monitor'):
            modules.add_module(domain)
        modules.add_module('kaluga', ['boot'])
        return modules


class MachineFactory(object):
    machineFactories = {}

    def __init__(self, arch, cores):
        self.arch = arch
        self.cores = cores

    def createMachine(self, options):
        return Machine(options, self.arch, self.cores)


for count in (1, 2):
    MachineFactory.machineFactories['qemu_x86_64_c%d' % count] = MachineFactory('x86_64', count)
