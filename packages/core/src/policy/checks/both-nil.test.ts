import { describe, expect, it } from 'vitest';
import { messageOf } from '../../diagnostics/codes.js';
import { many, one } from '../../types/relation.js';
import { TypeTable } from '../../types/type-table.js';
import { diagnoseWith } from '../diagnose.fixture.js';

const user = { local: 'ownerId', foreign: 'id' } as const;
const types = new TypeTable({
  User: {
    fields: { id: 'Integer', teamId: 'Integer?', teamIds: ['Integer?'], isAdmin: 'Boolean', org: 'Org?' },
  },
  Org: { fields: { id: 'Integer' }, key: 'id' },
  Note: {
    fields: {
      id: 'Integer',
      teamId: 'Integer?',
      parentId: 'Integer?',
      ownerId: 'Integer',
      folderIds: ['Integer'],
      teamIds: ['Integer?'],
      size: 'Integer?',
      org: { optional: 'Org' },
    },
    relations: {
      owner: one('User', user),
      author: one('User', { ...user, enforced: true }),
      readers: many('User', { local: 'id', foreign: 'id' }),
    },
  },
});
const diagnose = diagnoseWith(types);
const code = 'POLAR_CHECK_BOTH_NIL';
const found = (text: TemplateStringsArray) =>
  diagnose(text)
    .filter((each) => each.code === code)
    .map(({ at, data }) => {
      const { left, operator, right } = data as { left: string; operator: string; right: string };
      return [at, `${left} ${operator} ${right}`];
    });

describe('both-nil', () => {
  it('warns about two values that can both be nil', () => {
    expect(diagnose`
      f(n: Note, u: User) if n.teamId = u.teamId;
    `).toEqual([
      {
        code,
        at: '1:24',
        data: { left: 'n.teamId', right: 'u.teamId', operator: '=', guards: ['n.teamId'] },
      },
    ]);
  });

  it('warns about every form of equality', () => {
    expect(found`
      f(n: Note, u: User) if n.teamId == u.teamId;
      f(n: Note, u: User) if n.teamId = t and t = u.teamId;
      f(n: Note, u: User) if t := n.teamId and u.teamId = t;
      f(n: Note{teamId: t}, u: User{teamId: t}) if n.id = u.id;
      f(_: Note{teamId: t}, _: User{teamId: t});
      f(n: Note, u: User) if n.owner matches {teamId: u.teamId};
      f(n: Note, u: User) if u.teamId in n.teamIds;
      f(n: Note, u: User) if t in n.teamIds and t = u.teamId;
      f(n: Note, u: User) if u.teamId in [1, n.teamId];
      f(n: Note, u: User) if r in n.readers and r.teamId = u.teamId;
    `).toEqual([
      ['1:24', 'n.teamId = u.teamId'],
      ['2:41', 'n.teamId = u.teamId'],
      ['3:42', 'u.teamId = n.teamId'],
      ['4:39', 'u.teamId = n.teamId'],
      ['5:39', 'User.teamId = Note.teamId'],
      ['6:49', 'n.owner.teamId = u.teamId'],
      ['7:24', 'u.teamId in n.teamIds'],
      ['8:43', 't = u.teamId'],
      ['9:40', 'u.teamId = n.teamId'],
      ['10:43', 'r.teamId = u.teamId'],
    ]);
  });

  it('warns about rows of relations that can be missing', () => {
    expect(found`
      f(n: Note, m: Note) if n.owner = m.owner;
      f(n: Note, m: Note) if n.author = m.author;
      f(n: Note, u: User) if n.owner = u;
      f(n: Note, u: User) if n.org = u.org;
    `).toEqual([
      ['1:24', 'n.owner = m.owner'],
      ['4:24', 'n.org = u.org'],
    ]);
  });

  it('accepts an equality in which one side is never nil, or has no certain type', () => {
    expect(found`
      f(n: Note, u: User, x) if n.teamId = u.id or n.teamId = 1 or n.teamId = x or n.teamId = nil or x.teamId = u.teamId;
      f(n: Note, u: User) if n.id = u.teamId and u.teamId in n.folderIds and n.teamId = n.teamId;
    `).toEqual([]);
  });

  it('accepts a guard before or after the equality', () => {
    expect(found`
      f(n: Note, u: User) if n.teamId != nil and n.teamId = u.teamId;
      f(n: Note, u: User) if n.teamId = u.teamId and u.teamId != nil;
      f(n: Note, u: User) if not n.teamId = nil and n.teamId = u.teamId;
      f(n: Note, u: User) if n.teamId = t and t != nil and t = u.teamId;
      f(n: Note{teamId: t}, u: User{teamId: t}) if t != nil and n.id = u.id;
      f(n: Note, u: User) if n.teamId = u.teamId and n.teamId > 3;
      f(n: Note, u: User) if n.teamId = u.teamId and n.teamId + 1 = 4;
      f(n: Note, u: User) if n.teamId = u.teamId and n.teamId in [1, 2];
      f(n: Note, u: User) if n.teamId = u.teamId and n.teamId in n.folderIds;
      f(n: Note, u: User) if n.teamId = u.teamId and n.teamId matches Integer;
      f(n: Note, u: User) if n.teamId = u.teamId and u.teamId = u.id;
      f(n: Note, m: Note) if n.owner = m.owner and n.owner.isAdmin;
      f(n: Note, m: Note) if n.owner = m.owner and m.owner matches User{isAdmin: true};
      f(n: Note, u: User) if (n.teamId = u.teamId or u.isAdmin) and u.teamId != nil;
      f(n: Note, u: User) if n.teamId = u.teamId and (n.teamId = 1 or u.teamId > 2);
      f(_: Note{teamId: 3, parentId: p}, u: User{teamId: p}) if p = 5 and u.isAdmin;
    `).toEqual([]);
  });

  it('does not accept a guard in another alternative, or of another value', () => {
    expect(found`
      f(n: Note, u: User) if (n.teamId != nil and u.isAdmin) or n.teamId = u.teamId;
      f(n: Note, u: User) if n.parentId != nil and n.teamId = u.teamId;
      f(n: Note, u: User) if n.teamId = u.teamId and (n.teamId = 1 or u.isAdmin);
      f(n: Note, u: User) if n.teamId = u.teamId and not n.teamId in [1];
    `).toEqual([
      ['1:59', 'n.teamId = u.teamId'],
      ['2:46', 'n.teamId = u.teamId'],
      ['3:24', 'n.teamId = u.teamId'],
      ['4:24', 'n.teamId = u.teamId'],
    ]);
  });

  it('accepts an equality when the rule says what holds for nil', () => {
    expect(found`
      f(n: Note, u: User) if n.teamId = nil or n.teamId = u.teamId;
      f(n: Note, u: User) if (n.teamId = nil and u.teamId = nil) or n.teamId = u.teamId;
      f(n: Note, u: User) if not (n.teamId != nil and n.teamId != u.teamId);
      f(n: Note, u: User) if not (n.teamId = nil or not n.teamId = u.teamId);
    `).toEqual([]);
  });

  it('accepts an equality below a negation, which cannot grant, and warns below two', () => {
    expect(found`
      f(n: Note, u: User) if not n.teamId = u.teamId;
      f(n: Note, u: User) if not (u.isAdmin and not n.teamId = u.teamId);
      f(n: Note, u: User) if forall(n.teamId = u.teamId, u.isAdmin);
      f(n: Note, u: User) if forall(r in n.readers, r.teamId = u.teamId);
    `).toEqual([
      ['2:47', 'n.teamId = u.teamId'],
      ['4:47', 'r.teamId = u.teamId'],
    ]);
  });

  it('warns about a difference between the fields of two objects', () => {
    expect(diagnose`
      f(n: Note, u: User) if n.teamId != u.teamId;
    `).toEqual([
      {
        code,
        at: '1:24',
        data: { left: 'n.teamId', right: 'u.teamId', operator: '!=', guards: ['n.teamId', 'u.teamId'] },
      },
    ]);
    expect(found`
      f(n: Note, u: User) if n.teamId != u.id or n.teamId != 3 or n.teamId != n.parentId or n.teamId != nil;
      f(n: Note, u: User) if n.teamId != u.teamId and u.teamId != nil;
      f(n: Note, u: User) if not n.teamId != u.teamId;
    `).toEqual([['3:28', 'n.teamId = u.teamId']]);
  });

  it('follows how the rules of the policy use a rule', () => {
    expect(found`
      allow(u: User, "read", n: Note) if not forbidden(u, n) and member(u, n) and not (u.isAdmin and not helper(u, n));
      forbidden(u: User, n: Note) if n.teamId = u.teamId;
      forbidden(u: User, n: Note) if n.teamId != u.teamId;
      member(u: User, n: Note) if n.teamId = u.teamId;
      helper(u: User, n: Note) if n.teamId = u.teamId;
    `).toEqual([
      ['3:32', 'n.teamId = u.teamId'],
      ['4:29', 'n.teamId = u.teamId'],
      ['5:29', 'n.teamId = u.teamId'],
    ]);
  });

  it('advises a test of the variable, if the comparison has one', () => {
    const guardsIn = (text: TemplateStringsArray) =>
      diagnose(text).map(({ data }) => (data as { guards: readonly string[] }).guards);
    expect(guardsIn`
      f(n: Note, _: User{teamId: t}) if n.teamId = t;
      f(n: Note, _: User{teamId: t}) if t != n.teamId;
      f(_: Note{teamId: t}, _: User{teamId: t});
      f(n: Note, u: User) if u.teamId in n.teamIds;
    `).toEqual([['t'], ['t', 'n.teamId'], ['t'], ['u.teamId']]);
  });

  it('has a message for each operator', () => {
    expect(
      messageOf(code, { left: 'n.teamId', right: 'u.teamId', operator: '=', guards: ['n.teamId'] }),
    ).toBe(
      '`n.teamId` and `u.teamId` can both be nil, and nil equals nil, so this holds where neither has a value; write `n.teamId != nil and …`',
    );
    expect(
      messageOf(code, { left: 'u.teamId', right: 'n.teamIds', operator: 'in', guards: ['u.teamId'] }),
    ).toBe(
      '`u.teamId` and an element of `n.teamIds` can both be nil, and nil equals nil, so this holds where neither has a value; write `u.teamId != nil and …`',
    );
    expect(
      messageOf(code, {
        left: 'n.teamId',
        right: 'u.teamId',
        operator: '!=',
        guards: ['n.teamId', 'u.teamId'],
      }),
    ).toBe(
      '`n.teamId` and `u.teamId` can both be nil, and nil differs from every other value, so this holds where only one has a value; write `n.teamId != nil and u.teamId != nil and …`',
    );
  });
});
