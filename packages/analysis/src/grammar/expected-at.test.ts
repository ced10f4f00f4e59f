import { describe, expect, it } from 'vitest';
import { expectedAt } from './expected-at.js';

/** Returns what the grammar expects at the mark `|`. */
const at = (text: string) => expectedAt(text.replace('|', ''), text.indexOf('|'));

describe('expectedAt', () => {
  it.each([
    ['|', { kind: 'statement' }],
    ['f(1);\n|', { kind: 'statement' }],
    ['f(x) if x.\n\n# g\ng|(x);', { kind: 'statement' }],
    ['al|', { kind: 'statement' }],
    ['type |', { kind: 'rule name' }],
    ['resource |', { kind: 'type of block', keyword: 'resource' }],
    ['resource Note { | }', { kind: 'item of block', type: 'Note' }],
    ['resource Note { roles = ["a", "|"]; }', { kind: 'declared name', type: 'Note', list: 'roles' }],
    ['resource Note { relations = { | }; }', { kind: 'relation name', type: 'Note' }],
    ['resource Note { relations = { a: | }; }', { kind: 'type of relation', type: 'Note' }],
    ['resource Note { "a" if "|" on "b"; }', { kind: 'implier', type: 'Note', relation: 'b' }],
    ['resource Note { "a" if "b" on "|"; }', { kind: 'relation', type: 'Note', implier: 'b' }],
    ['resource Note { "a" | }', { kind: 'words', words: ['if'] }],
    ['resource Note { "a" if "b" on "p" and "|"; }', { kind: 'implier', type: 'Note', relation: undefined }],
    ['resource Note { "a" if "b" | }', { kind: 'words', words: ['on', 'and', 'or', ';'] }],
    ['resource Note { "a" if global "|"; }', { kind: 'implier', type: 'global', relation: undefined }],
    ['resource Note { "a" if "b" and f(|', { kind: 'argument', rule: 'f', index: 0 }],
    ['resource Note { role if role on "|"; }', { kind: 'relation', type: 'Note', implier: 'role' }],
    ['resource Note extends |', { kind: 'type of block', keyword: 'resource' }],
    ['resource Note extends File { | }', { kind: 'item of block', type: 'Note' }],
    ['global { | }', { kind: 'item of block', type: 'global' }],
    ['global { roles = ["|"]; }', { kind: 'declared name', type: 'global', list: 'roles' }],
    ['declare |', { kind: 'rule name' }],
    ['test fixture a { |', { kind: 'item of setup' }],
    ['test fixture a { f(|', { kind: 'parameter', rule: 'f', index: 0 }],
    ['allow(|', { kind: 'parameter', rule: 'allow', index: 0 }],
    ['allow(user: User, "|', { kind: 'parameter', rule: 'allow', index: 1 }],
    ['allow(user: |', { kind: 'type', after: ':', rule: 'allow', index: 0 }],
    ['f(x) if x matches |', { kind: 'type', after: 'matches', rule: undefined, index: 0 }],
    ['f(x: Note{|', { kind: 'key', type: 'Note' }],
    ['f(x: Note{status: |', { kind: 'value of key', type: 'Note', key: 'status' }],
    ['f(x) |', { kind: 'words', words: ['if', ';'] }],
    ['f(x) if |', { kind: 'term', comparedWith: undefined, startsCondition: true }],
    ['f(x) if x.a.|', { kind: 'member', of: ['x', 'a'] }],
    ['f(x) if x.a(1).|', { kind: 'member', of: [] }],
    ['f(x) if x.a = "|"', { kind: 'term', comparedWith: ['x', 'a'], startsCondition: false }],
    ['f(x) if x.a in ["a", "|', { kind: 'term', comparedWith: ['x', 'a'], startsCondition: false }],
    ['f(x) if not g(x, |', { kind: 'argument', rule: 'g', index: 1 }],
    ['f(x) if g(h([1, 2], {a: 3}), |', { kind: 'argument', rule: 'g', index: 1 }],
    ['f(x) if x.a(|', { kind: 'argument', rule: '', index: 0 }],
    ['test "a" { |', { kind: 'item of test' }],
    ['test "a" { setup { |', { kind: 'item of setup' }],
    ['test "a" { setup { f(1); } assert |', { kind: 'term', comparedWith: undefined, startsCondition: true }],
    ['test "a" { assert f(1, |', { kind: 'argument', rule: 'f', index: 1 }],
    ['test "|"', { kind: 'free text' }],
    ['f(1); # |', { kind: 'free text' }],
  ])('in %s', (text, expectation) => {
    expect(at(text).expectation).toEqual(expectation);
  });

  it.each([
    'allow(user: User,\n\nf(x) if |',
    'resource Note {\n  roles = [\n\nf(x) if |',
    'test "a" {\n\nf(x) if |',
    'f(x) if x.\n\nf(x) if |',
    'f(x) if x =\nresource Note {}\nf(x) if |',
  ])('reads the statement at the cursor behind a broken one: %s', (text) => {
    expect(at(text).expectation).toMatchObject({ kind: 'term', startsCondition: true });
  });

  it('names the part of the text that a completion replaces', () => {
    expect(at('f(x) if x = "dr|aft";')).toMatchObject({ start: 13, end: 18, isInString: true });
    expect(at('f(x) if x.na|me = 1;')).toMatchObject({ start: 10, end: 14, isInString: false });
    expect(at('f(x) if x = "dr|')).toMatchObject({ start: 13, end: 15, isInString: true });
  });
});
