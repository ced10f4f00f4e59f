import type { PolicyVocabulary, TypeVocabulary } from '@nanook/core';

const head = `/* eslint-disable */
// \`nanook typegen\` wrote this file. Change the policy instead of it, and run the command again.
import type {} from '@nanook/core';

declare module '@nanook/core' {
  interface PolicyTypes {
`;
const tail = `  }
}
`;

/**
 * Prints the declaration file that fills the interface `PolicyTypes` of `@nanook/core`.
 *
 * @param instances the types of the instances of classes, by the name of the declared type
 * @param grantable the permissions that customers may grant
 */
export function printPolicyTypes(
  { types, otherActions }: PolicyVocabulary,
  instances: ReadonlyMap<string, string>,
  grantable: readonly string[] = [],
): string {
  const sorted = types.toSorted((a, b) => (a.type < b.type ? -1 : 1));
  const others = [
    ...(otherActions.length === 0 ? [] : [printMember('actions', otherActions)]),
    ...(grantable.length === 0 ? [] : [printMember('grantable', grantable)]),
  ].join('');
  const comment = `    // Actions on values without a declared type${grantable.length === 0 ? '' : ', and permissions that customers may grant'}.\n`;
  const ofNoType = others === '' ? '' : `${comment}    '*': {\n${others}    };\n`;
  return head + ofNoType + sorted.map((each) => printType(each, instances.get(each.type))).join('') + tail;
}

function printType(
  { type, actions, typeActions, fieldActions, fields, roles }: TypeVocabulary,
  instance: string | undefined,
): string {
  const members = Object.entries({ actions, typeActions, fieldActions, fields, roles })
    .map(([name, texts]) => printMember(name, texts))
    .join('');
  const last = instance === undefined ? '' : `      instance: ${instance};\n`;
  const key = /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(type) ? type : quoted(type);
  return `    ${key}: {\n${members}${last}    };\n`;
}

const printMember = (name: string, texts: readonly string[] | undefined): string =>
  `      ${name}:${texts === undefined ? ' string' : printUnion(texts, name)};\n`;

/** Prints a union as Prettier does. */
function printUnion(texts: readonly string[], name: string): string {
  if (texts.length === 0) return ' never';
  const line = ` ${texts.map(quoted).join(' | ')}`;
  const fits = `      ${name}:${line};`.length <= 80;
  return fits ? line : texts.map((text) => `\n        | ${quoted(text)}`).join('');
}

/** Prints a string literal. */
const quoted = (text: string): string =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
