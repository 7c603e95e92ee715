// What the test guest's command "flood N" (MiB) or "flood Nk" (KiB) prints, so that whoever carries it can be checked byte by byte.

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const columns = 53;
const lineBytes = 64;

/** One line, 64 bytes with its CR LF. */
function floodLine(number: number): string {
  const first = number % alphabet.length;
  return `${String(number).padStart(8, '0')} ${(alphabet + alphabet).slice(first, first + columns)}\r\n`;
}

export const floodEnd = (bytes: number): string => `flood ends: ${String(bytes / lineBytes)} lines\r\n`;

/** All of it, for that many bytes of lines. */
export function flood(bytes: number): string {
  const lines = Array.from({ length: bytes / lineBytes }, (_, number) => floodLine(number));
  return `flood begins: ${String(lines.length)} lines\r\n${lines.join('')}${floodEnd(bytes)}`;
}
