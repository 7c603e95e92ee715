import { window, type DebugAdapterTracker, type DebugSession } from 'vscode';
import { diagnose } from '../diagnosis/diagnose.ts';
import type { DiagnosisCode } from '../diagnosis/diagnosis.ts';
import { setContextKey } from './context-keys.ts';
import type { DebugSessions } from './debug-sessions.ts';
import { diagnosisWords } from './diagnosis-words.ts';

/** A message of the Debug Adapter Protocol, as far as it matters here. */
interface AdapterMessage {
  event?: string;
  body?: { output?: unknown; threadId?: unknown };
  success?: boolean;
  message?: unknown;
}

/**
 * Tells the walkthrough that a guest was stopped, the list of sessions how they are, and the user what gdb's complaints
 * mean: each once a session.
 */
export function debugTracker(sessions: DebugSessions, session: DebugSession): DebugAdapterTracker {
  const said = new Set<DiagnosisCode>();
  return {
    onDidSendMessage: ({ event, body, success, message }: AdapterMessage) => {
      if (event === 'stopped') setContextKey('stopped', true);
      if (event !== undefined) sessions.heard(session, event, body);
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
