import type { Lexicon } from '../scanner.ts';
import type { Role } from './syntax.ts';

export const lexicon: Lexicon = {
  lineComments: ['--'],
  blockComment: { open: '{-', close: '-}', nested: true },
  nameSigns: "'",
  operators: ['</>', '++', '->', '<-', '::', '=='],
};

export interface Word {
  readonly kind: 'field' | 'block' | 'function' | 'keyword' | 'value';
  /** As Haskell has it. */
  readonly type: string;
  readonly what: string;
  /** Of a field, or of a function's strings. */
  readonly role?: Role;
}

const field = (type: string, what: string, role?: Role): Word => ({
  kind: 'field',
  type,
  what,
  ...(role ? { role } : {}),
});
const block = (what: string): Word => ({ kind: 'block', type: 'Args', what });
const call = (type: string, what: string, role?: Role): Word => ({
  kind: 'function',
  type,
  what,
  ...(role ? { role } : {}),
});
const word = (what: string): Word => ({ kind: 'keyword', type: '', what });
const value = (type: string, what: string): Word => ({ kind: 'value', type, what });

/** What hake gives a Hakefile to work with: hake/Args.hs, HakeTypes.hs, RuleDefs.hs. */
export const vocabulary: ReadonlyMap<string, Word> = new Map<string, Word>([
  // What is built.
  ['application', block('A program: `<architecture>/sbin/<target>`.')],
  ['library', block('A static library: `<architecture>/lib/lib<target>.a`.')],
  ['drivermodule', block('A driver as a library, to be linked into a driver domain by `addModules`.')],
  [
    'driverdomain',
    block('A program that runs driver modules: it has driverkit’s start-up and the modules of `addModules`.'),
  ],
  ['arrakisapplication', block('A program for Arrakis, with that library operating system.')],
  ['cpuDriver', block('A CPU driver, Barrelfish’s kernel.')],
  ['bootDriver', block('What runs before the CPU driver on ARM.')],
  // What it is made of.
  [
    'target',
    field(
      'String',
      'The name of what is built; others name it in `addLibraries`, `addModules` and in menu.lst.',
      'target',
    ),
  ],
  ['driverType', field('String', 'Which kind of CPU or boot driver this is.')],
  [
    'buildFunction',
    field('TreeDB -> String -> Args -> HRule', 'How it is built; set by application, library and their like.'),
  ],
  ['cFiles', field('[String]', 'C sources, beside the Hakefile or below it.', 'source')],
  ['cxxFiles', field('[String]', 'C++ sources.', 'source')],
  ['assemblyFiles', field('[String]', 'Assembly sources, `.S`.', 'source')],
  ['generatedCFiles', field('[String]', 'C sources that another rule makes in the build directory.')],
  ['generatedCxxFiles', field('[String]', 'C++ sources that another rule makes in the build directory.')],
  ['flounderDefs', field('[String]', 'Interfaces whose headers (`<if/X_defs.h>`) the sources include.', 'interface')],
  [
    'flounderBindings',
    field('[String]', 'Interfaces whose stubs are built in, for every backend of the architecture.', 'interface'),
  ],
  [
    'flounderExtraDefs',
    field('[(String, [String])]', 'Interfaces, each with more backends whose headers are needed.', 'interface'),
  ],
  [
    'flounderExtraBindings',
    field('[(String, [String])]', 'Interfaces, each with more backends whose stubs are built in.', 'interface'),
  ],
  [
    'flounderTHCDefs',
    field('[String]', 'Interfaces whose header for threads in C (`<if/X_thc.h>`) is needed.', 'interface'),
  ],
  ['flounderTHCStubs', field('[String]', 'Interfaces whose stubs for threads in C are built in.', 'interface')],
  ['mackerelDevices', field('[String]', 'Devices whose header (`<dev/X_dev.h>`) the sources include.', 'device')],
  ['skateSchemas', field('[String]', 'Skate schemas whose functions are built in.', 'schema')],
  ['skateSchemaDefs', field('[String]', 'Skate schemas whose headers are needed.', 'schema')],
  ['addCFlags', field('[String]', 'More flags for the C compiler.')],
  ['addCxxFlags', field('[String]', 'More flags for the C++ compiler.')],
  ['omitCFlags', field('[String]', 'Flags that the C compiler is not to get.')],
  ['omitCxxFlags', field('[String]', 'Flags that the C++ compiler is not to get.')],
  ['addIncludes', field('[String]', 'More directories of headers; a leading `/` is the source tree.', 'directory')],
  ['omitIncludes', field('[String]', 'Directories of headers that are left out.', 'directory')],
  ['addGeneratedIncludes', field('[String]', 'Directories of headers in the build directory.')],
  ['addLinkFlags', field('[String]', 'More flags for the linker.')],
  [
    'addLibraries',
    field('[String]', 'Libraries to link with, by their target; `libDeps` adds what those need.', 'library'),
  ],
  ['addModules', field('[String]', 'Driver modules to link into a driver domain, by their target.', 'module')],
  ['addGeneratedDependencies', field('[String]', 'Files in the build directory that have to be made first.')],
  ['architectures', field('[String]', 'For which it is built; for all, when it is left out.', 'architecture')],
  ['installDirs', field('InstallDirs', 'Where it is put, instead of /sbin and /lib.')],
  ['bindir', field('String', 'Directory for programs.')],
  ['libdir', field('String', 'Directory for libraries.')],
  ['libraryOs', field('Maybe Args', 'The library operating system to link with.')],
  // Functions.
  ['build', call('Args -> HRule', 'All rules that it takes to build something.')],
  ['libDeps', call('[String] -> [String]', 'Libraries together with those that they need.', 'library')],
  ['find', call('(TreeDB -> String -> a) -> a', 'Looks for files beside the Hakefile: `find withSuffix ".c"`.')],
  ['withSuffix', call('TreeDB -> String -> String -> [String]', 'Files with an ending, in this directory and below.')],
  [
    'withSuffices',
    call('TreeDB -> String -> [String] -> [String]', 'Files with one of several endings, in this directory and below.'),
  ],
  ['inDir', call('TreeDB -> String -> String -> String -> [String]', 'Files with an ending, in one directory.')],
  ['cInDir', call('TreeDB -> String -> String -> [String]', 'C sources in one directory.')],
  ['cxxInDir', call('TreeDB -> String -> String -> [String]', 'C++ sources in one directory.')],
  ['sInDir', call('TreeDB -> String -> String -> [String]', 'Assembly sources in one directory.')],
  ['options', call('String -> Options', 'How an architecture compiles and links.')],
  [
    'platform',
    call(
      'String -> [String] -> [(String, String)] -> String -> HRule',
      'A platform: a name for `make`, its architectures, the modules that belong to it, and what `make help-platforms` says.',
    ),
  ],
  [
    'boot',
    call(
      'String -> [String] -> [RuleToken] -> String -> HRule',
      'A boot target: a name for `make`, its architectures, the command, and what `make help-boot` says.',
    ),
  ],
  [
    'copyFile',
    call('TreeRef -> String -> String -> String -> String -> HRule', 'Copies a file into the build directory.'),
  ],
  [
    'buildTechNote',
    call(
      'String -> String -> Bool -> Bool -> [String] -> HRule',
      'A technical note: its LaTeX source, name, whether it has a bibliography and a glossary, and figures.',
    ),
  ],
  [
    'compileHaskell',
    call('String -> String -> [String] -> HRule', 'A tool in Haskell that runs while Barrelfish is built.'),
  ],
  [
    'compileNativeC',
    call(
      'String -> [String] -> [String] -> [String] -> [String] -> HRule',
      'A tool in C that runs while Barrelfish is built.',
    ),
  ],
  ['mackerel', call('Options -> String -> HRule', 'Makes the C header of a device.', 'device')],
  ['mackerel2', call('Options -> String -> HRule', 'Makes the C header of a device.', 'device')],
  ['flounderGenDefs', call('Options -> String -> HRule', 'Makes the C headers of an interface.', 'interface')],
  ['flounderBinding', call('Options -> String -> [String] -> HRule', 'Makes the stubs of an interface.', 'interface')],
  [
    'flounderTHCFile',
    call('Options -> String -> HRule', 'Makes the header for threads in C of an interface.', 'interface'),
  ],
  ['flounderGenIfTypes', call('Options -> [String] -> HRule', 'Makes if/if_types.h, which numbers all interfaces.')],
  ['skateGenSchemas', call('Options -> String -> HRule', 'Makes the C headers of a Skate schema.', 'schema')],
  ['sockeye', call('String -> HRule', 'Makes the Prolog facts of a Sockeye file.', 'sockeye')],
  [
    'staticLibrary',
    call('Options -> String -> [String] -> [String] -> HRule', 'A library of objects that other rules have made.'),
  ],
  ['compileCFiles', call('Options -> [String] -> HRule', 'Objects of C sources.', 'source')],
  ['assembleSFiles', call('Options -> [String] -> HRule', 'Objects of assembly sources.', 'source')],
  ['testJob', call('String -> String -> [RuleToken] -> HRule', 'A test on a machine.')],
  // Rules by hand.
  ['Rule', value('[RuleToken] -> HRule', 'One rule of the Makefile, word by word.')],
  ['Rules', value('[HRule] -> HRule', 'Several rules as one.')],
  ['Phony', value('String -> Bool -> [RuleToken] -> HRule', 'A target that is no file.')],
  [
    'In',
    value('TreeRef -> String -> String -> RuleToken', 'A file that the rule reads: its tree, architecture and path.'),
  ],
  ['Out', value('String -> String -> RuleToken', 'A file that the rule makes: its architecture and path.')],
  [
    'Dep',
    value(
      'TreeRef -> String -> String -> RuleToken',
      'A file that has to be there first, and is not named in the command.',
    ),
  ],
  ['NoDep', value('TreeRef -> String -> String -> RuleToken', 'A path in the command that nothing depends on.')],
  ['PreDep', value('TreeRef -> String -> String -> RuleToken', 'A file that has to be there first, however old.')],
  ['Target', value('String -> String -> RuleToken', 'A name that the rule makes without being a file of the command.')],
  ['Str', value('String -> RuleToken', 'A word of the command.')],
  ['NStr', value('String -> RuleToken', 'A word of the command, joined to the one before it.')],
  ['NL', value('RuleToken', 'The end of a line of the command.')],
  ['SrcTree', value('TreeRef', 'The source tree.')],
  ['BuildTree', value('TreeRef', 'The build directory.')],
  ['InstallTree', value('TreeRef', 'Where everything is installed.')],
  ['allArchitectures', value('[String]', 'Every architecture that there is.')],
  ['allArchitectureFamilies', value('[String]', 'Every family of architectures.')],
  ['thcArchitectures', value('[String]', 'Architectures on which there are threads in C.')],
  ['Config', value('module', 'Settings of the build: hake/Config.hs.')],
  // Haskell.
  ...['let', 'in', 'if', 'then', 'else', 'case', 'of', 'where', 'otherwise'].map((each): [string, Word] => [
    each,
    word(''),
  ]),
]);

/** Directory and ending of what a name stands for; relative to the source tree. */
export const places: Readonly<Partial<Record<Role, readonly [directory: string, ending: string]>>> = {
  interface: ['if/', '.if'],
  device: ['devices/', '.dev'],
  schema: ['schemas/', '.sks'],
  sockeye: ['socs/', '.soc'],
};

export const architectures: readonly string[] = ['x86_64', 'armv7', 'armv8', 'k1om'];
export const backends: readonly string[] = [
  'lmp',
  'ump',
  'ump_ipi',
  'loopback',
  'rpcclient',
  'msgbuf',
  'multihop',
  'ahci',
  'local',
];
