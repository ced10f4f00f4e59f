import { describe, expect, it } from 'vitest';
import { Source } from '../diagnostics/source.js';
import { policyHash } from './policy-version.js';

const hash = (...texts: string[]) => policyHash(texts.map((text) => new Source(text)));

describe('policyHash', () => {
  it('returns the same hash for the same texts under other names', () => {
    expect(policyHash([new Source('f(1);', 'a.polar')])).toBe(policyHash([new Source('f(1);', 'b.polar')]));
  });

  it('returns different hashes for different contents, orders and boundaries of the texts', () => {
    const hashes = [
      hash(),
      hash(''),
      hash('f(1);g(1);'),
      hash('f(1);', 'g(1);'),
      hash('g(1);', 'f(1);'),
      hash('f(1);g(1);', ''),
      hash('f("\ud800");'),
      hash('f("\ud801");'),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('returns the same hash in every release', () => {
    expect(hash('allow(_, _, _);')).toBe('f3d6c8d33769ebf090472cd1af0398ffe62232a6076b3a67e19640c29aaf77b8');
  });
});
