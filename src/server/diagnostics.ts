import { DiagnosticSeverity, DiagnosticTag, type Diagnostic } from 'vscode-languageserver-types';
import type { Finding } from '../language/language.ts';
import type { SourceText } from '../language/source-text.ts';

/** More would only hide the first, from which they often follow. */
const MOST = 1_000;

const SEVERITIES: Readonly<Record<Finding['severity'], DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};
const TAGS: Readonly<Record<NonNullable<Finding['tag']>, DiagnosticTag>> = {
  unnecessary: DiagnosticTag.Unnecessary,
  deprecated: DiagnosticTag.Deprecated,
};

export function diagnosticsOf(findings: readonly Finding[], source: SourceText): Diagnostic[] {
  return findings.slice(0, MOST).map(({ start, end, code, severity, message, related, tag }) => ({
    range: source.range({ start, end }),
    severity: SEVERITIES[severity],
    code,
    source: 'Barrelfish',
    message,
    ...(related ? { relatedInformation: [...related] } : {}),
    ...(tag ? { tags: [TAGS[tag]] } : {}),
  }));
}
