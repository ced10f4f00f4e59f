import { describe, expect, it } from 'vitest';
import { Report } from '../diagnostics/report.js';
import { Source } from '../diagnostics/source.js';
import { positionOf, textOf } from '../diagnostics/span.js';
import { isName, Lexer } from './lexer.js';
import type { Token } from './token.js';

const read = (text: string) => {
  const report = new Report();
  const lexer = new Lexer(new Source(text), report);
  const all: Token[] = [];
  do all.push(lexer.next());
  while (all.at(-1)!.kind !== 'end');
  return {
    tokens: all,
    comments: lexer.comments,
    errors: report.diagnostics.map(({ code, data }) => ({ code, data })),
  };
};
const tokens = (text: string) => {
  const { tokens: all, errors } = read(text);
  expect(errors).toEqual([]);
  return all.slice(0, -1).map(({ kind, text: written }) => (kind === written ? kind : `${kind} ${written}`));
};
const errorsIn = (text: string) => read(text).errors;

describe('Lexer', () => {
  it('distinguishes keywords from names by case and by the whole word', () => {
    expect(tokens('if If iffy not_ in? type types')).toEqual([
      'if',
      'name If',
      'name iffy',
      'name not_',
      'name in?',
      'type',
      'name types',
    ]);
  });

  it('reads the words of blocks as names', () => {
    expect(tokens('actor resource roles permissions relations on')).toEqual(
      ['actor', 'resource', 'roles', 'permissions', 'relations', 'on'].map((word) => `name ${word}`),
    );
  });

  it('accepts every visible letter beyond ASCII in a name', () => {
    expect(tokens('é 日本 🐻‍❄️x _1')).toEqual(['name é', 'name 日本', 'name 🐻‍❄️x', 'name _1']);
  });

  it('joins namespaces and ends a name at a question mark', () => {
    expect(tokens('a::b::c a?b x?=1 a:b')).toEqual([
      'name a::b::c',
      'name a?',
      'name b',
      'name x?',
      '=',
      'number 1',
      'name a',
      ':',
      'name b',
    ]);
  });

  it('reads the longest operator', () => {
    expect(tokens('a:=b==c<=d>=e!=f?=g<h>i:j')).toEqual(
      'name a,:=,name b,==,name c,<=,name d,>=,name e,!=,name f?,=,name g,<,name h,>,name i,:,name j'.split(
        ',',
      ),
    );
  });

  it('ends a number before the first character that does not belong to it', () => {
    expect(tokens('1and 007 1. 1.5e-3 1e+3 0x10 1e5-3')).toEqual([
      'number 1',
      'and',
      'number 007',
      'number 1.',
      'number 1.5e-3',
      'number 1e+3',
      'number 0',
      'name x10',
      'number 1e5',
      '-',
      'number 3',
    ]);
  });

  it('returns the value of numbers', () => {
    expect(read('007 1. 1.5e-3 9007199254740991 1E3').tokens.map(({ number }) => number)).toEqual([
      7, 1, 0.0015, 9007199254740991, 1000, 0,
    ]);
  });

  it('refuses an exponent without digits', () => {
    expect(errorsIn('1e 1.5e+')).toEqual([
      { code: 'POLAR_PARSE_INVALID_NUMBER', data: { text: '1e' } },
      { code: 'POLAR_PARSE_INVALID_NUMBER', data: { text: '1.5e+' } },
    ]);
  });

  it('refuses integers that a JavaScript number does not hold exactly, but accepts such floats', () => {
    expect(errorsIn('9007199254740992 9007199254740992.0 1e400')).toEqual([
      { code: 'POLAR_PARSE_INTEGER_TOO_LARGE', data: { text: '9007199254740992' } },
    ]);
  });

  it('reads the escapes of strings', () => {
    const [token] = read(String.raw`"a\n\r\t\0\\\"\q\u0041\🐻"`).tokens;
    expect(token!.text).toBe('a\n\r\t\0\\"qu0041🐻');
  });

  it('accepts a tab, a carriage return, a hash and an escaped line break in a string', () => {
    expect(read('"a\t\r#\\\nb" c').tokens.map(({ text }) => text)).toEqual(['a\t\r#\nb', 'c', '']);
  });

  it('returns a string that its line does not close as unterminated, and continues with the next line', () => {
    expect(read('"a\nb').tokens.map(({ kind }) => kind)).toEqual(['unterminated', 'name', 'end']);
    expect(read('"a\\').tokens.map(({ kind }) => kind)).toEqual(['unterminated', 'end']);
  });

  it('collects comments up to the end of the line', () => {
    const { comments, tokens: all } = read('a # one "\r\n#two\nb#');
    expect(comments.map(({ text, span }) => [text, textOf(span), positionOf(span)])).toEqual([
      ['# one "', '# one "', { line: 1, column: 3 }],
      ['#two', '#two', { line: 2, column: 1 }],
      ['#', '#', { line: 3, column: 2 }],
    ]);
    expect(all.map(({ text }) => text)).toEqual(['a', 'b', '']);
  });

  it('reports a run of an unknown character once', () => {
    expect(errorsIn('@@@ ^')).toEqual([
      { code: 'POLAR_PARSE_INVALID_CHARACTER', data: { character: '@' } },
      { code: 'POLAR_PARSE_INVALID_CHARACTER', data: { character: '^' } },
    ]);
  });

  it('refuses a namespace without a name', () => {
    expect(errorsIn('a::')).toEqual([{ code: 'POLAR_PARSE_INVALID_CHARACTER', data: { character: ':' } }]);
    expect(errorsIn('a:::b')).toEqual([{ code: 'POLAR_PARSE_INVALID_CHARACTER', data: { character: ':' } }]);
  });

  it('refuses invisible characters, so that different names look different', () => {
    for (const character of ['\u00a0', '\u200b', '\u202e', '\v', '\0', '\ud800', '\u2028']) {
      expect(errorsIn(`x${character}y`)).toEqual([
        { code: 'POLAR_PARSE_INVALID_CHARACTER', data: { character } },
      ]);
    }
  });

  it('skips a byte order mark only at the start', () => {
    expect(tokens('\ufeffa')).toEqual(['name a']);
    expect(errorsIn('a \ufeff')).toEqual([
      { code: 'POLAR_PARSE_INVALID_CHARACTER', data: { character: '\ufeff' } },
    ]);
  });

  it('reports foreign operators with the syntax of Polar, and continues', () => {
    const { tokens: all, errors: found } = read(`a && b || !c & d | e === f !== g <> h % i isa J 'k'`);
    expect(all.map(({ kind }) => kind).filter((kind) => kind !== 'name')).toEqual(
      'and or not and or == != != mod matches string end'.split(' '),
    );
    expect(
      found.map(({ data }) =>
        Object.values(data)
          .filter((part) => part !== undefined)
          .join(' → '),
      ),
    ).toEqual([
      '&& → and',
      '|| → or',
      '! → not',
      '& → and',
      '| → or',
      '=== → ==',
      '!== → !=',
      '<> → !=',
      '% → mod',
      'isa → matches',
      `'k' → "k"`,
    ]);
  });

  it.each([
    [`'say "x"'`, String.raw`"say \"x\""`],
    [String.raw`'it\'s \"x\" \n'`, String.raw`"it's \"x\" \n"`],
    [String.raw`«a\\"»`, String.raw`"a\\\""`],
  ])('advises a string of Polar with the same characters for %s', (foreign, polar) => {
    const { tokens: all, errors: found } = read(foreign);
    expect(found.map(({ data }) => data)).toEqual([{ found: foreign, instead: polar, note: undefined }]);
    const advised = read(polar);
    expect(advised.errors).toEqual([]);
    expect(all[0]!.text).toBe(advised.tokens[0]!.text);
  });

  it('returns the indentation of the line of each token', () => {
    expect(read('a b\n  c d').tokens.map(({ startsLine, indent }) => [startsLine, indent])).toEqual([
      [true, 0],
      [false, 0],
      [true, 2],
      [false, 2],
      [false, 2],
    ]);
  });
});

describe('isName', () => {
  it('returns true for a text that the lexer reads as one name', () => {
    expect(['a', 'a::b', 'é?', '_'].every(isName)).toBe(true);
    expect(['', '1a', 'a b', 'a?b', 'a::', '-', '\u200b'].filter(isName)).toEqual([]);
  });
});
