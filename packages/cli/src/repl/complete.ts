import type { Opened } from '../commands/opened.js';
import { commands } from './session.js';

const words = ['forall', 'in', 'matches', 'mod', 'new', 'nil', 'not', 'or', 'and', 'rem', 'true', 'false'];

/**
 * Returns the names that can complete the last word of a line, and this word: commands, rules, types, fixtures, and after a dot the
 * attributes of a fixture.
 */
export function complete(line: string, { authorizer, fixtures, project }: Opened): [string[], string] {
  const command = /^\s*:(\w*)$/.exec(line);
  if (command) {
    const typed = `:${command[1]}`;
    return [commands.map((name) => `:${name}`).filter((name) => name.startsWith(typed)), typed];
  }
  const attribute = /(\w+)\.(\w*)$/.exec(line);
  if (attribute) {
    const [, name = '', start = ''] = attribute;
    return [attributesOf(fixtures[name]).filter((each) => each.startsWith(start)), start];
  }
  const [start = ''] = /\w*$/.exec(line) ?? [];
  const names = [
    ...authorizer.policy.rules,
    ...Object.keys(project.types),
    ...Object.keys(fixtures),
    ...words,
  ];
  return [[...new Set(names)].filter((name) => name.startsWith(start)).sort(), start];
}

/** Returns the own names of a value and those of its class, without the names that a policy may not read. */
function attributesOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Object.keys(value);
  const prototype: object | null = Object.getPrototypeOf(value);
  const isClass = prototype !== null && prototype !== Object.prototype;
  const inherited = isClass
    ? Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor')
    : [];
  return [...own, ...inherited];
}
