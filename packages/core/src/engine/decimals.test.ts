import { describe, expect, it } from 'vitest';
import { parseDecimal } from '../types/decimal-value.js';
import { EngineUnderTest } from './fixtures/engines.fixture.js';

const long = parseDecimal('12345678901234567.89');
const same = parseDecimal('012345678901234567.890');
const longer = parseDecimal('12345678901234567.9');
const whole = parseDecimal('12345678901234567');
const order = 'POLAR_UNDECIDED_ORDER';

const comparisons: readonly (readonly [left: unknown, operator: string, right: unknown, boolean | string])[] =
  [
    [long, '=', same, true],
    [long, '!=', same, false],
    [long, '==', same, true],
    [long, '=', longer, false],
    [long, '!=', longer, true],
    [long, '<', longer, true],
    [longer, '<', long, false],
    [long, '<=', same, true],
    [long, '>=', same, true],
    [long, '>', 5, true],
    [5, '<', long, true],
    [long, '=', Number(long), false],
    [parseDecimal('0.30000000000000004'), '=', 0.1 + 0.2, true],
    [0.1 + 0.2, '=', parseDecimal('0.30000000000000004'), true],
    [long, '<', Infinity, true],
    [long, '<', NaN, false],
    [whole, '=', 12345678901234567n, true],
    [12345678901234567n, '=', whole, true],
    [12345678901234567n, '<', long, true],
    [long, '<', 12345678901234568n, true],
    [long, '=', '12345678901234567.89', false],
    [long, '!=', '12345678901234567.89', true],
    [long, '<', 'x', order],
    [long, '<', null, order],
    [long, '<', {}, order],
    [long, '=', [long], false],
    [long, '=', {}, false],
    [long, '=', new Date(0), false],
    [1n, '=', 1, false],
    [1n, '!=', 1, true],
    [1n, '=', 1n, true],
    [1n, '<', 2, true],
    [2, '<', 1n, false],
    [1n, '<=', 1, true],
    [9007199254740993n, '>', 9007199254740992, true],
    [9007199254740993n, '<', 9007199254740994n, true],
    [1n, '<', 1.5, true],
    [1n, '<', NaN, false],
    [1n, '<', Infinity, true],
    [1n, '<', '2', order],
  ];
const operators = ['=', '!=', '==', '<', '<=', '>', '>='];
const policy = `
  ${operators.map((operator) => `allow(x, "${operator}", y) if x ${operator} y;`).join('\n')}
  ${operators.map((operator) => `allow(x, "not ${operator}", y) if not x ${operator} y;`).join('\n')}
  allow(x, "in", y) if x in y;
  allow(x, "rows", y) if {amount: x} = {amount: y};
  allow(x, "literal", _) if x = 0.30000000000000004;
  allow(x, "one of", _) if x in [1, 0.30000000000000004];
`;

describe.each(['machine', 'source', 'closures', 'aot'] as const)('decimals and bigints on %s', (kind) => {
  const engine = new EngineUnderTest(kind, policy);
  const ask = (left: unknown, action: string, right: unknown): boolean | string => {
    try {
      return engine.canSync(left, action, right);
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it.each(comparisons)('%o %s %o is %s', (left, operator, right, expected) => {
    expect(ask(left, operator, right)).toBe(expected);
    expect(ask(left, `not ${operator}`, right)).toBe(typeof expected === 'boolean' ? !expected : expected);
  });

  it('compares the elements of lists and the values of dictionaries', () => {
    expect(ask(long, 'in', [longer, same])).toBe(true);
    expect(ask(long, 'in', [longer])).toBe(false);
    expect(ask(long, 'rows', same)).toBe(true);
    expect(ask(long, 'rows', longer)).toBe(false);
  });

  it('compares with literals', () => {
    expect(ask(parseDecimal('0.30000000000000004'), 'literal', null)).toBe(true);
    expect(ask(parseDecimal('0.30000000000000004'), 'one of', null)).toBe(true);
    expect(ask(parseDecimal('0.30000000000000005'), 'literal', null)).toBe(false);
    expect(ask(parseDecimal('0.30000000000000005'), 'one of', null)).toBe(false);
  });
});
