import { describe, expect, it } from 'vitest';
import { sampled } from '../../../../tools/test-scope.js';
import { Authorizer, isPolarError } from '../index.js';

// Short policies that would take hours, or all memory, if a limit did not hold everywhere. They run under default limits.

const lastOf = (text: string) => `d(x, 0, x); d(x, n, r) if n > 0 and d(${text}, n - 1, r);`;
const many = (count: number, name: string) =>
  Array.from({ length: count }, (_, i) => `${name}${i} = x`).join(' and ');

const hostile: readonly (readonly [what: string, policy: string])[] = [
  // constraints
  [
    'a chain of constraints under not',
    'c(_, 0); c(x, n) if n > 0 and x.a > n and c(x, n - 1); f(x) if x > 0 and not c(x, 20000);',
  ],
  [
    'a chain of attributes under not',
    'c(_, 0); c(x, n) if n > 0 and y = x.a and y > n and c(y, n - 1); f(x) if x matches {a: _} and not c(x, 5000);',
  ],
  [
    'a chain of alternatives under not',
    'c(x, n) if n = 0 or (x > n and c(x, n - 1)); f(x) if x > 0 and not c(x, 90000);',
  ],
  [
    'negations within negations',
    `n0(x) if x > 0; ${Array.from({ length: 2_000 }, (_, i) => `n${i + 1}(x) if not n${i}(x);`).join(' ')} f(x) if n2000(x);`,
  ],
  [
    'a negation with a million proofs',
    'c(_, 0); c(x, n) if n > 0 and (x > n or x < n) and c(x, n - 1); f(x) if x > 0 and not c(x, 20);',
  ],
  [
    'a variable with many constraints',
    'c(_, 0); c(x, n) if n > 0 and x > n and c(x, n - 1); f(x) if c(x, 50000) and x = 100000;',
  ],
  ['an expression that doubles', `${lastOf('x + x')} f(x) if x > 0 and d(x, 40, r) and r > 3;`],
  [
    'an expression that doubles, of an inner variable',
    `${lastOf('x + x')} f(y) if x > 0 and d(x, 40, r) and r > 3 and y = 1;`,
  ],
  // lists and dictionaries
  [
    'a list that shares its halves, flattened',
    `${lastOf('[x, x]')} f(r) if d([1], 40, x) and r = x.flat(1000).length;`,
  ],
  ['the same, joined', `${lastOf('[x, x]')} f(r) if d([1], 40, x) and r = x.join(",");`],
  ['the same, as a text', `${lastOf('[x, x]')} f(r) if d([1], 40, x) and r = x.toString();`],
  ['the same, sorted', `${lastOf('[x, x]')} f(r) if d([1], 40, x) and r = x.sort();`],
  ['the same, compared', `${lastOf('[x, x]')} f(1) if d([1], 40, x) and d([1], 40, y) and x = y;`],
  ['the same, with a variable in it', `${lastOf('[x, x]')} f(x) if d([x], 40, r) and r = [[x], 1];`],
  [
    'the same, handed to a method',
    `${lastOf('[x, x]')} f(x) if d([x, y], 40, r) and y = 1 and x = 1 and "a".includes(r);`,
  ],
  [
    'dictionaries that share their halves, compared',
    `${lastOf('{a: x, b: x}')} f(1) if d({}, 40, x) and d({}, 40, y) and x = y;`,
  ],
  ['a list that doubles', `${lastOf('x.concat(x)')} f(r) if d([1, 2], 60, r);`],
  [
    'a list of open lists',
    'g(0, l, l); g(n, l, r) if n > 0 and g(n - 1, [_x, *l], r); f(r) if g(30000, y, r) and y = 1;',
  ],
  // texts
  ['a text that doubles', `${lastOf('x.concat(x)')} f(r) if d("abcdefgh", 60, r);`],
  [
    'a text that replaceAll makes longer',
    `${lastOf('x.replaceAll("a", "aaaaaaaaaaaaaaaa")')} f(r) if d("a", 60, r);`,
  ],
  [
    'a text that is put in place of a part of it',
    `${lastOf('x.replace("a", "$\'$\'$\'a$\'")')} f(r) if d("abcd", 60, r);`,
  ],
  [
    'a text that is split again and again',
    `${lastOf('x.concat(x)')} s(x, n) if n > 0 and y = x.split("") and y.length > 0 and s(x, n - 1); f(x) if x = 1 and d("a", 22, t) and s(t, 100);`,
  ],
  [
    'a long text sought in a long text',
    `${lastOf('x.concat(x)')} f(r) if d("a", 21, x) and d("a", 17, y) and z = y.concat("b").concat(y) and r = x.indexOf(z);`,
  ],
  [
    'a text whose case is changed again and again',
    `${lastOf('x.concat(x)')} u(x) if u(x.toUpperCase()); f(x) if x = 1 and d("a", 22, t) and u(t);`,
  ],
  // rules
  [
    'a rule with thousands of variables',
    `b(x) if ${many(3_000, 'v')} and b([x]) and ${many(3_000, 'v')}; f(x) if b(1) and x = 1;`,
  ],
  ['a rule that calls itself twice', 'l(n, n); l(n, r) if l(n, m) and r = m; f(x) if l(1, x) and 1 = 2;'],
  [
    'forall within forall',
    'q(0); q(n) if n > 0 and forall(x in [1, 2, 3], x > 0 and q(n - 1)); f(x) if q(30) and x = 1;',
  ],
];

describe('a hostile policy under default limits', () => {
  it.each(sampled(hostile, 2))(
    '%s ends in our error or in an answer',
    async (_what, policies) => {
      const authorizer = await Authorizer.load({ policies, onWarning: () => {} });
      const answers = authorizer.policy.query('f(x)');
      let [outcome, message] = ['answer', ''];
      try {
        await answers.next();
      } catch (error) {
        if (!isPolarError(error)) throw error;
        [outcome, message] = [error.code, error.message];
      } finally {
        await answers.return();
      }
      expect(outcome).toMatch(
        /^answer|POLAR_RUN_(\w+_LIMIT|TIMEOUT|UNEXPECTED_CONSTRAINT|UNHANDLED_CONSTRAINT|UNBOUND_ARGUMENT)$/,
      );
      expect(message.length).toBeLessThan(3_000);
    },
    60_000,
  );
});
