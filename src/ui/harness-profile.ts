import {
  l10n,
  Location,
  MarkdownString,
  Position,
  TestMessage,
  Uri,
  type CancellationToken,
  type TestController,
  type TestItem,
  type TestRun,
  type TestRunRequest,
} from 'vscode';
import type { TestVerdict } from '../barrelfish/harness-driver.ts';
import { Failure } from '../host/failure.ts';
import type { HarnessItems } from './harness-items.ts';
import type { HarnessRuns } from './harness-runs.ts';
import { wordingOf } from './wording.ts';

/** Runs what is chosen in the Testing view, one after the other, and tells it what came of each. */
export class HarnessProfile {
  readonly #controller: TestController;
  readonly #items: HarnessItems;
  readonly #runs: HarnessRuns;

  constructor(controller: TestController, items: HarnessItems, runs: HarnessRuns) {
    this.#controller = controller;
    this.#items = items;
    this.#runs = runs;
  }

  async run(request: TestRunRequest, token: CancellationToken): Promise<void> {
    const run = this.#controller.createTestRun(request);
    const stop = new AbortController();
    const cancelled = token.onCancellationRequested(() => {
      stop.abort();
    });
    try {
      const chosen = this.#chosen(request);
      for (const item of chosen) run.enqueued(item);
      for (const item of chosen) {
        if (stop.signal.aborted) run.skipped(item);
        else await this.#runOne(run, item, stop.signal);
      }
    } finally {
      cancelled.dispose();
      run.end();
    }
  }

  /** The tests of a request, each once, in the order in which they are shown. */
  #chosen({ include, exclude }: TestRunRequest): TestItem[] {
    const without = new Set(exclude);
    const chosen = new Set<TestItem>();
    const add = (item: TestItem): void => {
      if (without.has(item)) return;
      if (this.#items.nodeOf(item)?.kind === 'test') chosen.add(item);
      item.children.forEach(add);
    };
    if (include) include.forEach(add);
    else this.#controller.items.forEach(add);
    return [...chosen];
  }

  async #runOne(run: TestRun, item: TestItem, signal: AbortSignal): Promise<void> {
    const node = this.#items.nodeOf(item);
    if (node?.kind !== 'test') return;
    run.started(item);
    const began = performance.now();
    let log: string | undefined;
    try {
      const verdict = await this.#runs.run(node, {
        signal,
        onOutput: (text) => {
          run.appendOutput(text, undefined, item);
        },
        onBooted: (file) => {
          log = file;
          run.appendOutput(`${l10n.t('{0}: serial log in {1}', node.name, file)}\r\n`, locationOf(item), item);
        },
      });
      for (const { name, text } of verdict.data)
        run.appendOutput(`${name}:\r\n${text.replaceAll(/\r*\n/g, '\r\n')}\r\n`, undefined, item);
      if (verdict.passed) run.passed(item, verdict.milliseconds);
      else run.failed(item, messageFor(item, verdictText(verdict), log), verdict.milliseconds);
    } catch (error) {
      if (Failure.is(error, 'cancelled')) {
        run.skipped(item);
        return;
      }
      const { message, detail } = wordingOf(error);
      const text = [message, detail].filter((each) => each !== undefined && each !== '').join('\n\n');
      run.errored(item, messageFor(item, text, log, placeOf(error, node.tree)), performance.now() - began);
    }
  }
}

function locationOf(item: TestItem): Location | undefined {
  return item.uri && item.range ? new Location(item.uri, item.range.start) : undefined;
}

/** Where in the tree an exception was raised. */
function placeOf(error: unknown, tree: string): Location | undefined {
  if (!Failure.is(error, 'harness-failed')) return undefined;
  const { file, line = 1 } = error.facts;
  if (file?.startsWith(`${tree}/`) !== true) return undefined;
  return new Location(Uri.file(file), new Position(Math.max(0, line - 1), 0));
}

function verdictText({ timedOut, reason }: TestVerdict): string {
  if (timedOut) return l10n.t('The test took too long: {0}', reason);
  return reason === '' ? l10n.t('The test says that it has failed, and not why.') : reason;
}

/** What the harness says is text of the guest too, so that nothing of it may be taken for Markdown. */
function messageFor(item: TestItem, text: string, log: string | undefined, at = locationOf(item)): TestMessage {
  const words = new MarkdownString().appendText(text);
  if (log !== undefined) words.appendMarkdown(`\n\n[${l10n.t('Serial log')}](${Uri.file(log).toString()})`);
  const message = new TestMessage(words);
  if (at) message.location = at;
  return message;
}
