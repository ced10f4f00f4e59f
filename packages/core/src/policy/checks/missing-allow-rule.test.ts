import { describe, expect, it } from 'vitest';
import { policyOf } from '../diagnose.fixture.js';

const warningsOf = (text: string) => policyOf(text).warnings.map(({ code, span }) => [code, span]);

describe('missing-allow-rule', () => {
  it('warns about a policy without an entry point', () => {
    expect(warningsOf('f(1);')).toEqual([['POLAR_CHECK_MISSING_ALLOW_RULE', undefined]]);
  });

  it.each(['allow(1, 2, 3);', 'allow_field(1, 2, 3, 4);', 'allow_request(1, 2);'])(
    'accepts a policy with %s',
    (rule) => {
      expect(warningsOf(rule)).toEqual([]);
    },
  );
});
