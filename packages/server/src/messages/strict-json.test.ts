import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomCases } from '../../../../tools/test-scope.js';
import { parseStrictJson } from './strict-json.js';

/** A key or a text with the characters of JSON itself. */
const text = fc.string({
  unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ':', ',', 'u0022', ' ', '\n', 'é', '😀', 'a'),
  maxLength: 6,
});
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.constantFrom(0, -1.5e10, true, null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(text, tie('value'), { maxKeys: 3 }),
  ),
}));
const indent = fc.constantFrom(undefined, ' ', '\t\r\n');

describe('parseStrictJson()', () => {
  it('returns what JSON.parse returns, for texts with unique keys', () => {
    fc.assert(
      fc.property(value, indent, (json, space) => {
        const source = JSON.stringify(json, undefined, space);
        expect(parseStrictJson(source)).toEqual(JSON.parse(source));
      }),
      { numRuns: randomCases(1_000) },
    );
  });

  it('refuses each object that has a key twice, at any place and in any spelling', () => {
    fc.assert(
      fc.property(value, value, text, fc.boolean(), fc.array(value), (one, other, key, escapes, before) => {
        const name = JSON.stringify(key);
        const spelled = escapes ? `"${[...key].map(escaped).join('')}"` : name;
        const twice = `{${name} :${JSON.stringify(one)},${spelled}\n:${JSON.stringify(other)}}`;
        const source = `[${[...before.map((each) => JSON.stringify(each)), twice].join()}]`;
        expect(() => parseStrictJson(source)).toThrow('twice');
      }),
      { numRuns: randomCases(1_000) },
    );
  });

  it.each(['{"a":1,}', '{"a"', '"', '"\\', '{"a":"\\"}', '[1', '', '"\t"'])(
    'refuses %j, which is not JSON',
    (source) => {
      expect(() => parseStrictJson(source)).toThrow('the body is not JSON');
    },
  );
});

/** Returns an escape of each UTF-16 unit of a character. */
const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('');
