import { parseExpression } from '@babel/parser';
import type { ObjectExpression, ObjectProperty, SourceLocation, StringLiteral } from '@babel/types';
import MagicString from 'magic-string';
import { walk } from './parsed-source.js';

const kinds = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];

/** A member of a JSON object. */
interface Member extends ObjectProperty {
  readonly key: StringLiteral;
}

/**
 * Replaces a dependency in the text of a `package.json`, and changes no other text.
 *
 * @param to the name and the range of versions of the new dependency
 * @param keeps whether the old dependency stays
 * @returns the new text; the same text if the old package is not a dependency
 * @throws {SyntaxError} when the text is not JSON
 */
export function replaceDependency(
  text: string,
  from: string,
  [name, range]: readonly [string, string],
  { keeps = false } = {},
): string {
  const edited = new MagicString(text);
  for (const section of membersOf(rootOf(text))) {
    if (!kinds.includes(section.key.value) || section.value.type !== 'ObjectExpression') continue;
    const members = membersOf(section.value);
    const old = members.find(({ key }) => key.value === from);
    if (old === undefined) continue;
    const isThere = members.some(({ key }) => key.value === name);
    if (keeps && !isThere)
      edited.appendRight(
        old.start!,
        `${JSON.stringify(name)}: ${JSON.stringify(range)},${gapBefore(text, old)}`,
      );
    else if (!keeps && isThere) removeMember(edited, members, old);
    else if (!keeps) {
      edited.overwrite(old.key.start!, old.key.end!, JSON.stringify(name));
      edited.overwrite(old.value.start!, old.value.end!, JSON.stringify(range));
    }
  }
  return edited.toString();
}

/** A place in a `package.json`. */
interface Place {
  readonly line: number;
  readonly column: number;
}

/** Returns the scripts of a `package.json` that run a command. */
export function scriptsWith(text: string, command: string): Place[] {
  const scripts = membersOf(rootOf(text)).find(({ key }) => key.value === 'scripts')?.value;
  if (scripts?.type !== 'ObjectExpression') return [];
  return membersOf(scripts).flatMap(({ value, loc }) =>
    value.type === 'StringLiteral' &&
    new RegExp(String.raw`(?:^|[\s;&|])${command}(?:$|\s)`).test(value.value)
      ? [placeOf(loc!)]
      : [],
  );
}

/** The members of `package.json` that can name a package, beside the dependencies. */
const settings = new Set([
  'bundleDependencies',
  'bundledDependencies',
  'jest',
  'overrides',
  'peerDependenciesMeta',
  'pnpm',
  'resolutions',
]);

/** Returns the settings of a `package.json` that seem to name the package oso, such as an override. */
export function settingsWithOso(text: string): Place[] {
  const found: Place[] = [];
  for (const section of membersOf(rootOf(text)))
    if (settings.has(section.key.value))
      walk(section.value, (node) => {
        if (node.type === 'StringLiteral' && /^\^?oso(?:$|[$@/(])/.test(node.value))
          found.push(placeOf(node.loc!));
      });
  return found;
}

const placeOf = ({ start: { line, column } }: SourceLocation): Place => ({ line, column: column + 1 });

/** Returns the name of a package. @returns undefined if the text has none */
export const packageName = (text: string): string | undefined => {
  const name = membersOf(rootOf(text)).find(({ key }) => key.value === 'name')?.value;
  return name?.type === 'StringLiteral' ? name.value : undefined;
};

function rootOf(text: string): ObjectExpression {
  // `JSON.parse` refuses what JavaScript allows, such as a comma at the end. npm skips a byte order mark.
  JSON.parse(text.replace(/^\uFEFF/, ''));
  const root = parseExpression(text.replace(/^\uFEFF/, ' '));
  if (root.type !== 'ObjectExpression') throw new SyntaxError('expected an object');
  return root;
}

const membersOf = ({ properties }: ObjectExpression): Member[] => properties as Member[];

/** Returns the white space between a member and the text before it. */
const gapBefore = (text: string, { start }: Member): string => /\s*$/.exec(text.slice(0, start!))![0];

/** Removes a member and the comma before or after it. */
function removeMember(edited: MagicString, members: readonly Member[], member: Member): void {
  const index = members.indexOf(member);
  const next = members[index + 1];
  if (next === undefined) edited.remove(members[index - 1]!.end!, member.end!);
  else edited.remove(member.start!, next.start!);
}
