// cspell:ignore islandnull anullb islandab

import { describe, expect, it } from 'vitest';
import { EngineUnderTest, type EngineKind } from './fixtures/engines.fixture.js';
import './fixtures/final-code.fixture.js';

const kinds: readonly EngineKind[] = ['machine', 'source', 'closures', 'aot'];
const undecided = 'POLAR_UNDECIDED_ARGUMENT';

const row = {
  path: 'null-island',
  root: null,
  size: 5,
  ratio: 0.5,
  noNumber: NaN,
  tags: ['a', 'b'],
  parts: ['acme', null],
  rows: [{ id: 1 }, { id: 2 }],
  nested: [['a'], ['b']],
  owner: { id: 1 },
  date: new Date(0),
  map: new Map([['a', 1]]),
  pattern: /(a+)+$/,
  run: () => true,
};

describe.each(kinds)('an argument of a built-in method, in the engine %s,', (kind) => {
  const ask = (condition: string) =>
    new EngineUnderTest(kind, `allow(_, _, r) if r = r and ${condition};`).canSync(1, 'read', row);

  it.each([
    // nil is not the text "null".
    'r.path.startsWith(r.root)',
    'not r.path.startsWith(r.root)',
    'r.path.endsWith(nil)',
    'r.path.includes(nil)',
    'r.path.indexOf(nil) = 0',
    'r.path.lastIndexOf(nil) = 0',
    'r.path.split(nil) = ["", "-island"]',
    'r.path.concat(nil) = "null-islandnull"',
    'r.path.concat("a", nil) != "b"',
    'r.path.replace("null", nil) = "null-island"',
    'r.path.replaceAll(nil, "") = "-island"',
    'r.path.localeCompare(nil) != 0',
    'r.path.normalize(nil) != ""',
    // A missing argument is not the text "undefined".
    'r.path.startsWith()',
    'not r.path.includes()',
    'r.path.replace("a") != ""',
    // A number is not a text.
    '"5".startsWith(r.size)',
    '"5".concat(r.size) = "55"',
    // A position is a whole number.
    'r.path.at(nil) = "n"',
    'r.path.charAt(r.noNumber) = "n"',
    'r.path.at(r.ratio) = "n"',
    'r.path.at("0") = "n"',
    'r.path.slice(nil, 4) = "null"',
    'r.path.substring("0", 4) = "null"',
    'r.path.startsWith("null", nil)',
    'r.tags.at(nil) = "a"',
    'r.tags.slice("1") = ["b"]',
    'r.tags.flat(nil) = ["a", "b"]',
    'r.size.toFixed(nil) = "5"',
    'r.size.toString("2") = "101"',
    // Functions, regular expressions and objects could run code or never end.
    '"aaa".replace(r.pattern, "") = ""',
    '[1, 2].sort(r.run) = [1, 2]',
    '"a".concat(r.owner) = "a"',
    // The elements of a list have texts.
    'r.tags.join(nil) = "anullb"',
    'r.parts.join("/") = "acme/"',
    'r.parts.toString() = "acme,"',
    'r.parts.sort() = r.parts',
    'r.rows.join("") != ""',
    'r.rows.toSorted() = r.rows',
    // Static methods.
    'Integer.parseInt(nil) = 5',
    'not Integer.isNaN(Integer.parseFloat(nil))',
    'Integer.parseInt(5) = 5',
    'String.fromCharCode("65") = "A"',
    'Dictionary.keys(nil) = []',
    'Dictionary.keys("ab") = ["0", "1"]',
    'Dictionary.values(r.map) = []',
    // Too many arguments.
    'r.path.trim("n") = "ull-island"',
    'r.date.getTime(1) = 0',
  ])('makes `%s` undecided', (condition) => {
    expect(ask(condition)).toBe(undecided);
  });

  it.each([
    'r.path.startsWith("null")',
    'r.path.startsWith("island", 5)',
    'r.path.concat() = r.path',
    'r.path.concat("a", "b") = "null-islandab"',
    'r.path.split() = ["null-island"]',
    'r.path.slice() = r.path',
    'r.path.at(-1) = "d"',
    'r.tags.includes(nil) = false',
    'r.parts.includes(nil)',
    'r.tags.join() = "a,b"',
    'r.nested.join("/") = "a/b"',
    '[2, 10].sort() = [10, 2]',
    '[true, 1].join("") = "true1"',
    'r.size.toString(2) = "101"',
    'r.map.get("a") = 1',
    'r.map.has(nil) = false',
    'Integer.isFinite(nil) = false',
    'Integer.parseInt("5 apples") = 5',
    'List.of(nil, 1) = [nil, 1]',
    'List.isArray(nil) = false',
    'String.fromCharCode(65, 66) = "AB"',
    'Dictionary.keys({a: 1}) = ["a"]',
    'Dictionary.values(r.owner) = [1]',
  ])('makes `%s` true', (condition) => {
    expect(ask(condition)).toBe(true);
  });

  it('does not hide another alternative that grants', () => {
    expect(ask('(r.path.startsWith(r.root) or r.size = 5)')).toBe(true);
  });
});

it('gives the method, the expected type and the found one in the error of an undecided argument', async () => {
  const { Authorizer } = await import('../index.js');
  const authorizer = await Authorizer.load({ policies: 'allow(_, _, r) if r.path.startsWith(r.root);' });
  await expect(authorizer.can(1, 'read', row)).rejects.toMatchObject({
    code: undecided,
    data: { name: 'startsWith', expected: 'a string as argument 1', found: 'nil' },
    line: 1,
  });
});
