import { describe, expect, it } from 'vitest';
import { Report } from '../../diagnostics/report.js';
import { Source } from '../../diagnostics/source.js';
import { TypeTable } from '../../types/type-table.js';
import { buildPolicy } from './build-policy.js';
import { diagnose, diagnoseAll, policyOf } from '../diagnose.fixture.js';

// cspell:ignore resourc

class User {}
class Repo {}

describe('buildPolicy', () => {
  it('numbers rules in definition order: by source and place, then shorthand rules by block', () => {
    const report = new Report();
    const types = new TypeTable({ User, Repo });
    const sources = [
      new Source('resource Repo { permissions = ["read", "list"]; "list" if "read"; }\nb(1);'),
      new Source(
        'actor User { permissions = ["see", "be"]; "see" if "be"; }\na(1);\n' +
          'resource Repo { permissions = ["push"]; "read" if "push"; }',
      ),
    ];
    const policy = buildPolicy(sources, types, report);
    expect(policy?.rules.map(({ id, name, shorthandOf }) => [id, name, shorthandOf])).toEqual([
      [0, 'b', undefined],
      [1, 'a', undefined],
      [2, 'has_permission', 'Repo'],
      [3, 'has_permission', 'Repo'],
      [4, 'has_permission', 'User'],
    ]);
    expect(policy?.actorTypes).toEqual(['User']);
    expect(policy?.resourceTypes).toEqual(['Repo', 'User']);
  });

  it('returns a frozen policy with its warnings', () => {
    const policy = policyOf('f(_: Foo);\n?= f(1);');
    expect(Object.isFrozen(policy)).toBe(true);
    expect(Object.isFrozen(policy.rules)).toBe(true);
    expect(policy.inlineQueries).toHaveLength(1);
    expect(policy.warnings.map(({ code }) => code)).toEqual([
      'POLAR_CHECK_UNKNOWN_SPECIALIZER',
      'POLAR_CHECK_MISSING_ALLOW_RULE',
    ]);
    expect(policy.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('reports the errors of every source, in their order', () => {
    expect(diagnoseAll(['f(x);', 'g(1) if h(1);\ng(y);'])).toEqual([
      {
        code: 'POLAR_CHECK_SINGLETON_VARIABLE',
        at: '1:3',
        data: { name: 'x', as: 'parameter', type: undefined, word: undefined },
      },
      { code: 'POLAR_CHECK_UNDEFINED_RULE', at: '1:9', data: { name: 'h', known: ['f', 'g'] } },
      {
        code: 'POLAR_CHECK_SINGLETON_VARIABLE',
        at: '2:3',
        data: { name: 'y', as: 'parameter', type: undefined, word: undefined },
      },
    ]);
  });

  it('reports syntax errors first, and reports no name as missing that may be in unparsed text', () => {
    expect(
      diagnose`
      f(x);
      f(1) if g(1);
      g(1;
    `.map(({ code, at }) => [code, at]),
    ).toEqual([
      ['POLAR_PARSE_UNEXPECTED_TOKEN', '3:4'],
      ['POLAR_CHECK_SINGLETON_VARIABLE', '1:3'],
    ]);
  });

  it('does not check a statement with a syntax error', () => {
    expect(
      diagnose`
      f(x) if x in y in z;
    `.map(({ code }) => code),
    ).toEqual(['POLAR_PARSE_CHAINED_COMPARISON']);
  });

  it('reports an invalid block once, and not that its rules are missing', () => {
    expect(diagnose`
      resourc Repo { permissions = ["read", "list"]; "read" if "list"; }
      allow(a, b, c) if has_permission(a, b, c);
    `).toEqual([{ code: 'POLAR_CHECK_BLOCK_KEYWORD', at: '1:1', data: { found: 'resourc' } }]);
  });

  describe('a policy with a repeated source', () => {
    const load = (...sources: Source[]) => {
      const report = new Report();
      buildPolicy(sources, new TypeTable(), report);
      return report.errors.map(({ code, data }) => ({ code, data }));
    };

    it('fails to load for a repeated name and for repeated contents', () => {
      expect(load(new Source('f(1);', 'a.polar'), new Source('f(1);', 'a.polar'))).toEqual([
        { code: 'POLAR_LOAD_DUPLICATE_SOURCE', data: { name: 'a.polar', sameAs: 'a.polar' } },
      ]);
      expect(load(new Source('f(1);', 'a.polar'), new Source('f(2);', 'a.polar'))).toEqual([
        { code: 'POLAR_LOAD_DUPLICATE_SOURCE', data: { name: 'a.polar', sameAs: 'a.polar' } },
      ]);
      expect(load(new Source('f(1);', 'a.polar'), new Source('f(1);', 'b.polar'))).toEqual([
        { code: 'POLAR_LOAD_DUPLICATE_SOURCE', data: { name: 'b.polar', sameAs: 'a.polar' } },
      ]);
    });

    it('causes each error once', () => {
      expect(
        load(new Source('f(x);', 'a.polar'), new Source('f(x);', 'b.polar')).map(({ code }) => code),
      ).toEqual(['POLAR_CHECK_SINGLETON_VARIABLE', 'POLAR_LOAD_DUPLICATE_SOURCE']);
    });

    it('loads when its texts have no name', () => {
      expect(load(new Source('f(1);'), new Source('f(1);'))).toEqual([]);
    });
  });
});
