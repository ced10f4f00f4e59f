import { describe, expect, it } from 'vitest';
import { tokensOf } from './tokens.js';

const texts = (text: string): string[] =>
  tokensOf(text).tokens.map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`);

describe('tokensOf', () => {
  it('returns each token with its place, and the comments apart', () => {
    expect(texts('allow(_, "read") if true; # all')).toEqual([
      'name allow',
      '( (',
      'name _',
      ', ,',
      'string "read"',
      ') )',
      'if if',
      'true true',
      '; ;',
    ]);
    expect(tokensOf('# all\nx').comments.map(({ text }) => text)).toEqual(['# all']);
  });

  it('reads on after invalid text and an open string', () => {
    expect(texts('a $ "open\nb')).toEqual(['name a', 'invalid $', 'unterminated "open', 'name b']);
  });
});
