import prettier from 'eslint-config-prettier';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** The rooms of src/, and which others each may import from. */
const rooms = {
  diagnosis: [],
  host: ['diagnosis'],
  barrelfish: ['host'],
  guest: ['host', 'barrelfish', 'diagnosis'],
  debug: ['host', 'barrelfish', 'diagnosis', 'guest'],
  language: ['barrelfish'],
  server: ['language', 'barrelfish', 'host'],
};

const allRooms = [...Object.keys(rooms), 'ui'];

/** @type {(room: string, allowed: readonly string[]) => import('eslint').Linter.Config} */
function wall(room, allowed) {
  const forbidden = allRooms.filter((other) => other !== room && !allowed.includes(other));
  return {
    files: [`src/${room}/**`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [{ name: 'vscode', message: `src/${room} is plain Node: only src/ui knows the editor.` }],
          patterns: [
            {
              regex: `^(?:\\.\\./)+(?:src/)?(?:${forbidden.join('|')})/`,
              message: `src/${room} may import only from: ${allowed.join(', ') || 'no other room'}.`,
            },
            { regex: '^(?:\\.\\./)+(?:src/)?extension(?:\\.ts)?$', message: 'Nothing imports the entry point.' },
            { regex: '^(?:\\.\\./)+test/', message: 'What ships does not import from the tests.' },
          ],
        },
      ],
    },
  };
}

export default defineConfig(
  globalIgnores(['dist/', 'out/', '.cache/', 'node_modules/', '**/*.d.ts']),
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            {
              from: 'package',
              name: ['test', 'describe', 'suite', 'it', 'before', 'after', 'beforeEach', 'afterEach'],
              package: 'node:test',
            },
          ],
        },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // `using` holds a thing until the end of its block; taking a property away names it.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreUsingDeclarations: true, ignoreRestSiblings: true },
      ],
      eqeqeq: 'error',
      'max-lines': ['error', { max: 300 }],
    },
  },
  {
    files: ['src/**'],
    rules: { 'no-console': 'error' },
  },
  ...Object.entries(rooms).map(([room, allowed]) => wall(room, allowed)),
  {
    files: ['src/ui/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^(?:\\.\\./)+test/', message: 'What ships does not import from the tests.' },
            { regex: '^(?:\\.\\./)+(?:language|server)/', message: 'The editor talks to the languages over LSP only.' },
          ],
        },
      ],
    },
  },
  {
    // CommonJS, because what they stand in for is.
    files: ['**/*.cjs'],
    rules: { '@typescript-eslint/no-require-imports': 'off', '@typescript-eslint/no-empty-function': 'off' },
  },
  prettier,
);
