import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

describe('the guide "Several processes"', () => {
  it('lists every code of the package', () => {
    const codes = read('nanook-policies-error.ts').matchAll(/^ {2}(NANOOK_POLICIES_\w+):/gm);
    const listed = read('../../../../docs/guides/several-processes.md').matchAll(
      /^\| `(NANOOK_POLICIES_\w+)`/gm,
    );
    expect([...listed].map(([, code]) => code)).toEqual([...codes].map(([, code]) => code));
  });
});
