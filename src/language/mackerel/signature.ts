import type { SignatureHelp } from 'vscode-languageserver-types';
import type { Workspace } from '../language.ts';
import { layoutOf } from './layout.ts';
import type { MackerelFile } from './reading.ts';
import { addressingWords } from './words.ts';

/** So many words are looked through for the bracket that is open. */
const FARTHEST = 200;

interface Shape {
  readonly front: string;
  readonly parameters: readonly (readonly [label: string, about: string])[];
  readonly back: string;
  readonly about: string;
}

/** What stands in the parentheses, or brackets, around an offset. */
export function signature(file: MackerelFile, offset: number, _workspace: Workspace): SignatureHelp | undefined {
  const { tokens } = file.tree;
  let index = tokens.at(offset);
  if (tokens.start(index) >= offset) index--;
  let depth = 0;
  let commas = 0;
  for (let left = FARTHEST; index >= 0 && left > 0; index--, left--) {
    const text = tokens.textOf(index);
    if (tokens.end(index) > offset) continue;
    if (text === ')' || text === ']') depth++;
    else if (text === '{' || text === '}') return undefined;
    else if (depth === 0 && (text === ',' || text === ';')) commas++;
    else if (text === '(' || text === '[') {
      if (depth === 0) break;
      depth--;
    }
  }
  const open = tokens.textOf(index);
  if (open !== '(' && open !== '[') return undefined;
  const shape = open === '[' ? ARRAY : shapeOf(file, tokens.textOf(index - 1), tokens.textOf(index - 2));
  if (!shape) return undefined;
  const labels = shape.parameters.map(([label]) => label);
  return {
    signatures: [
      {
        label: `${shape.front}${labels.join(open === '[' ? '; ' : ', ')}${shape.back}`,
        documentation: shape.about,
        parameters: shape.parameters.map(([label, documentation]) => ({ label, documentation })),
      },
    ],
    activeSignature: 0,
    activeParameter: Math.min(commas, Math.max(0, labels.length - 1)),
  };
}

const ARRAY: Shape = {
  front: '[',
  parameters: [
    ['count', 'How many registers there are'],
    ['step', 'Addresses from one register to the next; left out, they are beside each other'],
  ],
  back: ']',
  about: 'An array of registers',
};

function shapeOf(file: MackerelFile, word: string, before: string): Shape | undefined {
  const name = word.toLowerCase();
  if (name === 'addr' || name === 'io' || name === 'pci') {
    const bases = layoutOf(file.tree)?.node.arguments.filter(({ type }) => type === name) ?? [];
    const which = bases.map((each) => each.name.text).join(', ');
    return {
      front: `${name}(`,
      parameters: [
        ['base', which === '' ? 'An argument of the device' : `An argument of the device: ${which}`],
        ['offset', 'Bytes from there'],
      ],
      back: ')',
      about: 'Where the register is',
    };
  }
  const known = FIXED[name];
  if (known) return known;
  const space = layoutOf(file.tree)?.spaceNamed.get(word);
  if (space?.node && before.toLowerCase() !== 'space') {
    const byName = space.addressing?.by === 'registers';
    const parameter = space.node.parameters[0]?.text ?? 'address';
    const about = byName ? 'The name of the register in C' : addressingWords(space);
    return { front: `${word}(`, parameters: [[parameter, about]], back: ')', about: space.description };
  }
  if (before.toLowerCase() === 'space') {
    return {
      front: `space ${word}(`,
      parameters: [['index', 'What registers in the space are addressed by']],
      back: ')',
      about: 'An address space',
    };
  }
  const isDevice = before.toLowerCase() === 'device' || name === 'lsbfirst' || name === 'msbfirst';
  return isDevice ? DEVICE : undefined;
}

const DEVICE: Shape = {
  front: 'device (',
  parameters: [['addr|io|pci name', 'Where registers are reached; C passes it to …_initialize']],
  back: ')',
  about: 'Arguments of the device, divided by commas',
};

const FIXED: Readonly<Record<string, Shape | undefined>> = {
  __proto__: null as never,
  type: {
    front: 'type(',
    parameters: [['name', 'For a register, a type; for a field, constants']],
    back: ')',
    about: 'What it holds',
  },
  width: {
    front: 'width(',
    parameters: [['bits', '8, 16, 32 or 64']],
    back: ')',
    about: 'How wide a register of these constants is',
  },
  stepwise: {
    front: 'stepwise(',
    parameters: [['bytes', 'What one address stands for']],
    back: ')',
    about: 'How the space is addressed',
  },
};
