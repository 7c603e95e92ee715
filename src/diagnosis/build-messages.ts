import type { Message } from './diagnosis.ts';

/** Warnings that GCC has learnt since the tree was last worked on (GCC's release notes, 8 to 13), which -Werror makes errors. */
const LATER_WARNINGS = [
  ...['address-of-packed-member', 'array-bounds', 'array-parameter', 'attribute-alias', 'builtin-declaration-mismatch'],
  ...['cast-function-type', 'dangling-pointer', 'enum-conversion', 'format-overflow', 'format-truncation'],
  ...['infinite-recursion', 'maybe-uninitialized', 'misleading-indentation', 'missing-attributes'],
  ...['multistatement-macros', 'restrict', 'stringop-overflow', 'stringop-overread', 'stringop-truncation'],
  ...['use-after-free', 'zero-length-bounds'],
].join('|');

/** What make, hake.sh, the compilers and container programs print. The more specific first. */
export const buildMessages: readonly Message[] = [
  {
    pattern: /Cannot connect to (?:the )?(Docker daemon|Podman)/,
    meaning: (_, who) => ({ code: 'container-engine', program: programOf(who), problem: 'not-running' }),
  },
  {
    pattern: /permission denied while trying to connect to the Docker daemon|(?:docker\.sock).{0,80}permission denied/i,
    meaning: () => ({ code: 'container-engine', program: 'docker', problem: 'forbidden' }),
  },
  {
    // docker: Error response from daemon: pull access denied for NAME, repository does not exist …
    pattern:
      /pull access denied for ([^\s,]{1,128})|No such image: (\S{1,128})|short-name "([^"\s]{1,128})" did not resolve/,
    meaning: (_, docker, missing, podman) => ({
      code: 'container-engine',
      program: podman ? 'podman' : 'docker',
      problem: 'no-image',
      image: docker || missing || podman,
    }),
  },
  {
    // make -C, and env -C
    pattern:
      /^(?:make(?:\[\d{1,4}\])?: \*\*\*|env: cannot change directory to) .{0,2}?(\/[^\s'":’]{1,256}).{0,2}: No such file or directory/,
    meaning: (_, directory) => ({ code: 'build-place-unknown', directory }),
  },
  {
    // execvp() of make, env, and of shells; Debian's make says nothing but the program
    pattern:
      /^(?:make(?:\[\d{1,4}\])?|env|exec|nice|time): ['‘`]?([\w.+/-]{1,128})['’]?: (?:No such file or directory|Command not found|not found)$/i,
    meaning: (_, tool) => ({ code: 'build-tool-missing', tool }),
  },
  {
    pattern: /(?:^|: )([\w.+/-]{1,128}): (?:command not found|not found)$/,
    meaning: (_, tool) => ({ code: 'build-tool-missing', tool }),
  },
  {
    // GHC: "cannot satisfy -package NAME", "Could not find module ‘Data.Trie’"
    pattern: /cannot satisfy -package ([\w.-]{1,64})|Could not find module .{0,2}?([A-Z][\w.]{1,64})/,
    meaning: (_, name, module) => ({ code: 'haskell-package-missing', name: name || module }),
  },
  {
    // GHC's own modules were renamed in GHC 9; hake uses them
    pattern: /Module .{0,2}?GHC[\w.]{0,32}.{0,2} does not export .{0,2}?([\w.]{1,64})/,
    meaning: (_, name) => ({ code: 'compiler-too-new', compiler: 'ghc', said: name }),
  },
  {
    pattern: new RegExp(`\\[-Werror=((?:${LATER_WARNINGS})=?\\d?)\\]`),
    meaning: (_, warning) => ({ code: 'compiler-too-new', compiler: 'gcc', said: `-Werror=${warning}` }),
  },
  {
    // Warnings of GNU ld from 2.39 on, which the tree's --fatal-warnings makes errors
    pattern: /missing \.note\.GNU-stack section implies executable stack|has a LOAD segment with RWX permissions/,
    meaning: () => ({ code: 'compiler-too-new', compiler: 'ld', said: 'executable stack or segment' }),
  },
  {
    // -fno-common is the default from GCC 10 on
    pattern: /multiple definition of .{0,2}?(\w{1,128})/,
    meaning: () => ({ code: 'compiler-too-new', compiler: 'gcc', said: 'multiple definition' }),
  },
  {
    pattern: /^make(?:\[\d{1,4}\])?: \*\*\* No rule to make target ['‘`]?([\w.+/@~-]{1,255})['’]?[.,]/,
    meaning: (_, target) => ({ code: 'no-rule', target }),
  },
];

function programOf(who: string): string {
  return who === 'Podman' ? 'podman' : 'docker';
}
