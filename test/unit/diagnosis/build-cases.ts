import type { Diagnosis } from '../../../src/diagnosis/diagnosis.ts';
import type { Case } from './case.ts';

function cases(rows: readonly [name: string, text: string, means: Diagnosis][]): Case[] {
  return rows.map(([name, text, means]) => ({ name, source: 'build', text, means }));
}

/** What make, hake.sh, compilers and container programs print. */
export const buildCases: readonly Case[] = cases([
  [
    'hake that is not there',
    'make: hake/hake: No such file or directory',
    { code: 'build-tool-missing', tool: 'hake/hake' },
  ],
  [
    'a program that make starts',
    'make[1]: x86_64-linux-gnu-gcc: Not found',
    {
      code: 'build-tool-missing',
      tool: 'x86_64-linux-gnu-gcc',
    },
  ],
  ['dash', '/src/hake/hake.sh: 246: ghc: not found', { code: 'build-tool-missing', tool: 'ghc' }],
  ['bash', 'bash: line 1: cabal: command not found', { code: 'build-tool-missing', tool: 'cabal' }],
  ['the wrapper', 'sh: 1: exec: docker: not found', { code: 'build-tool-missing', tool: 'docker' }],
  [
    'the script',
    "env: '/source/hake/hake.sh': No such file or directory",
    {
      code: 'build-tool-missing',
      tool: '/source/hake/hake.sh',
    },
  ],
  [
    'a package of Haskell',
    '<command line>: cannot satisfy -package bytestring-trie',
    {
      code: 'haskell-package-missing',
      name: 'bytestring-trie',
    },
  ],
  [
    'a module of Haskell',
    '    Could not find module ‘Data.Trie’',
    { code: 'haskell-package-missing', name: 'Data.Trie' },
  ],
  [
    'a newer GHC',
    '    Module ‘GHC’ does not export ‘gopt_set’',
    {
      code: 'compiler-too-new',
      compiler: 'ghc',
      said: 'gopt_set',
    },
  ],
  [
    'a newer GCC',
    "../source/lib/x.c:9:3: error: 'strncpy' specified bound 4 equals destination size [-Werror=stringop-truncation]",
    { code: 'compiler-too-new', compiler: 'gcc', said: '-Werror=stringop-truncation' },
  ],
  [
    'common symbols',
    "/usr/bin/ld: b.o:(.bss+0x0): multiple definition of `counter'; a.o:(.bss+0x0): first defined here",
    { code: 'compiler-too-new', compiler: 'gcc', said: 'multiple definition' },
  ],
  [
    'a newer linker',
    '/usr/bin/ld: warning: x86_64/kernel/start.o: missing .note.GNU-stack section implies executable stack',
    { code: 'compiler-too-new', compiler: 'ld', said: 'executable stack or segment' },
  ],
  [
    'a daemon that sleeps',
    'docker: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?.',
    { code: 'container-engine', program: 'docker', problem: 'not-running' },
  ],
  [
    'a daemon that refuses',
    'docker: permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
    { code: 'container-engine', program: 'docker', problem: 'forbidden' },
  ],
  [
    'an image that is not there',
    'docker: Error response from daemon: pull access denied for barrelfish-tools, repository does not exist',
    { code: 'container-engine', program: 'docker', problem: 'no-image', image: 'barrelfish-tools' },
  ],
  [
    'the same from podman',
    'Error: short-name "barrelfish-tools" did not resolve to an alias and no registries are defined',
    { code: 'container-engine', program: 'podman', problem: 'no-image', image: 'barrelfish-tools' },
  ],
  [
    'a directory that the container does not know',
    'make: *** /home/me/build: No such file or directory.  Stop.',
    { code: 'build-place-unknown', directory: '/home/me/build' },
  ],
  [
    'the same for hake',
    "env: cannot change directory to '/home/me/build': No such file or directory",
    { code: 'build-place-unknown', directory: '/home/me/build' },
  ],
  [
    'a target without a rule',
    "make: *** No rule to make target 'x86_64/sbin/nosuch'.  Stop.",
    { code: 'no-rule', target: 'x86_64/sbin/nosuch' },
  ],
  [
    'a file that another needs',
    "make: *** No rule to make target '../source/lib/x.c', needed by 'x86_64/lib/.x.depend'.  Stop.",
    { code: 'no-rule', target: '../source/lib/x.c' },
  ],
]);
