import { describe, expect, it } from 'vitest';
import { Authorizer, type AuthorizerOptions } from '../../index.js';

class A {
  a = 1;
  b = 2;
}
class B extends A {}
class C extends B {}
const types = { A, B, C };

async function order(
  policy: string,
  query: string,
  bindings: Record<string, unknown>,
  options: Partial<AuthorizerOptions> = {},
) {
  const authorizer = await Authorizer.load({ policies: policy, types, onWarning: () => {}, ...options });
  const labels: unknown[] = [];
  for await (const answer of authorizer.policy.query(query, { bindings })) labels.push(answer.get('x'));
  return labels;
}

// The orders are those that the original engine gives (Polar reference, rule specificity).
describe('the order in which rules are tried', () => {
  it('orders rules from the nearest class outwards, more fields before fewer, and classes before dictionaries', async () => {
    const policy = `f(_:A, "A"); f(_:B, "B"); f(_:C, "C"); f(_, "any"); f(_:{a:1}, "d1"); f(_:{a:1,b:2}, "d2");
      f(_:A{a:1}, "A1"); f(_:A{a:1,b:2}, "A12");`;
    expect(await order(policy, 'f(c, x)', { c: new C() })).toEqual([
      'C',
      'B',
      'A12',
      'A1',
      'A',
      'd2',
      'd1',
      'any',
    ]);
  });

  it('compares parameters from the left, and the first that differs decides', async () => {
    const policy = `g(_:A, _:B, "AB"); g(_:B, _:A, "BA"); g(_:C, _:A, "CA"); g(_:A, _:C, "AC"); g(_, _:C, "_C"); g(_:C, _, "C_");`;
    expect(await order(policy, 'g(c, c, x)', { c: new C() })).toEqual(['CA', 'C_', 'BA', 'AC', 'AB', '_C']);
  });

  it('keeps the order of definition among literals, dictionaries and built-in types', async () => {
    const policy = `f(_, "1"); f(_, "2"); f(_:Integer, "int"); f(1, "lit"); f(_:1, "spec"); f(_:{}, "{}");`;
    expect(await order(policy, 'f(1, x)', {})).toEqual(['int', 'spec', '{}', '1', '2', 'lit']);
  });

  it('finds the rules that apply before it orders them, when "more specific" is not an order', async () => {
    // The middle rule separates the outer two, unless it does not apply.
    const policy = `h(_:Integer, _:A, 1, "IA"); h(_:Float, _:B, k, "FB") if k = k; h(_:Integer, _:B, _:1, "IB");`;
    const between = `h(_:Integer, _:A, _, "IA"); h(_:Float, _:B, {n: 1}, "FB"); h(_:Integer, _:B, _, "IB");`;
    expect(await order(policy, 'h(1, c, 1, x)', { c: new C() })).toHaveLength(3);
    expect(await order(between, 'h(1, c, d, x)', { c: new C(), d: { n: 2 } })).toEqual(['IB', 'IA']);
    expect(await order(between, 'h(1, c, d, x)', { c: new C(), d: { n: 1 } })).toEqual(['IA', 'FB', 'IB']);
  });

  it('reports a missing attribute of a head under a negation as undecided', async () => {
    const policy = `h(_:Integer, _:A{zz: 1}, "IA"); h(_:Float, _:B, "FB") if 1 = 2; h(_:Integer, _:B{zz: 2}, "IB");
      allow(_, "x", r) if not h(1, r, _);`;
    const authorizer = await Authorizer.load({ policies: policy, types, onWarning: () => {} });
    await expect(authorizer.can(1, 'x', new C())).rejects.toMatchObject({
      code: 'POLAR_UNDECIDED_PATTERN',
    });
  });
});
