// Bundles what ships into dist/, and the in-host suite into dist/test/host.
//   node esbuild.mjs                 development build: source maps, with the suite
//   node esbuild.mjs --watch         the same, kept up to date
//   node esbuild.mjs --production    what the package holds: minified, no source maps, no suite
import { cpSync, globSync, mkdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { build, context } from 'esbuild';

const root = import.meta.dirname;
const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

/**
 * Files that are read at run time and so are copied as they are, relative to the project's root.
 * @type {readonly { from: string, to: string }[]}
 */
const dataFiles = globSync('src/**/*.{sh,py}', { cwd: root }).map((from) => ({
  from, // beside the bundle, as they are beside the module that reads them
  to: path.join('dist', path.basename(from)),
}));

/** @type {import('esbuild').BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  minify: production,
  sourcemap: !production,
  legalComments: 'none',
  // CommonJS has no import.meta.
  banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
  define: { 'import.meta.url': 'moduleUrl' },
  logLevel: 'warning',
};

/**
 * The adapter library can talk to a microcontroller over a serial line, which needs a native module and has no use here.
 * @type {import('esbuild').Plugin}
 */
const withoutSerialPort = {
  name: 'without-serial-port',
  setup(builder) {
    builder.onResolve({ filter: /^serialport$/ }, () => ({ path: 'serialport', namespace: 'stub' }));
    builder.onLoad({ filter: /.*/, namespace: 'stub' }, () => ({
      contents: `exports.SerialPort = class { constructor() { throw new Error('Serial lines are not supported.'); } };`,
    }));
  },
};

/**
 * More than half of all code, and not needed before the first program is started: it is compiled then, not when the
 * extension is activated.
 * @type {import('esbuild').BuildOptions}
 */
const execa = {
  ...common,
  entryPoints: ['execa'],
  outfile: 'dist/execa.cjs',
  sourcemap: false,
};

/**
 * The client side of the language server: loaded with the first document that has something of it.
 * @type {import('esbuild').BuildOptions}
 */
const languageClient = {
  ...common,
  entryPoints: { 'language-client': 'src/ui/language-library.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  external: ['vscode'],
  sourcemap: false,
};

/** @type {import('esbuild').Plugin} */
const loadedLater = {
  name: 'loaded-later',
  setup(builder) {
    builder.onResolve({ filter: /^execa$/ }, () => ({ path: './execa.cjs', external: true }));
    builder.onResolve({ filter: /\/language-library\.ts$/ }, () => ({
      path: './language-client.cjs',
      external: true,
    }));
  },
};

/** @type {import('esbuild').BuildOptions} */
const extension = {
  ...common,
  entryPoints: ['src/extension.ts'],
  outfile: 'dist/extension.cjs',
  external: ['vscode'],
  plugins: [loadedLater],
};

/**
 * A program of its own: `vscode` is not external here, so that importing it by mistake breaks the build.
 * @type {import('esbuild').BuildOptions}
 */
const debugAdapter = {
  ...common,
  entryPoints: ['src/debug/adapter.ts'],
  outfile: 'dist/debug-adapter.cjs',
  external: ['*.node'],
  plugins: [withoutSerialPort],
};

/** @type {import('esbuild').Plugin} */
const withoutPrograms = {
  name: 'without-programs',
  setup(builder) {
    builder.onResolve({ filter: /^(?:execa|(?:node:)?child_process)$/ }, ({ path: name, importer }) =>
      importer.includes('node_modules')
        ? undefined
        : { errors: [{ text: `${name}: the language server runs no programs.` }] },
    );
  },
};

/**
 * Of the protocol's types only a few tables of numbers are used. They are written so that no bundler can leave out the
 * others: `export var A; (function (A) { … })(A || (A = {}))`.
 * @type {import('esbuild').Plugin}
 */
const prunedTypes = {
  name: 'pruned-types',
  setup(builder) {
    builder.onLoad({ filter: /vscode-languageserver-types[/]lib[/]esm[/]main[.]js$/ }, async ({ path: file }) => ({
      contents: (await readFile(file, 'utf8'))
        .replaceAll(/^(export )?var (\w+);\n\(function \(\2\) \{/gm, '$1var $2 = /* @__PURE__ */ (function ($2) {')
        .replaceAll(/^\}\)\((\w+) \|\| \(\1 = \{\}\)\);/gm, 'return $1;\n})({});'),
    }));
  },
};

/**
 * A program of its own, without `vscode` and without execa: it runs no programs.
 * @type {import('esbuild').BuildOptions}
 */
const languageServer = {
  ...common,
  entryPoints: { 'language-server': 'src/server/main.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  plugins: [withoutPrograms, prunedTypes],
};

/** @type {import('esbuild').BuildOptions} */
const hostSuite = {
  ...common,
  entryPoints: ['test/host/index.ts', ...globSync('test/host/*.test.ts', { cwd: root })],
  outdir: 'dist/test/host',
  outExtension: { '.js': '.cjs' },
  external: ['vscode', 'mocha'],
};

const bundles = [extension, execa, languageClient, debugAdapter, languageServer, ...(production ? [] : [hostSuite])];

rmSync(path.join(root, 'dist'), { recursive: true, force: true });
for (const { from, to } of dataFiles) {
  mkdirSync(path.dirname(path.join(root, to)), { recursive: true });
  cpSync(path.join(root, from), path.join(root, to), { recursive: true });
}
if (watch) {
  const contexts = await Promise.all(bundles.map((options) => context({ ...options, logLevel: 'info' })));
  await Promise.all(contexts.map((each) => each.watch()));
} else {
  const built = await Promise.allSettled(bundles.map((options) => build(options)));
  // esbuild has printed what is wrong already.
  if (built.some((each) => each.status === 'rejected')) process.exitCode = 1;
}
