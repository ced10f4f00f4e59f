// cspell:ignore onwer
import { describe, expect, it } from 'vitest';
import { checkConditions, checkPolicy, parse, parseTerm, print } from '../../tooling/index.js';

describe('the entry for tools', () => {
  it('checks policies without loading them', () => {
    class User {}
    const found = checkPolicy(
      [{ name: 'a.polar', source: 'allow(u: User, _, _) if nope(u);\nf(x);' }, 'g(_: Usr);'],
      { types: { User }, queries: ['f', 'g'] },
    );
    expect(found.map((d) => [d.severity, d.code, d.file, d.line])).toEqual([
      ['error', 'POLAR_CHECK_UNDEFINED_RULE', 'a.polar', 1],
      ['error', 'POLAR_CHECK_SINGLETON_VARIABLE', 'a.polar', 2],
      ['warning', 'POLAR_CHECK_UNKNOWN_SPECIALIZER', undefined, 1],
    ]);
  });

  it('returns the warnings about a valid policy', () => {
    expect(checkPolicy(['f(1);']).map((d) => d.code)).toEqual(['POLAR_CHECK_MISSING_ALLOW_RULE']);
  });

  it('checks conditions of tests like the bodies of rules, and reports nothing about the rules', () => {
    const policies = [
      `resource Note { roles = ["owner"]; }
has_role(_: User, "owner", _: Note);
unused(1);`,
    ];
    const types = { User: { fields: { id: 'Integer' } }, Note: {} };
    const term = (text: string) => parseTerm({ name: 'test', source: text }).term!;
    const found = checkConditions(
      policies,
      [term('nope(ann)'), term('has_role(ann, "onwer", note)'), term('has_role(ann, "owner", note)')],
      { types, constants: { ann: {}, note: {} } },
    );
    expect(found.map(({ code, data }) => [code, (data as { name: string }).name])).toEqual([
      ['POLAR_CHECK_UNDEFINED_RULE', 'nope'],
      ['POLAR_CHECK_UNDECLARED_NAME', 'onwer'],
    ]);
  });

  it('parses and prints', () => {
    const { policy, diagnostics } = parse('f(x)if   x=1;');
    expect(diagnostics).toEqual([]);
    expect(print(policy).trim()).toBe('f(x) if x = 1;');
  });
});
