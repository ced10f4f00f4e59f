import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  NanookPoliciesError,
  type NanookPoliciesErrorCode,
  type NanookPoliciesErrorData,
} from './nanook-policies-error.js';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

/** Sample data for the text of every code. A new code does not compile without a sample. */
const samples: { readonly [C in NanookPoliciesErrorCode]: NanookPoliciesErrorData<C> } = {
  NANOOK_POLICIES_INVALID_OPTION: { option: 'pollMs', reason: 'must be a positive number, found 0' },
  NANOOK_POLICIES_SOURCE: { source: 'the key "policy" of NATS', reason: 'connection refused' },
  NANOOK_POLICIES_EMPTY: { source: 'the table nanook_policies' },
  NANOOK_POLICIES_UNSIGNED: { source: 'policy.bundle' },
  NANOOK_POLICIES_NO_KEYS: { source: 'policy.bundle' },
  NANOOK_POLICIES_FORMAT: { reason: 'the text is not JSON' },
  NANOOK_POLICIES_SIGNATURE: { reason: 'signature verification failed' },
  NANOOK_POLICIES_TAMPERED: { file: 'main.polar', reason: 'has another hash than the manifest' },
  NANOOK_POLICIES_STALE: { revision: 41, current: 42 },
  NANOOK_POLICIES_REVISION_REUSED: { revision: 42 },
  NANOOK_POLICIES_TYPES: { differences: ['Note has another field'] },
  NANOOK_POLICIES_TESTS_FAILED: { failed: 2 },
  NANOOK_POLICIES_BROKEN: { reason: 'expected `;` at the end of the rule' },
  NANOOK_POLICIES_CHECK_FAILED: { reason: 'ann may not read her note' },
  NANOOK_POLICIES_REVISION_TAKEN: { revision: 42, stored: 43 },
  NANOOK_POLICIES_CLOSED: {},
};

describe('the guide "Several processes"', () => {
  const rows = read('../../../../docs/guides/several-processes.md').matchAll(
    /^\| `(NANOOK_POLICIES_\w+)` \| (.*) \|$/gm,
  );
  const meanings = new Map([...rows].map(([, code, meaning]) => [code!, meaning!]));

  it('lists every code of the package', () => {
    expect([...meanings.keys()]).toEqual(Object.keys(samples));
  });

  it('gives the meaning of each code to the command line', async () => {
    const entries = Object.entries(samples).map(([code, data]) => {
      const { message } = new NanookPoliciesError(code as NanookPoliciesErrorCode, data as never);
      const page = '../guides/several-processes.md';
      return { code, page, severity: 'error', message, when: meanings.get(code) };
    });
    const text = `${JSON.stringify(entries, undefined, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../../cli/src/codes/policies.json');
  });
});
