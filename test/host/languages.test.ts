import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { suite, suiteSetup, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import { activeExtension } from './extension.ts';

const DEVICE = `device timer msbfirst (addr base) "Sample timer" {
    register ctrl rw addr(base, 0x0) "Control" {
        _ 31 mbz;
        run 1 "Runs";
    };
};
`;
const SOURCE = '#include <dev/timer_dev.h>\nvoid f(timer_t *t) { timer_ctrl_rd(t); }\n';
const PATIENCE_MS = 20_000;

/** Servers that this extension host has started. */
function servers(): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const isServer = readFileSync(`/proc/${name}/cmdline`, 'latin1').includes('dist/language-server.cjs');
      const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'latin1'))?.[1];
      return isServer && Number(parent) === process.pid ? [Number(name)] : [];
    } catch {
      return []; // it has just ended
    }
  });
}

async function until<T>(what: string, look: () => PromiseLike<T | undefined> | T | undefined): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`${what} did not happen`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

suite('languages', () => {
  let root = '';

  const open = async (name: string): Promise<vscode.TextDocument> =>
    vscode.workspace.openTextDocument(path.join(root, name));
  const codesOf = (document: vscode.TextDocument): unknown[] =>
    vscode.languages.getDiagnostics(document.uri).map(({ code }) => code);

  suiteSetup(async () => {
    await activeExtension();
    root = mkdtempSync(path.join(tmpdir(), 'barrelfish-languages-'));
    const files = {
      'hake/hake.sh': '',
      'hake/menu.lst.sample': 'kernel /x86_64/sbin/elver\nmodul /x\n',
      'devices/timer.dev': DEVICE,
      'usr/timer/main.c': SOURCE,
    };
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      writeFileSync(path.join(root, file), text);
    }
  });

  suiteTeardown(() => {
    rmSync(root, { recursive: true });
  });

  test('files have their languages by their names', async () => {
    const names = {
      'a.dev': 'mackerel',
      'a.if': 'flounder',
      'menu.lst': 'menu-list',
      'menu.lst.armv8_sample': 'menu-list',
      Hakefile: 'hakefile',
      'a.soc': 'sockeye',
      'a.sks': 'skate',
      'a.fugu': 'fugu',
      'a.hl': 'hamlet',
      'a.pleco': 'pleco',
      'device_db.pl': 'device-db',
      'device_db_more.pl': 'device-db',
    };
    mkdirSync(path.join(root, 'names'));
    for (const [name, language] of Object.entries(names)) {
      writeFileSync(path.join(root, 'names', name), '');
      assert.equal((await open(`names/${name}`)).languageId, `barrelfish-${language}`, name);
    }
    writeFileSync(path.join(root, 'names', 'other.pl'), '');
    assert.ok(!(await open('names/other.pl')).languageId.startsWith('barrelfish'));
  });

  test('a document is diagnosed as it is typed', async () => {
    const document = await open('hake/menu.lst.sample');
    await until('the finding', () => codesOf(document).includes('unknown-keyword') || undefined);
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, new vscode.Range(1, 0, 1, 5), 'module');
    await vscode.workspace.applyEdit(edit);
    await until('the end of the finding', () => !codesOf(document).includes('unknown-keyword') || undefined);
    assert.ok(codesOf(document).includes('missing-module'));
  });

  test('completion, hover, symbols and folding come from the server', async () => {
    const { uri } = await open('hake/menu.lst.sample');
    const at = new vscode.Position(0, 2);
    const list = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      uri,
      at,
    );
    assert.ok(list.items.some(({ label }) => label === 'modulenounzip'));
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', uri, at);
    assert.equal(hovers.length, 1);
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
      'vscode.executeDocumentSymbolProvider',
      uri,
    );
    assert.deepEqual(
      symbols.map(({ name }) => name),
      ['elver', 'x'],
    );
  });

  test('in C sources of the tree, and in no others, generated names lead to their registers', async () => {
    await open('devices/timer.dev');
    const { uri } = await open('usr/timer/main.c');
    const ask = async (target: vscode.Uri): Promise<vscode.Location | undefined> => {
      const at = new vscode.Position(1, 25);
      const found = await vscode.commands.executeCommand<vscode.Location[]>(
        'vscode.executeDefinitionProvider',
        target,
        at,
      );
      return found[0];
    };
    const place = await until('the definition', () => ask(uri));
    assert.equal(place.uri.fsPath, path.join(root, 'devices/timer.dev'));
    const elsewhere = path.join(mkdtempSync(path.join(tmpdir(), 'barrelfish-no-tree-')), 'main.c');
    writeFileSync(elsewhere, SOURCE);
    const other = await vscode.workspace.openTextDocument(elsewhere);
    assert.equal(await ask(other.uri), undefined);
    rmSync(path.dirname(elsewhere), { recursive: true });
  });

  test('a server that ends is started again', async () => {
    const [first] = servers();
    assert.ok(first);
    process.kill(first, 'SIGKILL');
    const second = await until('another server', () => servers().find((pid) => pid !== first));
    const document = await open('hake/menu.lst.sample');
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), 'again\n');
    await vscode.workspace.applyEdit(edit);
    await until('its finding', () => codesOf(document).includes('unknown-keyword') || undefined);
    await vscode.commands.executeCommand('barrelfish.restartLanguageServer');
    await until('a third', () => servers().find((pid) => pid !== second));
    await until('the end of the second', () => !servers().includes(second) || undefined);
    await until('its findings', () => codesOf(document).includes('unknown-keyword') || undefined);
  });
});
