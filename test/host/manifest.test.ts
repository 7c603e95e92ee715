import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { activeExtension, manifestOf } from './extension.ts';

/** All texts of a JSON value. */
function* texts(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) yield* texts(each);
}

async function read(file: string): Promise<unknown> {
  const { extensionPath } = await activeExtension();
  return JSON.parse(await readFile(path.join(extensionPath, file), 'utf8')) as unknown;
}

suite('manifest', () => {
  test('every %key% has a text, and every text is used', async () => {
    const keys = [...texts(await read('package.json'))].flatMap((text) => /^%(.+)%$/.exec(text)?.[1] ?? []);
    const known = Object.keys((await read('package.nls.json')) as object);
    assert.deepEqual([...new Set(keys)].sort(), known.sort());
  });

  test('every command has a title in words and the category', async () => {
    for (const { command, title, category } of manifestOf(await activeExtension()).contributes.commands) {
      assert.match(title, /^[A-Z][^%]+$/, command);
      assert.equal(category, 'Barrelfish', command);
    }
  });

  test('menus and the links of welcome views name commands that exist', async () => {
    const manifest = manifestOf(await activeExtension());
    const known = new Set(await vscode.commands.getCommands(true));
    const inMenus = Object.values(manifest.contributes.menus).flatMap((items) => items.map(({ command }) => command));
    const inLinks = [...texts(await read('package.nls.json'))].flatMap((text) =>
      [...text.matchAll(/\]\(command:([\w.]+)/g)].map(([, command = '']) => command),
    );
    assert.ok(inLinks.length > 0);
    assert.deepEqual(
      [...inMenus, ...inLinks].filter((command) => !known.has(command)),
      [],
    );
  });

  test('every setting is known to VS Code with its default', async () => {
    for (const { properties } of manifestOf(await activeExtension()).contributes.configuration) {
      for (const [name, { default: value }] of Object.entries(properties))
        assert.deepEqual(vscode.workspace.getConfiguration().inspect(name)?.defaultValue, value, name);
    }
  });
});
