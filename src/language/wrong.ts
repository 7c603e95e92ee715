import type { Finding } from './language.ts';
import type { Span } from './source-text.ts';

/** What is wrong, without the place: an entry of a language's table of findings. */
export type Wrong = Pick<Finding, 'code' | 'severity' | 'message'>;

export function error(code: string, message: string): Wrong {
  return { code, severity: 'error', message };
}

export function warning(code: string, message: string): Wrong {
  return { code, severity: 'warning', message };
}

export function information(code: string, message: string): Wrong {
  return { code, severity: 'information', message };
}

export function findingAt(span: Span, wrong: Wrong, related: Finding['related'] = []): Finding {
  const { start, end } = span;
  return { start, end, ...wrong, ...(related.length === 0 ? {} : { related }) };
}
