import { error, warning } from '../wrong.ts';

/** What can be wrong in a .soc file beside the words of the language. */
export const sockeyeFindings = {
  expectedTop: () => error('expected-module', 'Here stands a module or a type; imports come first.'),
  lateImport: () => error('late-import', 'Imports stand before the first module and the first type.'),
  expectedBody: () =>
    error('expected-definition', 'Here stands a constant, an instance, a node, a “forall”, or what a node does.'),
  expectedRelation: (name: string) =>
    error(
      'expected-relation',
      `What does ${name} do? accepts, maps, converts, overlays, blockoverlays, instantiates or binds.`,
    ),
  expectedDomain: () => error('expected-domain', 'The domain is missing: memory, intr, power or clock.'),
  expectedType: () =>
    error('expected-type', 'The type is missing: a set of addresses or the name of a type, in parentheses.'),
  expectedValue: () => error('expected-value', 'A number, a name or an expression in parentheses is missing.'),
  expectedPath: () => error('expected-path', 'The path of the file to import is missing.'),
  repeated: (what: string, name: string) => error('repeated-name', `There is ${article(what)} ${name} already.`),
  moduleAndType: (name: string) =>
    error('module-and-type', `${name} is a module and a type: the two share their names.`),
  shadowedParameter: (name: string) =>
    error('shadowed-parameter', `The constant ${name} hides a parameter of the module.`),
  unknownImport: (path: string) =>
    error('unknown-import', `There is no ${path}.soc below socs/, and none beside this file.`),
  notExported: (name: string, path: string) =>
    error('not-exported', `${path}.soc declares no module and no type ${name}.`),
  unknownName: (what: string, name: string, where: string) =>
    warning(
      'unknown-name',
      `There is no ${what} ${name} ${where}. sockeye doesn’t check it, but the facts will not fit together.`,
    ),
};

function article(what: string): string {
  return /^[aeiou]/.test(what) ? `an ${what}` : `a ${what}`;
}
