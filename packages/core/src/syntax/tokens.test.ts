import { describe, expect, it } from 'vitest';
import { tokensOf } from './tokens.js';

const texts = (source: string): string[] => tokensOf(source).map(({ kind, text }) => `${kind} ${text}`);

describe('tokensOf', () => {
  it('returns each token and comment with its place and its text', () => {
    expect(texts('# all\nallow(_, "read") if 1 <= 2;')).toEqual([
      'comment # all',
      'name allow',
      'punctuation (',
      'name _',
      'punctuation ,',
      'string "read"',
      'punctuation )',
      'keyword if',
      'number 1',
      'punctuation <=',
      'number 2',
      'punctuation ;',
    ]);
    expect(tokensOf('f(x);')[2]).toEqual({ kind: 'name', start: 2, end: 3, text: 'x' });
  });

  it('reads on after invalid text and an open string', () => {
    expect(texts('a $ "open\nb')).toEqual(['name a', 'invalid $', 'unterminated "open', 'name b']);
  });
});
