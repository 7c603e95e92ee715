import { window, type DebugAdapterTracker } from 'vscode';
import { diagnose } from '../diagnosis/diagnose.ts';
import type { DiagnosisCode } from '../diagnosis/diagnosis.ts';
import { setContextKey } from './context-keys.ts';
import { diagnosisWords } from './diagnosis-words.ts';

/** A message of the Debug Adapter Protocol, as far as it matters here. */
interface AdapterMessage {
  event?: string;
  body?: { output?: unknown };
  success?: boolean;
  message?: unknown;
}

/** Tells the walkthrough that a guest was stopped, and the user what gdb's complaints mean: each once a session. */
export function debugTracker(): DebugAdapterTracker {
  const said = new Set<DiagnosisCode>();
  return {
    onDidSendMessage: ({ event, body, success, message }: AdapterMessage) => {
      if (event === 'stopped') setContextKey('stopped', true);
      const text = event === 'output' ? body?.output : success === false ? message : undefined;
      if (typeof text !== 'string') return;
      for (const diagnosis of diagnose(text, 'gdb')) {
        if (said.has(diagnosis.code)) continue;
        said.add(diagnosis.code);
        const { cause, advice } = diagnosisWords(diagnosis);
        void window.showWarningMessage([cause, ...advice].join(' '));
      }
    },
  };
}
