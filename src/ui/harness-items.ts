import path from 'node:path';
import { Range, Uri, type TestController, type TestItem } from 'vscode';
import type { MadeTest } from '../barrelfish/harness-driver.ts';
import { TESTS_DIRECTORY, type HarnessFile } from '../barrelfish/harness-tests.ts';
import type { TestPlace } from './harness-runs.ts';
import { sourceProblem } from './harness-words.ts';

/** What an item of the Testing view stands for. */
export type HarnessNode =
  { kind: 'tree'; tree: string } | { kind: 'file'; tree: string; file: string } | ({ kind: 'test' } & TestPlace);

/** Items of the Testing view, and what each stands for. */
export class HarnessItems {
  readonly #controller: TestController;
  readonly #nodes = new WeakMap<TestItem, HarnessNode>();

  constructor(controller: TestController) {
    this.#controller = controller;
  }

  nodeOf(item: TestItem): HarnessNode | undefined {
    return this.#nodes.get(item);
  }

  tree(tree: string): TestItem {
    const item = this.#controller.createTestItem(tree, path.basename(tree), Uri.file(path.join(tree, TESTS_DIRECTORY)));
    item.description = tree;
    this.#nodes.set(item, { kind: 'tree', tree });
    return item;
  }

  file(tree: string, file: string): TestItem {
    const whole = path.join(tree, TESTS_DIRECTORY, file);
    const item = this.#controller.createTestItem(whole, file, Uri.file(whole));
    this.#nodes.set(item, { kind: 'file', tree, file });
    return item;
  }

  /** The tests of a file; `made` are those that were found by running it, undefined while that isn't known. */
  showFile(item: TestItem, { tests, made: lines, problems }: HarnessFile, made?: readonly MadeTest[]): void {
    const read = tests.map((each) => this.#test(item, each));
    const run = (made ?? []).map(({ name, doc, line }) =>
      this.#test(item, { name, summary: doc.split('\n', 1)[0] ?? '', line, lastLine: line }),
    );
    const before: TestItem[] = [];
    if (lines.length > 0 && !made) item.children.forEach((each) => before.push(each));
    const all = [...before, ...run, ...read].flatMap((each) => (each ? [[each.id, each] as const] : []));
    item.children.replace([...new Map(all).values()]);
    setError(item, problems.map(sourceProblem).join('\n'));
  }

  #test(
    item: TestItem,
    { name, summary, line, lastLine }: { name: string; summary: string; line: number; lastLine: number },
  ): TestItem | undefined {
    const node = this.#nodes.get(item);
    if (node?.kind !== 'file') return undefined;
    const id = testId(item, name);
    // The item that is there keeps its last result.
    const test = item.children.get(id) ?? this.#controller.createTestItem(id, name, item.uri);
    // No description: VS Code has it read out in place of the label.
    test.label = summary === '' ? name : `${name}: ${summary}`;
    test.range = new Range(line - 1, 0, lastLine - 1, 0);
    this.#nodes.set(test, { ...node, kind: 'test', name });
    return test;
  }
}

function testId(item: TestItem, name: string): string {
  return `${item.id}/${name}`;
}

/** Shown at the item; none when empty. */
export function setError(item: TestItem, text: string): void {
  item.error = text === '' ? undefined : text;
}
