import { Failure } from './failure.ts';

/** Reads ssh's last words (OpenSSH's texts, stable since 5.x). */
export function sshFailure(host: string, stderr: string): Failure {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('Warning: Permanently added'));
  const cause = lines.at(-1) ?? 'the connection was closed';
  if (stderr.includes('REMOTE HOST IDENTIFICATION HAS CHANGED'))
    return new Failure('host-key-changed', { host, cause: stderr.trim() });
  if (/Host key verification failed|No .* host key is known/.test(stderr))
    return new Failure('host-key-unknown', { host, cause });
  if (/Permission denied|Too many authentication failures/.test(stderr))
    return new Failure('login-failed', { host, cause });
  return new Failure('unreachable', { host, cause });
}
