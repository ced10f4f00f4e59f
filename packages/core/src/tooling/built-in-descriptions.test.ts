import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { staticMethods } from '../host/built-in-members.js';
import { describeMember, describeStaticMethod } from './built-in-descriptions.js';
import { builtInMembersOf } from './built-in-members.js';

const page = readFileSync(new URL('../../../../docs/reference/built-ins.md', import.meta.url), 'utf8');

/** Returns the members in the first column of a section's table: `at(i)`, `length`. */
function documented(heading: string): string[] {
  const [, section] = page.split(`\n## ${heading}\n`);
  const [own = ''] = section!.split('\n## ');
  return [...own.matchAll(/^\| `([^`]+)`/gm)].map(([, head]) => head!);
}

/** Returns the head of a description without types: `String.at(i: Integer): String` is `at(i)`. */
const head = (name: string, { isMethod, parameters }: { isMethod: boolean; parameters: readonly string[] }) =>
  isMethod ? `${name}(${parameters.map((each) => each.split(':')[0]).join(', ')})` : name;

describe('the descriptions of built-in members', () => {
  it.each([
    ['String', { kind: 'named', name: 'String' }],
    ['Integer and Float', { kind: 'named', name: 'Integer' }],
    ['Boolean', { kind: 'named', name: 'Boolean' }],
    ['List', { kind: 'list', of: { kind: 'any' }, hasNil: false }],
    ['Date', { kind: 'date' }],
  ] as const)('are those of the reference for %s', (heading, type) => {
    const { attributes, methods } = builtInMembersOf(type);
    const names = [...attributes, ...methods];
    const heads = names.flatMap((name) => describeMember(name, type).map((each) => head(name, each)));
    expect(heads.toSorted()).toEqual(documented(heading).toSorted());
  });

  it('have the static methods of the reference', () => {
    const heads = Object.entries(staticMethods).flatMap(([type, names]) =>
      [...names].flatMap((name) =>
        describeStaticMethod(type, name).map((each) => `${type}.${head(name, each)}`),
      ),
    );
    expect(heads.toSorted()).toEqual(documented('Static methods').toSorted());
    expect(describeStaticMethod('Clock', 'now')).toMatchObject([{ signature: 'Clock.now(): Date' }]);
  });

  it('have the methods of all types for a value of any type, and none for a type of the application', () => {
    expect(describeMember('includes', undefined).map(({ signature }) => signature)).toEqual([
      'String.includes(s: String): Boolean',
      'List.includes(x: any value): Boolean',
    ]);
    expect(describeMember('includes', { kind: 'named', name: 'Note' })).toEqual([]);
  });
});
