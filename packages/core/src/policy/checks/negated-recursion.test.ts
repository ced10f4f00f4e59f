import { describe, expect, it } from 'vitest';
import { findDialect } from '../../dialect/dialect.js';
import { messageOf } from '../../diagnostics/codes.js';
import { TypeTable } from '../../types/type-table.js';
import { diagnoseAll, diagnoseWith } from '../diagnose.fixture.js';

class Folder {}
class Repo {}
class Fork extends Repo {}
const types = new TypeTable({
  Folder: { class: Folder, fields: { parent: 'Folder', repo: 'Repo' } },
  Repo: { class: Repo, fields: { folder: 'Folder' } },
  Fork,
});
const diagnose = diagnoseWith(types);
const code = 'POLAR_CHECK_NEGATED_RECURSION';
const found = (text: TemplateStringsArray) =>
  diagnose(text)
    .filter((each) => each.code === code)
    .map(({ at, data }) => [at, data]);

describe('negated-recursion', () => {
  it('reports a rule that calls itself below a negation', () => {
    expect(found`
      open(f) if not open(f.parent);
    `).toEqual([['1:16', { name: 'open', way: [] }]]);
  });

  it('reports the way over other rules, once for rules that call each other', () => {
    expect(found`
      p(x) if not q(x);
      q(x) if r(x) and x != 1;
      r(x) if x = 2 or p(x);
      s(x) if not q(x);
      r(x) if x = 3 and not p(x);
    `).toEqual([['1:13', { name: 'q', way: ['r', 'p'] }]]);
  });

  it('reports a negation that another rule of the circle contains', () => {
    expect(found`
      p(x) if q(x);
      q(x) if x = 1 and not p(x);
    `).toEqual([['2:23', { name: 'p', way: ['q'] }]]);
  });

  it('reports the condition of a forall, a negation of a negation, and a forall below a negation', () => {
    expect(found`
      p(x) if forall(y in x and p(y), y > 1);
      q(x) if not (not q(x.parent));
      r(x) if not forall(y in x, r(y));
    `).toEqual([
      ['1:27', { name: 'p', way: [] }],
      ['2:18', { name: 'q', way: [] }],
      ['3:28', { name: 'r', way: [] }],
    ]);
  });

  it('accepts the action of a forall, which takes no answer away', () => {
    expect(found`
      ready(x) if forall(part in x.parts, ready(part));
    `).toEqual([]);
  });

  it('accepts rules with other literals, other numbers of parameters, or other types', () => {
    expect(found`
      p(x, "edit") if not p(x, "ban");
      p(x, "ban") if x.isBanned;
      q(x) if not q(x, 1);
      q(x, n) if n = 1 and x.isOpen;
      seen(f: Folder) if not seen(f.repo);
      seen(r: Repo) if r.isOpen;
    `).toEqual([]);
  });

  it('reports rules whose types a value can have at the same time', () => {
    expect(found`
      seen(f: Folder) if not seen(f.repo);
      seen(f: Fork) if seen(f.folder);
    `).toEqual([['1:24', { name: 'seen', way: ['seen'] }]]);
  });

  it('accepts recursion without a negation, and a negation without recursion', () => {
    expect(found`
      p(x) if p(x.parent) and not q(x);
      q(x) if x.isHidden;
    `).toEqual([]);
  });

  it('reports nothing in the dialect of oso', () => {
    const oso = new TypeTable({}, {}, findDialect({ dialect: 'oso' }));
    expect(diagnoseAll(['p(x) if not p(x);'], oso)).toEqual([]);
  });

  it('names the first rules on the way in its message', () => {
    const way = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
    expect(messageOf(code, { name: 'q', way })).toContain(
      'over `a`, `b`, `c`, `d`, `e`, `f`, `g`, `h` and 2 more,',
    );
    expect(messageOf(code, { name: 'q', way: ['r', 'p'] })).toBe(
      'the rule depends on its own negation: `not q` leads back to it over `r`, `p`, so that no order of the rules decides it; rewrite one of them without the negation',
    );
  });
});
