import type { Finding } from '../language.ts';
import type { SourceText } from '../source-text.ts';
import { findingAt } from '../wrong.ts';
import { findings } from './findings.ts';
import type { MenuLine, MenuTree } from './syntax.ts';

/** Lines that do not mean the same to all programs that read the file; beyond what reading it has found. */
export function readerFindings(source: SourceText, tree: MenuTree): Finding[] {
  const isForEfi = tree.lines.some(({ keyword }) => keyword.text === 'bootdriver' || keyword.text === 'cpudriver');
  const found = tree.lines.flatMap((line) => [...ofFile(source, line), ...ofOthers(line, isForEfi)]);
  const last = tree.lines.at(-1);
  if (last?.file && last.end === source.text.trimEnd().length && !source.text.endsWith('\n'))
    found.push(findingAt(last, findings.noLineEnd()));
  return found;
}

/** What tools/qemu-wrapper.sh makes of it is for x86 only: boards get an image. */
function ofFile(source: SourceText, { file, end }: MenuLine): Finding[] {
  if (file?.architecture !== 'x86_64') return [];
  const found: Finding[] = [];
  const [first] = file.arguments;
  const gap = first && { start: file.path.end, end: first.start };
  if (gap && source.slice(gap).startsWith('\t')) found.push(findingAt(gap, findings.tabInKernelLine()));
  const comma = file.keyword === 'kernel' ? -1 : source.slice({ start: file.path.end, end }).indexOf(',');
  if (comma >= 0) {
    const start = file.path.end + comma;
    found.push(findingAt({ start, end: start + 1 }, findings.comma()));
  }
  return found;
}

function ofOthers({ keyword, words, start, end }: MenuLine, isForEfi: boolean): Finding[] {
  if (keyword.text === 'title' && words.length > 1) return [findingAt({ start, end }, findings.titleOfWords())];
  const isNoFile = ['timeout', 'title', 'root', 'mmap'].includes(keyword.text);
  return isForEfi && isNoFile ? [findingAt(keyword, findings.notForEfi(keyword.text))] : [];
}
