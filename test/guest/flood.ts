// What the test guest's command "flood N" prints, so that whoever carries it can be checked byte by byte.

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const columns = 53
const lineBytes = 64

export const floodLinesPerMebibyte = 2 ** 20 / lineBytes

/** One line, 64 bytes with its CR LF. */
export function floodLine(number: number): string {
  const first = number % alphabet.length
  return `${String(number).padStart(8, '0')} ${(alphabet + alphabet).slice(first, first + columns)}\r\n`
}

export const floodBegin = (mebibytes: number): string =>
  `flood begins: ${String(mebibytes * floodLinesPerMebibyte)} lines\r\n`

export const floodEnd = (mebibytes: number): string =>
  `flood ends: ${String(mebibytes * floodLinesPerMebibyte)} lines\r\n`
