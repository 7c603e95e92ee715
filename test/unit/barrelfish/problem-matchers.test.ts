import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

interface Pattern {
  regexp: string;
  kind?: 'file' | 'location';
  file?: number;
  line?: number;
  column?: number;
  severity?: number;
  message?: number;
}

interface Matcher {
  name: string;
  severity?: string;
  pattern: Pattern | Pattern[];
}

interface Problem {
  matcher: string;
  file?: string;
  line?: number;
  column?: number;
  severity?: string;
  message?: string;
}

const manifest = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../../package.json'), 'utf8')) as {
  contributes: { problemMatchers: Matcher[] };
};
const matchers = manifest.contributes.problemMatchers;

/** As VS Code applies them (common/problemMatcher.ts): the patterns of one matcher to as many lines that follow each other. */
function problems(text: string): Problem[] {
  const lines = text.split('\n');
  return lines.flatMap((_, index) =>
    matchers.flatMap(({ name, severity, pattern }) => {
      const patterns = [pattern].flat();
      const matches = patterns.map(({ regexp }, offset) => new RegExp(regexp).exec(lines[index + offset] ?? ''));
      if (matches.some((match) => !match)) return [];
      const fact = (key: keyof Omit<Pattern, 'regexp' | 'kind'>): string | undefined =>
        patterns
          .map((each, offset) => {
            const group = each[key];
            return group === undefined ? undefined : matches[offset]?.[group];
          })
          .find((value) => value !== undefined);
      const [file, line, column] = [fact('file'), fact('line'), fact('column')];
      const found: Problem = {
        matcher: name.replace('barrelfish-', ''),
        severity: fact('severity') ?? severity ?? '?',
      };
      if (file !== undefined) found.file = file;
      if (line !== undefined) found.line = Number(line);
      if (column !== undefined) found.column = Number(column);
      return [{ ...found, message: fact('message') ?? '' }];
    }),
  );
}

const cases: readonly [name: string, text: string, found: Problem[]][] = [
  [
    'a compiler error and a warning',
    "In file included from ../source/usr/x/x.c:3:\n/src/usr/x/x.c: In function 'main':\n/src/usr/x/x.c:12:5: error: 'y' undeclared\n/src/usr/x/x.c:9:1: warning: unused variable 'z' [-Wunused]\n/src/usr/x/x.c:12:5: note: each undeclared identifier",
    [
      { matcher: 'gcc', severity: 'error', file: '/src/usr/x/x.c', line: 12, column: 5, message: "'y' undeclared" },
      {
        matcher: 'gcc',
        severity: 'warning',
        file: '/src/usr/x/x.c',
        line: 9,
        column: 1,
        message: "unused variable 'z' [-Wunused]",
      },
    ],
  ],
  [
    'a header that is missing',
    'x.c:1:10: fatal error: nosuch.h: No such file or directory',
    [
      {
        matcher: 'gcc',
        severity: 'error',
        file: 'x.c',
        line: 1,
        column: 10,
        message: 'nosuch.h: No such file or directory',
      },
    ],
  ],
  [
    'the assembler, which knows no columns',
    '/src/start.S:7: Error: no such instruction',
    [{ matcher: 'gcc', severity: 'Error', file: '/src/start.S', line: 7, message: 'no such instruction' }],
  ],
  [
    'the linker',
    "/usr/bin/ld: a.o: in function `main':\n/usr/bin/ld: /src/x.c:4: undefined reference to `other'",
    [{ matcher: 'ld', severity: 'error', file: '/src/x.c', line: 4, message: "undefined reference to `other'" }],
  ],
  [
    'GHC over several lines',
    '../source/hake/Main.hs:12:5: error:\n    • Variable not in scope: foo :: Int\n    • In the expression: foo',
    [
      {
        matcher: 'ghc',
        severity: 'error',
        file: '../source/hake/Main.hs',
        line: 12,
        column: 5,
        message: 'Variable not in scope: foo :: Int',
      },
    ],
  ],
  [
    'GHC with a number of the message',
    'tools/x/Main.hs:3:1-9: warning: [GHC-66111] [-Wunused-imports]\n    The import of ‘X’ is redundant',
    [
      {
        matcher: 'ghc',
        severity: 'warning',
        file: 'tools/x/Main.hs',
        line: 3,
        column: 1,
        message: 'The import of ‘X’ is redundant',
      },
    ],
  ],
  [
    'GHC in one line',
    'Main.hs:3:1: error: parse error on input ‘where’',
    [
      {
        matcher: 'gcc',
        severity: 'error',
        file: 'Main.hs',
        line: 3,
        column: 1,
        message: 'parse error on input ‘where’',
      },
    ],
  ],
  [
    'a Hakefile that is no expression',
    '/src/usr/x/Hakefile:3.20 - Parse error: }',
    [
      {
        matcher: 'hake',
        severity: 'error',
        file: '/src/usr/x/Hakefile',
        line: 3,
        column: 20,
        message: 'Parse error: }',
      },
    ],
  ],
  [
    'a Hakefile with an unknown name',
    '/src/usr/x/Hakefile:\nVariable not in scope: nosuch :: String\n',
    [
      {
        matcher: 'hakefile',
        severity: 'error',
        file: '/src/usr/x/Hakefile',
        message: 'Variable not in scope: nosuch :: String',
      },
    ],
  ],
  [
    'Flounder',
    'Parse error at: "/src/if/x.if" (line 2, column 23):\nunexpected ";"\nexpecting letter or digit, "," or ")"',
    [{ matcher: 'parser', severity: 'error', file: '/src/if/x.if', line: 2, column: 23, message: 'unexpected ";"' }],
  ],
  [
    'Mackerel',
    'mackerel: user error (Parse error at: "/src/devices/x.dev" (line 3, column 9):\nunexpected "}"',
    [
      {
        matcher: 'parser',
        severity: 'error',
        file: '/src/devices/x.dev',
        line: 3,
        column: 9,
        message: 'unexpected "}"',
      },
    ],
  ],
  [
    'the checks of Mackerel',
    "/src/devices/x.dev:3:3: Field 'b' of register 'x' is of undefined type 'x.t'",
    [
      {
        matcher: 'check',
        severity: 'error',
        file: '/src/devices/x.dev',
        line: 3,
        column: 3,
        message: "Field 'b' of register 'x' is of undefined type 'x.t'",
      },
    ],
  ],
  [
    "an error of the guest's",
    'ERROR: e1000n.0 in probe() ../source/usr/x/x.c:213\nERROR: no interrupt\nFailure: (  ) text [LIB_ERR_X]',
    [{ matcher: 'error', severity: 'error', file: '../source/usr/x/x.c', line: 213, message: 'no interrupt' }],
  ],
  [
    "an assertion of the guest's",
    'Assertion failed on core 0 in e1000n: a != b, function probe, file ../source/usr/x.c, line 7.\r',
    [
      {
        matcher: 'assertion',
        severity: 'error',
        file: '../source/usr/x.c',
        line: 7,
        message: 'Assertion failed on core 0 in e1000n: a != b',
      },
    ],
  ],
  [
    "an assertion of a program's C library",
    'provoke.0.0: Assertion failed: (zero == 1), function main, file ../source/usr/x.c, line 43.\r',
    [
      {
        matcher: 'assertion',
        severity: 'error',
        file: '../source/usr/x.c',
        line: 43,
        message: 'Assertion failed: (zero == 1)',
      },
    ],
  ],
  [
    'an assertion of the kernel',
    'kernel 0 PANIC! kernel assertion "x > 0" failed at ../source/kernel/x.c:44',
    [
      {
        matcher: 'kernel',
        severity: 'error',
        file: '../source/kernel/x.c',
        line: 44,
        message: 'kernel assertion "x > 0" failed',
      },
    ],
  ],
  ['what is no problem', 'make: *** [Makefile:12: x86_64/sbin/x] Error 1\n12:30:05: error\nMKDIR x', []],
];

for (const [name, text, found] of cases) {
  test(name, () => {
    assert.deepEqual(
      problems(text).map((problem) => Object.fromEntries(Object.entries(problem).sort())),
      found.map((problem) => Object.fromEntries(Object.entries(problem).sort())),
    );
  });
}

test('a long line takes none of them long', () => {
  const text = ['"'.repeat(50_000), 'a:'.repeat(50_000), `${'x'.repeat(50_000)}: `, '('.repeat(50_000)].join('\n');
  assert.deepEqual(problems(text), []);
});
