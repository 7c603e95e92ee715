/** What a table has for a word of a text, which may be any: `constructor` is in no table, though every object has one. */
export function lookUp<T>(table: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}
