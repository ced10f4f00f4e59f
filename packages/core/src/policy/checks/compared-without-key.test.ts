import { describe, expect, it } from 'vitest';
import { messageOf } from '../../diagnostics/codes.js';
import { TypeTable } from '../../types/type-table.js';
import { diagnoseWith } from '../diagnose.fixture.js';

class Team {}

const types = new TypeTable({
  User: { fields: { id: 'Integer' } },
  Tag: { fields: { label: 'String' } },
  Folder: { fields: { id: 'Integer' }, key: 'id' },
  Group: { fields: { id: 'Integer' }, equals: (a: { id: number }, b: { id: number }) => a.id === b.id },
  Team: { class: Team, fields: { id: 'Integer' } },
  Note: {
    fields: {
      owner: 'User',
      sponsor: 'User?',
      readers: ['User'],
      tag: 'Tag',
      folder: 'Folder',
      group: 'Group',
      team: 'Team',
      title: 'String',
    },
    key: 'title',
  },
});
const diagnose = diagnoseWith(types);
const code = 'POLAR_CHECK_COMPARED_WITHOUT_KEY';

describe('compared-without-key', () => {
  it('warns about two rows of a type without a key', () => {
    expect(diagnose`
      f(n: Note, u: User) if n.owner = u;
      f(n: Note, t: Tag) if n.tag != t;
    `).toEqual([
      { code, at: '1:24', data: { left: 'n.owner', right: 'u', type: 'User', key: 'id' } },
      { code, at: '2:23', data: { left: 'n.tag', right: 't', type: 'Tag', key: undefined } },
    ]);
  });

  it('warns about every form of comparison', () => {
    expect(
      diagnose`
        f(n: Note, u: User) if n.owner == u or u in n.readers or n matches {owner: u};
        f(u: User, _: Note{owner: u});
        f(n: Note, u: User) if o = n.owner and o = u;
        f(n: Note, u: User) if r in n.readers and r = u;
        f(n: Note, m: Note) if n.owner = m.sponsor;
      `.map((each) => [each.code, each.at]),
    ).toEqual([
      [code, '1:24'],
      [code, '1:40'],
      [code, '1:76'],
      [code, '2:27'],
      [code, '3:40'],
      [code, '4:43'],
      [code, '5:24'],
    ]);
  });

  it('accepts types with a key, an equality or a class, and values whose type is not certain', () => {
    expect(diagnose`
      f(n: Note, a: Folder, b: Group, c: Team, d: Note) if n.folder = a and n.group = b and n.team = c and n = d;
      f(n: Note, x) if n.owner = x and n.sponsor != nil and n.owner.id = x.id and n.title = "a";
      f(n: Note, u: User) if u = u and n.title = "b";
      f(n: Note) if o = n.owner and o.id = 1 and n matches {sponsor: s} and s.id = 1;
    `).toEqual([]);
  });

  it('accepts an equality that gives a parameter its value, because every call passes a new variable', () => {
    const found = diagnoseWith(types)`
      allow(u: User, "read", n: Note) if owner_of(n, o) and (o.id = u.id or (sponsor_of(n, s) and s.id = 1));
      allow(u: User, "edit", n: Note) if (owner_of(n, o) or reader_of(n, o)) and reader_of(n, u) and o.id = 1;
      owner_of(n: Note, o: User) if o = n.owner;
      sponsor_of(n: Note, s: User) if s = n.sponsor and s = n.owner;
      reader_of(n: Note, r: User) if r in n.readers;
    `;
    expect(found.map((each) => [each.code, each.at])).toEqual([[code, '5:32']]);
  });

  it('has a message with the declaration to add', () => {
    expect(messageOf(code, { left: 'n.owner', right: 'u', type: 'User', key: 'id' })).toBe(
      "`n.owner` and `u` are compared, but `User` declares no key, so two copies of one row can differ, and two rows can be equal; declare the field that identifies its rows, such as `key: 'id'`",
    );
  });
});
