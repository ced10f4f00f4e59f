import { describe, expect, it } from 'vitest';
import { processTerm } from './search.ts';

describe('processTerm', () => {
  it.each([
    ['Which routes can a guest reach?', 'routes guest reach'],
    ['why is Bob refused?', 'Bob refused'],
    ['tenants', 'tenants'],
    ['POLAR_CHECK_UNKNOWN_FIELD', 'POLAR_CHECK_UNKNOWN_FIELD'],
  ])('searches %s as %s', (search, expected) => {
    expect(processTerm(search)).toBe(expected);
  });

  it('keeps a phrase in quotation marks, and a search that has only words of questions', () => {
    for (const search of ['"who can"', 'what is this', '']) expect(processTerm(search)).toBe(search);
  });
});
