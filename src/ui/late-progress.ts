import { ProgressLocation, window, type Progress } from 'vscode';

/** What is done sooner needs no notification that comes and goes. */
const SHOW_AFTER_MS = 500;

/** Does something that may take long: then a notification shows how far it is, with a button to call it off. */
export async function withLateProgress<T>(
  title: string,
  task: (report: (message: string) => void, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let latest = '';
  let progress: Progress<{ message: string }> | undefined;
  const report = (message: string): void => {
    latest = message;
    progress?.report({ message });
  };
  const work = task(report, controller.signal);
  const timer = setTimeout(() => {
    void window.withProgress({ location: ProgressLocation.Notification, title, cancellable: true }, (shown, token) => {
      token.onCancellationRequested(() => {
        controller.abort();
      });
      progress = shown;
      report(latest);
      return work.catch(() => undefined); // whoever asked for the work gets its failure
    });
  }, SHOW_AFTER_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
