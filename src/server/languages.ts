import path from 'node:path';
import { deviceDb } from '../language/device-db/device-db.ts';
import { flounder } from '../language/flounder/flounder.ts';
import { fugu } from '../language/fugu/fugu.ts';
import { hakefile } from '../language/hakefile/hakefile.ts';
import { hamlet } from '../language/hamlet/hamlet.ts';
import type { Language, LanguageId } from '../language/language.ts';
import { mackerel } from '../language/mackerel/mackerel.ts';
import { menuList } from '../language/menu-list/menu-list.ts';
import { pleco } from '../language/pleco/pleco.ts';
import { skate } from '../language/skate/skate.ts';
import { sockeye } from '../language/sockeye/sockeye.ts';

interface Registered {
  readonly language: Language<unknown>;
  /** By the end of the name, from its last dot on. */
  readonly extension?: string;
  readonly names?: RegExp;
}

/** Every language there is, and which files are written in it: as package.json says to the editor. */
const registered: readonly Registered[] = [
  { language: mackerel, extension: '.dev' },
  { language: flounder, extension: '.if' },
  { language: menuList, names: /^menu\.lst(?:\.|$)/ },
  { language: hakefile, names: /^Hakefile$/ },
  { language: sockeye, extension: '.soc' },
  { language: skate, extension: '.sks' },
  { language: fugu, extension: '.fugu' },
  { language: hamlet, extension: '.hl' },
  { language: pleco, extension: '.pleco' },
  { language: deviceDb, names: /^device_db.*\.pl$/ },
];

const byExtension = new Map(
  registered.flatMap(({ extension, language }) => (extension === undefined ? [] : [[extension, language] as const])),
);
const byName = registered.filter(({ names }) => names !== undefined);
const byId = new Map(registered.map(({ language }) => [language.id, language] as const));

/** The language that a file of a source tree is written in, by its name. */
export function languageOf(file: string): Language<unknown> | undefined {
  const name = path.basename(file);
  return byExtension.get(path.extname(name)) ?? byName.find(({ names }) => names?.test(name) === true)?.language;
}

/** The language of a document, as the editor calls it. */
export function languageById(id: string): Language<unknown> | undefined {
  return byId.get(id as LanguageId);
}

export const languages: readonly Language<unknown>[] = registered.map(({ language }) => language);
