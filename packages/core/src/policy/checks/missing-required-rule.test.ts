import { describe, expect, it } from 'vitest';
import { TypeTable } from '../../types/type-table.js';
import { diagnoseWith } from '../diagnose.fixture.js';

class User {}
class Org {}
class Repo {}
const diagnose = diagnoseWith(new TypeTable({ User, Org, Repo }));

const code = 'POLAR_CHECK_MISSING_REQUIRED_RULE';
const hasRole = 'has_role(actor: Actor{}, role: String{}, resource: Resource{});';

describe('missing-required-rule', () => {
  it('requires a has_role rule if roles are declared', () => {
    expect(diagnose`
      resource Repo { roles = ["reader"]; }
      allow(a, b, c) if has_permission(a, b, c);
      has_permission(_: Actor, _: String, _: Repo);
    `).toEqual([{ code, at: '1:26', data: { ruleType: hasRole } }]);
  });

  it('accepts a shorthand rule as the required rule', () => {
    expect(
      diagnose`
        resource Repo { roles = ["a", "b"]; "a" if "b"; }
      `.map((found) => found.code),
    ).toEqual([]);
  });

  it('requires a rule for each relation that a shorthand rule uses, and for no other', () => {
    expect(diagnose`
      resource Org { permissions = ["p"]; relations = { boss: User, friend: User }; }
      resource Repo {
        permissions = ["p", "q"];
        relations = { owner: User, parent: Org, other: Org };
        "p" if "owner";
        "q" if "boss" on "parent";
      }
      allow(a, b, c) if has_permission(a, b, c);
      has_relation(_: Org, "other", _: Repo);
    `).toEqual([
      { code, at: '1:51', data: { ruleType: 'has_relation(subject: User{}, "boss", object: Org{});' } },
      { code, at: '4:17', data: { ruleType: 'has_relation(subject: User{}, "owner", object: Repo{});' } },
      { code, at: '4:30', data: { ruleType: 'has_relation(subject: Org{}, "parent", object: Repo{});' } },
    ]);
  });

  it('does not report an invalid rule as missing', () => {
    expect(
      diagnose`
        resource Repo { permissions = ["p"]; relations = { owner: User }; "p" if "owner"; }
        allow(a, b, c) if has_permission(a, b, c);
        has_relation(_: Org, "owner", _: Repo);
      `.map((found) => found.code),
    ).toEqual(['POLAR_CHECK_INVALID_RULE']);
  });
});
