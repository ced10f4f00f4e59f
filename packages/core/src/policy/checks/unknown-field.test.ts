import { describe, expect, it } from 'vitest';
import { TypeTable } from '../../types/type-table.js';
import { diagnoseWith } from '../diagnose.fixture.js';

// cspell:ignore Admn clarance nmae ownr

class User {
  get handle() {
    return '';
  }
  isAdmin() {
    return false;
  }
}
class Admin extends User {}
class Plain {}
const types = new TypeTable({
  User: { class: User, fields: { name: 'String', org: 'Org?', roles: ['Role'] } },
  Admin: { class: Admin, fields: { clearance: 'Integer' } },
  Org: { is: () => false, fields: { owner: 'User', since: 'Date', plain: 'Plain' } },
  Role: { discriminator: { kind: 'role' }, fields: { name: 'String', org: 'Org' } },
  Plain,
});
const diagnose = diagnoseWith(types);
const places = (text: TemplateStringsArray) => diagnose(text).map(({ at }) => at);

const code = 'POLAR_CHECK_UNKNOWN_FIELD';
const ofUser = { type: 'User', known: ['name', 'org', 'roles'] };
const ofOrg = { type: 'Org', known: ['owner', 'since', 'plain'] };

describe('unknown-field', () => {
  it('reports an attribute that the type of a parameter does not declare', () => {
    expect(diagnose`
      f(u: User) if u.nmae = "a";
    `).toEqual([{ code, at: '1:17', data: { ...ofUser, field: 'nmae' } }]);
  });

  it('follows declared fields, variables and lists', () => {
    expect(diagnose`
      f(u: User) if u.org.ownr = 1;
      f(u: User) if o = u.org and p = o.owner and p.nam = "a";
      f(u: User) if r in u.roles and r.org.ownr = u;
      f(u: User) if o := u.roles and r in o and not r.nam = "a";
      f(x) if x = new User() and x.nam = "a";
    `).toEqual([
      { code, at: '1:21', data: { ...ofOrg, field: 'ownr' } },
      { code, at: '2:47', data: { ...ofUser, field: 'nam' } },
      { code, at: '3:38', data: { ...ofOrg, field: 'ownr' } },
      { code, at: '4:49', data: { type: 'Role', field: 'nam', known: ['name', 'org'] } },
      { code, at: '5:30', data: { ...ofUser, field: 'nam' } },
    ]);
  });

  it('reports unknown fields in patterns', () => {
    expect(diagnose`
      f(_: User{nam: "a"}, x) if x matches Org{owner: User{nam: "b"}};
      f(_: User{org: o}) if o.ownr = 1;
      f(x) if x matches User and x.nam = "a";
    `).toEqual([
      { code, at: '1:11', data: { ...ofUser, field: 'nam' } },
      { code, at: '1:54', data: { ...ofUser, field: 'nam' } },
      { code, at: '2:25', data: { ...ofOrg, field: 'ownr' } },
      { code, at: '3:30', data: { ...ofUser, field: 'nam' } },
    ]);
  });

  it('accepts methods only of types with a class', () => {
    expect(places`
      f(u: User) if u.isAdmin() and u.isAdmn();
      f(u: User) if u.org.anything();
    `).toEqual(['1:33']);
  });

  it('accepts getters, inherited fields, and fields of subtypes', () => {
    expect(places`
      f(a: Admin) if a.handle = "a" and a.name = "b" and a.clearance = 1;
      f(u: User) if u.clearance = 1;
    `).toEqual([]);
  });

  it('uses the type of `matches` in the conditions after it', () => {
    expect(places`
      f(u: User) if u matches Admin and u.clearance = 1 and u.clarance = 2;
    `).toEqual(['1:57']);
  });

  it('reports nothing when the type is not certain', () => {
    expect(places`
      f(x) if x.anything = 1;
      f(p: Plain) if p.anything = 1;
      f(a: Actor) if a.anything = 1;
      f(u: User) if u.org.since.anything = 1 and u.org.plain.anything = 1 and u.("name").anything = 1;
      f(u: User, k) if u.(k) = 1;
      f(u: User, x) if (y = u.org or y = x) and y.anything = 1;
      f(u: User) if (y = u.org or y = u) and y.anything = 1;
      f(x: User, y) if x matches Role and x.anything = y;
      f(User) if User.anything = 1;
    `).toEqual([]);
  });

  it('reports a field that no alternative has', () => {
    expect(places`
      f(u: User, v: User) if (o = u.org or o = v.org) and o.nam = 1;
    `).toEqual(['1:55']);
  });
});
