import { describe, expect, it } from 'vitest';
import { TypeTable } from '../types/type-table.js';
import { diagnoseAll } from './diagnose.fixture.js';

// cspell:ignore Shap

class Shape {}
class Square extends Shape {}
class User {}
class Admin extends User {}
class Repo {}
const types = new TypeTable({ Shape, Square, User, Admin, Repo }, { five: 5 });

/** Returns the reason why `f(…)` does not match the type `f(…)`; undefined when it matches. */
function reasonAgainst(type: string, rule: string, blocks = ''): string | undefined {
  const [first, ...others] = diagnoseAll([`${blocks}\ntype f(${type});\nf(${rule});`], types).filter(
    ({ code }) => code === 'POLAR_CHECK_INVALID_RULE',
  );
  expect(others).toEqual([]);
  return (first?.data as { reasons: { reason: string }[] } | undefined)?.reasons[0]!.reason;
}
const isOf = (type: string, rule: string, blocks?: string) => reasonAgainst(type, rule, blocks) === undefined;

describe('a rule type', () => {
  it('matches a rule with the same number of parameters', () => {
    expect(isOf('_x, _y', '1, _')).toBe(true);
    expect(reasonAgainst('_x, _y', '1')).toBe('the rule has 1 parameter, and the rule type has 2');
  });

  it('matches any argument where the type has only a variable', () => {
    expect(['_', '1', '_: Shape', '[_]', '{a: 1}'].every((rule) => isOf('_x', rule))).toBe(true);
  });

  it('matches a specializer that is the class of the type, or a subclass', () => {
    expect(isOf('_: Shape', '_: Shape')).toBe(true);
    expect(isOf('_: Shape', '_: Square{side: 1}')).toBe(true);
    expect(reasonAgainst('_: Square', '_: Shape')).toBe('the parameter `_: Shape` is not of type `Square`');
    expect(reasonAgainst('_: Shape', '_')).toBe(
      'the parameter `_` must be of type `Shape`, as in `_: Shape`',
    );
    expect(reasonAgainst('_: Shape', '_: Shap')).toBe(
      'the parameter `_: Shap` is not of type `Shape`: no class is registered as `Shap`; did you mean `Shape`?',
    );
  });

  it('matches a literal of the built-in type', () => {
    expect(isOf('_: Integer', '1')).toBe(true);
    expect(isOf('_: Integer', '_: 1')).toBe(true);
    expect(isOf('_: Float', '1')).toBe(true);
    expect(isOf('_: Float', '_: Integer')).toBe(true);
    expect(isOf('_: Integer', '1.5')).toBe(false);
    expect(isOf('_: String', '"a"')).toBe(true);
    expect(isOf('_: Boolean', 'true')).toBe(true);
    expect(isOf('_: List', '[_, *_]')).toBe(true);
    expect(isOf('_: Dictionary', '{a: 1}')).toBe(true);
    expect(isOf('_: Dictionary', '_: {a: 1}')).toBe(true);
    expect(isOf('_: String', '1')).toBe(false);
    expect(isOf('_: Integer', '1 + 1')).toBe(false);
  });

  it('matches a pattern with the fields of the type', () => {
    expect(isOf('_: Shape{side: 1}', '_: Shape{side: 1, name: "a"}')).toBe(true);
    expect(isOf('_: Shape{side: 1}', '_: Shape')).toBe(false);
    expect(isOf('_: Shape{side: 1}', '_: Shape{side: 2}')).toBe(false);
    expect(isOf('_: {a: 1}', '{a: 1, b: 2}')).toBe(true);
    expect(isOf('_: {a: 1}', '_: Shape{a: 1}')).toBe(true);
    expect(isOf('_: {a: 1}', '"a"')).toBe(false);
    expect(isOf('_: {}', '1')).toBe(false);
  });

  it('matches equal literals, in lists item by item', () => {
    expect(isOf('1', '_: 1')).toBe(true);
    expect(isOf('1', '2')).toBe(false);
    expect(isOf('"a"', '_')).toBe(false);
    expect(isOf('_: [1, 2]', '[1, 2]')).toBe(true);
    expect(isOf('[1, 2]', '[2, 1]')).toBe(false);
    expect(isOf('[1]', '[1, 1]')).toBe(false);
    expect(isOf('[1]', '[1, *_]')).toBe(false);
    expect(isOf('_: [Integer{}, _]', '[1, "a"]')).toBe(true);
    expect(isOf('_: [Integer]', '[1]')).toBe(false);
  });

  it('matches a type that is a member of the union', () => {
    const blocks = 'actor User {}\nresource Repo {}';
    expect(isOf('_: Actor, _: Resource', '_: Admin, _: Repo', blocks)).toBe(true);
    expect(isOf('_: Actor, _: Resource', '_: Actor, _: Resource', blocks)).toBe(true);
    expect(isOf('_: Resource', '_: User', blocks)).toBe(true);
    expect(isOf('_: Actor', '_: Repo', blocks)).toBe(false);
    expect(isOf('_: Actor', '_: Resource', blocks)).toBe(false);
    expect(isOf('_: User', '_: Actor', blocks)).toBe(false);
    expect(isOf('_: Resource', '1', 'resource Float {}')).toBe(true);
  });
});
