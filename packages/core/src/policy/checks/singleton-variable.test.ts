import { describe, expect, it } from 'vitest';
import { messageOf } from '../../diagnostics/codes.js';
import { TypeTable } from '../../types/type-table.js';
import { diagnose, diagnoseWith, type Found } from '../diagnose.fixture.js';

// cspell:ignore Clok ownr

const code = 'POLAR_CHECK_SINGLETON_VARIABLE';
const types = new TypeTable(
  { User: { fields: { id: 'Integer', role: 'String' } }, Note: { fields: { ownerId: 'Integer' } } },
  { Clock: {}, five: 5 },
);
const diagnoseNotes = diagnoseWith(types);
const messages = (found: readonly Found[]): string[] =>
  found.map(({ code: its, data }) => messageOf(its as typeof code, data as never));

describe('singleton-variable', () => {
  it('reports the misspelled use only, and names the variable that was meant', () => {
    expect(diagnose`
      f(user, doc) if
        doc.owner = usr and user.active = true;
    `).toEqual([{ code, at: '2:15', data: { name: 'usr', as: 'misspelling', near: ['user'] } }]);
    expect(diagnoseNotes`
      allow(user: User, "read", note: Note) if usr.id = note.ownerId;
    `).toEqual([{ code, at: '1:42', data: { name: 'usr', as: 'misspelling', near: ['user'] } }]);
  });

  it('reports a lone variable in every place of a rule', () => {
    expect(diagnose`
      f([a, *b], _: {c: d}) if {x: 1}.(e) = 1 or not f in [1];
    `).toEqual([
      { code, at: '1:4', data: { name: 'a', as: 'any' } },
      { code, at: '1:8', data: { name: 'b', as: 'any' } },
      { code, at: '1:19', data: { name: 'd', as: 'any' } },
      { code, at: '1:34', data: { name: 'e', as: 'any' } },
      { code, at: '1:48', data: { name: 'f', as: 'any' } },
    ]);
  });

  it('accepts names that start with `_`, constants, namespaces and unions', () => {
    expect(diagnoseNotes`
      f(_, _x, five, ns::x) if Integer = Actor;
    `).toEqual([]);
  });

  it('counts the name of a pattern as a use, as oso does', () => {
    expect(
      diagnose`
        f(x, y) if x matches kind and y = kind;
      `.map((found) => found.code),
    ).toEqual(['POLAR_CHECK_UNKNOWN_SPECIALIZER']);
  });

  it('explains a capitalized name as a missing or misspelled type', () => {
    expect(diagnoseNotes`
      allow(_, "list", Article);
      allow(_, "list", Note) if Clok.now() = 1;
    `).toEqual([
      { code, at: '1:18', data: { name: 'Article', as: 'type', near: [] } },
      { code, at: '2:27', data: { name: 'Clok', as: 'type', near: ['Clock'] } },
    ]);
  });

  it('explains a name in the place of an action, a role or a permission as a string without quotes', () => {
    expect(diagnoseNotes`
      allow(_: User, read, _: Note);
      allow(u, "edit", n) if has_role(u, ownr, n);
      has_role(_: User, "owner", _: Note);
    `).toEqual([
      { code, at: '1:16', data: { name: 'read', as: 'string', word: 'action', near: [] } },
      { code, at: '2:36', data: { name: 'ownr', as: 'string', word: 'role', near: ['owner'] } },
    ]);
  });

  it('suggests the field of a parameter for a bare name', () => {
    expect(diagnoseNotes`
      allow(user: User, "read", note: Note) if user.id = ownerId;
    `).toEqual([{ code, at: '1:52', data: { name: 'ownerId', as: 'misspelling', near: ['note.ownerId'] } }]);
  });

  it('never advises a name with `_` for a type, a string, a parameter without a type, or an operand', () => {
    const found = diagnoseNotes`
      allow(_, "list", Article);
      allow(u, read, note);
      allow(user: User, "read", _: Note) if user.role = admin;
      allow(user, action, _: Note) if user.id = 1;
      allow(_: User, "read", note) if nota.ownerId = 1;
      allow(_: User, "read", _: Note) if has_role(actor, "x", y) and x.id = 1;
      has_role(_: User, "owner", _: Note);
    `;
    expect(found.length).toBeGreaterThan(8);
    for (const text of messages(found)) expect(text).not.toMatch(/`_\w/);
    expect(messages(found).slice(0, 4)).toEqual([
      'no type or constant is named `Article`; add the type to the option `types`',
      'variable `u` is used only once, so this parameter matches any value; use it in a condition, or give it a type, as in `u: User`',
      '`read` without quotes is a variable, which matches any value; an action is a string: did you mean `"read"`?',
      'variable `note` is used only once, so this parameter matches any value; use it in a condition, or give it a type, as in `note: Note`',
    ]);
  });

  it('keeps the type in its advice for a typed parameter that nothing uses', () => {
    expect(
      messages(diagnoseNotes`
        allow(user: User, "read", _: Note);
      `),
    ).toEqual([
      'variable `user` is used only once, so this rule applies to every `User`; use it in a condition, or write `_: User` to confirm that',
    ]);
  });
});
