import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { errorKind } from './coded-error.js';

const texts = { NANOOK_TEST_FULL: (p: { size: number }) => `the queue has ${p.size} records` };

/** Two copies of a package: the ES module and the CommonJS one. */
const [kind, otherCopy] = [
  errorKind('@nanook/test/TestError', texts),
  errorKind('@nanook/test/TestError', texts),
];
class TestError extends kind.Base<'NANOOK_TEST_FULL'> {}

describe('errorKind', () => {
  it('makes the name and the message from the id and the texts', () => {
    const cause = new Error('disk');
    const error = new TestError('NANOOK_TEST_FULL', { size: 3 }, { cause });
    expect(error).toMatchObject({ name: 'TestError', code: 'NANOOK_TEST_FULL', data: { size: 3 }, cause });
    expect(error.message).toBe('the queue has 3 records');
  });

  it('recognizes an error of another copy of the package', () => {
    const error = new TestError('NANOOK_TEST_FULL', { size: 3 });
    expect(error).not.toBeInstanceOf(otherCopy.Base);
    expect(otherCopy.includes(error)).toBe(true);
  });

  it('does not recognize other values', () => {
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const other = errorKind('@nanook/test/OtherError', texts);
    for (const value of [undefined, null, 'text', new Error('text'), revoked.proxy])
      expect(kind.includes(value)).toBe(false);
    expect(other.includes(new TestError('NANOOK_TEST_FULL', { size: 3 }))).toBe(false);
  });

  it('leaves the brand out of a log', () => {
    expect(inspect(new TestError('NANOOK_TEST_FULL', { size: 3 }))).not.toContain('Symbol(');
  });
});
