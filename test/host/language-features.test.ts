// Every feature of the languages as VS Code asks for it, on realistic samples.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, suiteSetup, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import { activeExtension } from './extension.ts';

const SAMPLES = path.resolve(__dirname, '../../../test/fixtures/languages');
const PATIENCE_MS = 20_000;
const C = `#include <dev/uart16550_dev.h>
#include <if/disk_queue_defs.h>

int main(void)
{
    struct uart16550_t *uart = 0;
    uart16550_ier_wr(uart, uart16550_ier_rd(uart));
    struct disk_queue_binding *binding = 0;
    disk_queue_submit__tx(binding, 0, request, 1);
    return LIB_ERR_SAMPLE_LOST;
}
`;

async function until<T>(what: string, look: () => PromiseLike<T | undefined>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`${what} did not happen`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

suite('language features', () => {
  let root = '';
  const inTree = (name: string): string => path.join(root, name);
  const open = (name: string): Thenable<vscode.TextDocument> => vscode.workspace.openTextDocument(inTree(name));

  /** Where the n-th of a text begins, and so many characters behind. */
  async function at(name: string, text: string, behind = 0, nth = 1): Promise<[vscode.Uri, vscode.Position]> {
    const document = await open(name);
    let index = -1;
    for (let count = 0; count < nth; count++) index = document.getText().indexOf(text, index + 1);
    assert.notEqual(index, -1, text);
    return [document.uri, document.positionAt(index + behind)];
  }

  async function ask<T>(command: string, ...what: unknown[]): Promise<T> {
    return vscode.commands.executeCommand<T>(`vscode.${command}`, ...what);
  }

  async function hover(uri: vscode.Uri, position: vscode.Position): Promise<string> {
    const hovers = await ask<vscode.Hover[]>('executeHoverProvider', uri, position);
    return hovers.flatMap(({ contents }) => contents.map((each) => (each as vscode.MarkdownString).value)).join('\n');
  }

  async function places(command: string, uri: vscode.Uri, position: vscode.Position): Promise<string[]> {
    const found = await ask<(vscode.Location | vscode.LocationLink)[]>(command, uri, position);
    return found.map((each) => {
      const [target, range] = 'uri' in each ? [each.uri, each.range] : [each.targetUri, each.targetRange];
      return `${path.relative(root, target.fsPath)}:${String(range.start.line + 1)}`;
    });
  }

  async function labels(uri: vscode.Uri, position: vscode.Position): Promise<string[]> {
    const { items } = await ask<vscode.CompletionList>('executeCompletionItemProvider', uri, position);
    return items.map(({ label }) => (typeof label === 'string' ? label : label.label));
  }

  async function formatted(name: string): Promise<string> {
    const document = await open(name);
    const options = { tabSize: 2, insertSpaces: true };
    const edits = await ask<vscode.TextEdit[] | undefined>('executeFormatDocumentProvider', document.uri, options);
    const edit = new vscode.WorkspaceEdit();
    edit.set(document.uri, edits ?? []);
    await vscode.workspace.applyEdit(edit);
    return document.getText();
  }

  suiteSetup(async () => {
    await activeExtension();
    root = mkdtempSync(path.join(tmpdir(), 'barrelfish-features-'));
    const put = (name: string, text: string): void => {
      mkdirSync(path.dirname(inTree(name)), { recursive: true });
      writeFileSync(inTree(name), text);
    };
    put('hake/hake.sh', '');
    put('usr/sample/main.c', C);
    put('errors/errno.fugu', 'errors libbarrelfish LIB_ERR_ {\n    failure SAMPLE_LOST "A sample was lost",\n};\n');
    for (const device of ['uart16550', 'nvme', 'pcicap'])
      cpSync(path.join(SAMPLES, `mackerel/${device}.dev`), inTree(`devices/${device}.dev`));
    cpSync(path.join(SAMPLES, 'flounder/if'), inTree('if'), { recursive: true });
    cpSync(path.join(SAMPLES, 'hakefile/usr'), inTree('usr'), { recursive: true });
    await open('devices/uart16550.dev');
    const [uri, position] = await at('devices/uart16550.dev', 'register ier', 10);
    await until('the first answer', async () => ((await hover(uri, position)) === '' ? undefined : true));
  });
  suiteTeardown(() => {
    rmSync(root, { recursive: true });
  });

  test('the samples are sound', async () => {
    for (const name of ['devices/uart16550.dev', 'devices/nvme.dev', 'if/disk_queue.if', 'if/sensor.if']) {
      const { uri } = await open(name);
      const wrong = vscode.languages
        .getDiagnostics(uri)
        .filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error);
      assert.deepEqual(
        wrong.map(({ message }) => message),
        [],
        name,
      );
    }
  });

  test('hovers draw registers, and say what messages are in C', async () => {
    const register = await hover(...(await at('devices/uart16550.dev', 'register ier', 10)));
    assert.match(register.replaceAll('&nbsp;', ''), /\| 3 \| \*\*modem\*\* \| rw \| Modem status/);
    assert.match(register, /uart16550_ier_rd/);
    const message = await hover(...(await at('if/disk_queue.if', 'message submit', 9)));
    assert.match(message, /disk_queue_submit__tx/);
  });

  test('definitions, references and a rename go over files', async () => {
    const file = 'devices/uart16550.dev';
    const [uri, use] = await at(file, 'type(trigger)', 6);
    assert.deepEqual(await places('executeDefinitionProvider', uri, use), [`${file}:7`]);
    const references = await places('executeReferenceProvider', uri, use);
    assert.deepEqual([...new Set(references)].sort(), [`${file}:56`, `${file}:7`]);
    const lit = await ask<vscode.DocumentHighlight[]>('executeDocumentHighlights', uri, use);
    assert.deepEqual(
      lit.map(({ range }) => range.start.line + 1).sort((a, b) => a - b),
      [7, 56],
    );
    const edit = await ask<vscode.WorkspaceEdit>('executeDocumentRenameProvider', uri, use, 'threshold');
    assert.equal(edit.entries().flatMap(([, edits]) => edits).length, 2);
    const [flounder, type] = await at('if/disk_queue.if', 'submit(request', 7);
    assert.match((await places('executeDefinitionProvider', flounder, type)).join(), /^if\/disk_queue\.if:21$/);
    const [hake, name] = await at('usr/drivers/disk/Hakefile', 'flounderDefs = [ "disk_queue"', 19);
    assert.match((await places('executeDefinitionProvider', hake, name)).join(), /^if\/disk_queue\.if:/);
  });

  test('completion offers what may stand there', async () => {
    const types = await labels(...(await at('devices/uart16550.dev', 'type(trigger)', 5)));
    assert.ok(types.includes('trigger') && types.includes('cause') && !types.includes('register'), types.join());
    const attributes = await labels(...(await at('devices/uart16550.dev', 'ier rw', 4)));
    assert.ok(attributes.includes('ro') && attributes.includes('rwc'), attributes.join());
    const argument = await labels(...(await at('if/disk_queue.if', 'submit(request', 7)));
    assert.ok(argument.includes('request') && argument.includes('uint64'), argument.join());
    const words = await labels(...(await at('usr/drivers/disk/Hakefile', 'assemblyFiles', 4)));
    assert.ok(words.includes('assemblyFiles'), words.join());
  });

  test('arguments have a signature, files an outline, folds, colours and hints', async () => {
    const [uri, inside] = await at('devices/uart16550.dev', 'io(base, 0x1)', 9);
    const help = await ask<vscode.SignatureHelp>('executeSignatureHelpProvider', uri, inside);
    assert.equal(help.activeParameter, 1);
    const symbols = await ask<vscode.DocumentSymbol[]>('executeDocumentSymbolProvider', uri);
    assert.deepEqual(
      symbols.map(({ name }) => name),
      ['uart16550'],
    );
    assert.ok(symbols[0]?.children.some(({ name, children }) => name === 'ier' && children.length >= 4));
    assert.ok((await ask<vscode.FoldingRange[]>('executeFoldingRangeProvider', uri)).length >= 7);
    const tokens = await ask<vscode.SemanticTokens>('provideDocumentSemanticTokens', uri);
    assert.ok(tokens.data.length > 100);
    const all = new vscode.Range(0, 0, 200, 0);
    const hints = await ask<vscode.InlayHint[]>('executeInlayHintProvider', uri, all);
    assert.ok(hints.some(({ label }) => (typeof label === 'string' ? label : label[0]?.value)?.includes('3')));
    const [selections] = await ask<vscode.SelectionRange[]>('executeSelectionRangeProvider', uri, [inside]);
    assert.ok(selections?.parent?.parent);
    const workspace = await ask<vscode.SymbolInformation[]>('executeWorkspaceSymbolProvider', 'ier');
    assert.ok(workspace.some(({ name }) => name === 'ier'));
  });

  test('lenses count the uses of a register in C', async () => {
    const { uri } = await open('devices/uart16550.dev');
    const titles = await until('the lenses', async () => {
      const lenses = await ask<vscode.CodeLens[]>('executeCodeLensProvider', uri, 200);
      const found = lenses.map(({ command }) => command?.title ?? '');
      return found.some((title) => /2 .*in C/.test(title)) ? found : undefined;
    });
    assert.ok(titles.length > 3);
  });

  test('formatting twice is formatting once, and changes no word', async () => {
    for (const name of ['devices/nvme.dev', 'if/sensor.if']) {
      const words = (text: string): string => text.replaceAll(/\s+/g, '');
      const before = (await open(name)).getText();
      const once = await formatted(name);
      assert.equal(words(once), words(before), name);
      assert.equal(await formatted(name), once, name);
    }
  });

  test('from C, generated names lead to where they come from', async () => {
    const from = async (text: string, behind: number): Promise<string> => {
      const [uri, position] = await at('usr/sample/main.c', text, behind);
      return until(text, async () => (await places('executeDefinitionProvider', uri, position))[0]);
    };
    assert.equal(await from('uart16550_ier_rd', 4), 'devices/uart16550.dev:36');
    assert.match(await from('disk_queue_submit__tx', 4), /^if\/disk_queue\.if:/);
    assert.equal(await from('LIB_ERR_SAMPLE_LOST', 4), 'errors/errno.fugu:2');
    const [uri, position] = await at('usr/sample/main.c', 'uart16550_ier_wr', 14);
    const offered = await labels(uri, position);
    assert.ok(offered.includes('uart16550_ier_rd') && !offered.includes('uart16550_rbr_wr'), offered.join());
  });
});
