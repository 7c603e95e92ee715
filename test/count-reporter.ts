// A reporter for Node's test runner that writes the outcome of a run as JSON, for the sum at the end.
import path from 'node:path';
import type { TestEvent } from 'node:test/reporters';
import type { Outcome } from './outcome.ts';

type Count = keyof Outcome;

function failedInside({ details }: Extract<TestEvent, { type: 'test:fail' }>['data']): boolean {
  return (details.error as { failureType?: string }).failureType === 'subtestsFailed';
}

function countOf(event: TestEvent): Count | undefined {
  if (event.type !== 'test:pass' && event.type !== 'test:fail') return undefined;
  const { data } = event;
  // A suite is what its tests are, unless it could not even be read.
  if (data.details.type === 'suite')
    return event.type === 'test:fail' && !failedInside(event.data) ? 'failed' : undefined;
  if (event.type === 'test:fail') return data.todo === undefined ? 'failed' : 'skipped';
  if (data.skip !== undefined || data.todo !== undefined) return 'skipped';
  // A file that holds no test is reported as a test by the name of the file. Nobody means to write one.
  const isFile = data.nesting === 0 && path.resolve(data.name) === data.file;
  return isFile ? 'failed' : 'passed';
}

export default async function* countReporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const event of events) {
    const count = countOf(event);
    if (count !== undefined) counts[count] += 1;
  }
  yield JSON.stringify(counts);
}
