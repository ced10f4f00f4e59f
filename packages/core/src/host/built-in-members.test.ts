import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  booleanMethods,
  dateMethods,
  listMethods,
  mapMethods,
  numberMethods,
  setMethods,
  staticMethods,
  stringMethods,
} from './built-in-members.js';

const page = readFileSync(new URL('../../../../docs/reference/built-ins.md', import.meta.url), 'utf8');

/** Returns the members in the first column of a section's table: `at(i)`, `Integer.isNaN(x)`. */
function documented(heading: string): string[] {
  const [, section] = page.split(`\n## ${heading}\n`);
  const [own = ''] = section!.split('\n## ');
  return [...own.matchAll(/^\| `([\w.]+)\(/gm)].map(([, name]) => name!);
}

describe('docs/reference/built-ins.md lists exactly the methods of', () => {
  it.each([
    ['String', stringMethods],
    ['Integer and Float', numberMethods],
    ['Boolean', booleanMethods],
    ['List', listMethods],
    ['Date', dateMethods],
    ['Map', mapMethods],
    ['Set', setMethods],
  ])('%s', (heading, methods) => {
    expect(documented(heading).sort()).toEqual([...methods].sort());
  });

  it('static members of the types', () => {
    const names = Object.entries(staticMethods).flatMap(([type, methods]) =>
      [...methods].filter((name) => name !== '').map((name) => `${type}.${name}`),
    );
    expect(documented('Static methods').sort()).toEqual(names.sort());
  });
});

it('lists only methods that exist', () => {
  const receivers: [ReadonlySet<string>, object][] = [
    [stringMethods, String.prototype],
    [numberMethods, Number.prototype],
    [booleanMethods, Boolean.prototype],
    [listMethods, Array.prototype],
    [dateMethods, Date.prototype],
    [mapMethods, Map.prototype],
    [setMethods, Set.prototype],
  ];
  for (const [names, prototype] of receivers)
    for (const name of names) expect([name, name in prototype]).toEqual([name, true]);
});
