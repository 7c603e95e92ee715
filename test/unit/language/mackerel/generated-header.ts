/** What a header that the tree's compiler generated says about a device, as lines that can be compared: one for each name. */
export function factsInHeader(header: string): ReadonlyMap<string, string> {
  const facts = new Map<string, string>();
  for (const [, name = '', value = ''] of header.matchAll(/^#define ([\w']+) (\(\(.+|0x[0-9a-f]+)$/gm))
    facts.set(name, value);
  for (const [, type = '', name = '', length = ''] of header.matchAll(
    /^typedef ([\w ]+?\*?) *([\w']+)(?:\[(\d+)\])?;$/gm,
  )) {
    facts.set(name, `${type.trim()}${length === '' ? '' : `[${length}]`}`);
  }
  for (const [, name = '', value = ''] of header.matchAll(/^static const size_t ([\w']+) = (\d+);$/gm))
    facts.set(name, value);
  const functions = /^static inline ([\w' *()]*?) ?\*?([\w']+)\(([^)\n]*(?:\([^)\n]*\))?[^)\n]*)\)\n\{\n([^}]*?)\n\}/gm;
  for (const [, result = '', name = '', , body = ''] of header.matchAll(functions)) {
    const fact = factOf(name, result.trim(), body);
    if (fact !== undefined) facts.set(name, fact);
  }
  return facts;
}

function factOf(name: string, result: string, body: string): string | undefined {
  if (name.endsWith('_extract')) {
    const inRegister = /\(_regval & (0x[0-9a-f]+)\) >> (\d+)\)/.exec(body);
    if (inRegister) return `${result} ${inRegister[1] ?? ''} >> ${inRegister[2] ?? ''}`;
    const inData = /\(\(uint(\d+)_t \*\)\(?(\d+) \+ _dtptr\)?\)\) & (0x[0-9a-f]+)\) >> (\d+)/.exec(body);
    return inData ? `${result} ${inData.slice(1).join(' ')}` : undefined;
  }
  if (name.endsWith('_rawrd') || name.endsWith('_rawwr')) return accessIn(body);
  if (name.endsWith('_wrf')) {
    const placed = /_regval = (0x[0-9a-f]+) & .* << (\d+)\);/.exec(body);
    return placed ? `${placed[1] ?? ''} << ${placed[2] ?? ''}` : undefined;
  }
  return undefined;
}

/** `addr 32 base 0x100 + i * 4`. */
function accessIn(body: string): string | undefined {
  const builtin = /mackerel_(?:read|write)_([a-z]+)_(-?\d+)\(_dev->(\w+), (0x[0-9a-f]+)([^,\n]*)/.exec(body);
  if (builtin) {
    const [, space = '', bits = '', base = '', offset = '', rest = ''] = builtin;
    return `${space} ${bits} ${base} ${offset}${strideIn(rest)}`;
  }
  const own = /__DN\(([\w']+)_(?:read|write)_(-?\d+)\)\(_dev, (0x[0-9a-f]+)([^,\n]*)/.exec(body);
  if (own) return `${own[1] ?? ''} ${own[2] ?? ''} ${own[3] ?? ''}${strideIn(own[4] ?? '')}`;
  const byName = /([\w']+)_(?:read|write)_(-?\d+)_([\w']+)\(/.exec(body);
  return byName ? `${byName[1] ?? ''} ${byName[2] ?? ''} ${byName[3] ?? ''}` : undefined;
}

function strideIn(rest: string): string {
  const step = /\+ \(_i \* (\d+)\)/.exec(rest)?.[1];
  if (step !== undefined) return ` + i * ${step}`;
  const beside = /\+ \(_i \* \((\d+) \/ 8\)\)/.exec(rest)?.[1];
  if (beside !== undefined) return ` + i * ${String(Math.floor(Number(beside) / 8))}`;
  return rest.includes(' + _i') ? ' + i * 1' : '';
}
