// A source tree of the real one's size: 272 register files, 111 interfaces and 355 Hakefiles, 7 MB together.

const DEVICES = 272;
const INTERFACES = 111;
const HAKEFILES = 355;
const REGISTERS = 41;
/** Registers of the largest file, which has 170 kB. */
const MOST_REGISTERS = 316;

function register(number: number): string {
  const name = `reg${String(number)}`;
  const at = `0x${(number * 4).toString(16)}`;
  const kind = ['rw', 'ro', 'wo'][number % 3] ?? 'rw';
  return `    /*
     * Register number ${String(number)} of the sample, with fields of several widths.
     */
    register ${name} ${kind} addr(base, ${at}) "Register ${String(number)} of the sample device" {
        enable    1         "Enables the unit that this register is of";
        mode      2 type(modes) "How it works";
        _         5         mbz;
        count     8 ${kind === 'rw' ? 'rw ' : ''}       "How many have been seen since it was enabled";
        level     4         "At which it tells";
        _         11        rsvd;
        ready     1         "Set when it is done";
    };
`;
}

function device(name: string, registers: number): string {
  return `/*
 * A device of our own: ${name}.
 */

device ${name} lsbfirst (addr base) "Sample device ${name}" {

    constants modes width(2) "Modes" {
        stopped = 0 "Stopped";
        once    = 1 "Once";
        again   = 2 "Again and again";
    };

${Array.from({ length: registers }, (_, number) => register(number)).join('\n')}};
`;
}

function madeInterface(name: string): string {
  const messages = Array.from(
    { length: 40 },
    (_, number) => `    /* Message ${String(number)}. */
    ${number % 4 === 3 ? 'rpc' : 'message'} talk${String(number)}(${number % 4 === 3 ? 'in ' : ''}uint32 id, ${number % 4 === 3 ? 'out ' : ''}uint64 size);`,
  );
  return `interface ${name} "Interface ${name}" {
    typedef struct {
        uint32 a;
        uint64 b;
    } pair;

${messages.join('\n')}
};
`;
}

function hakefile(number: number): string {
  const sources = Array.from({ length: 12 }, (_, file) => `"part${String(file)}.c"`);
  return `--------------------------------------------------------------------------
-- Hakefile of sample ${String(number)}
--------------------------------------------------------------------------

[ build application { target = "sample${String(number)}",
                      cFiles = [ ${sources.join(',\n                                 ')} ],
                      flounderBindings = [ "if${String(number % INTERFACES)}" ],
                      mackerelDevices = [ "dev${String(number % (DEVICES - 1))}" ],
                      addLibraries = libDeps [ "lib${String(number % 40)}" ],
                      architectures = [ "x86_64", "armv8" ]
                    }
]
`;
}

/** Texts by their paths. */
export function madeSources(): Record<string, string> {
  const files: Record<string, string> = { 'hake/hake.sh': '', 'devices/large.dev': device('large', MOST_REGISTERS) };
  for (let number = 0; number < DEVICES - 1; number++)
    files[`devices/dev${String(number)}.dev`] = device(`dev${String(number)}`, REGISTERS);
  for (let number = 0; number < INTERFACES; number++)
    files[`if/if${String(number)}.if`] = madeInterface(`if${String(number)}`);
  for (let number = 0; number < HAKEFILES; number++) files[`usr/sample${String(number)}/Hakefile`] = hakefile(number);
  return files;
}
