import { describe, expect, it } from 'vitest';
import { declaredNameIn } from '../syntax/shorthand-parts.js';
import { TypeTable } from '../types/type-table.js';
import { diagnoseWith, policyOf } from './diagnose.fixture.js';

class User {}
class Org {}
class Repo {}
const types = new TypeTable({ User, Org, Repo }, { five: 5 });
const diagnose = diagnoseWith(types);
const known = types.typeNames;

describe('resource blocks', () => {
  it('merge by type, in order of first appearance', () => {
    const { blocks } = policyOf(
      `
        resource Repo { permissions = ["read"]; relations = { parent: Org }; }
        resource Org {}
        resource Repo { permissions = ["read", "push"]; "read" if "push"; }
        actor Repo { "push" if "read"; }
      `,
      types,
    );
    expect([...blocks.keys()]).toEqual(['Repo', 'Org']);
    const { declarations, isActor, shorthandRules } = blocks.get('Repo')!;
    expect(isActor).toBe(true);
    expect(shorthandRules.map(({ head }) => declaredNameIn(head))).toEqual(['read', 'push']);
    expect([...declarations.values()].map(({ name, kind, related }) => [name, kind, related])).toEqual([
      ['read', 'permission', undefined],
      ['parent', 'relation', 'Org'],
      ['push', 'permission', undefined],
    ]);
  });

  it('start with `actor` or `resource`', () => {
    const found = diagnose`
      Repo {}
      thing Repo {}
    `;
    expect(found).toEqual([
      { code: 'POLAR_CHECK_BLOCK_KEYWORD', at: '1:1', data: { found: undefined } },
      { code: 'POLAR_CHECK_BLOCK_KEYWORD', at: '2:1', data: { found: 'thing' } },
    ]);
  });

  it('accept registered types, and refuse constants and unions', () => {
    const found = diagnose`
      resource Rep {}
      resource five {}
      actor Actor {}
      resource Repo { relations = { owner: Usr, all: Resource }; }
    `;
    const code = 'POLAR_CHECK_BLOCK_UNKNOWN_CLASS';
    expect(found.slice(0, 5)).toEqual([
      { code, at: '1:10', data: { name: 'Rep', known } },
      { code, at: '2:10', data: { name: 'five', known } },
      { code, at: '3:7', data: { name: 'Actor', known } },
      { code, at: '4:38', data: { name: 'Usr', known } },
      { code, at: '4:48', data: { name: 'Resource', known } },
    ]);
  });

  it('declare roles and permissions in lists, relations in a dictionary, each once', () => {
    expect(diagnose`
      resource Repo {
        roles = { a: Org };
        relations = ["b"];
        stuff = ["c"];
        things = { d: Org };
        permissions = ["e"];
        permissions = ["f"];
      }
    `).toEqual([
      {
        code: 'POLAR_CHECK_BLOCK_DECLARATION_FORM',
        at: '2:3',
        data: { name: 'roles', expected: 'list of strings', found: 'dictionary' },
      },
      {
        code: 'POLAR_CHECK_BLOCK_DECLARATION_FORM',
        at: '3:3',
        data: { name: 'relations', expected: 'dictionary', found: 'list' },
      },
      { code: 'POLAR_CHECK_BLOCK_DECLARATION', at: '4:3', data: { name: 'stuff', form: 'list' } },
      { code: 'POLAR_CHECK_BLOCK_DECLARATION', at: '5:3', data: { name: 'things', form: 'dictionary' } },
      {
        code: 'POLAR_CHECK_BLOCK_REPEATED_DECLARATION',
        at: '7:3',
        data: { name: 'permissions', type: 'Repo' },
      },
    ]);
  });

  it('reject a name that is declared twice', () => {
    const code = 'POLAR_CHECK_BLOCK_DUPLICATE_NAME';
    expect(diagnose`
      resource Repo { roles = ["a", "a"]; permissions = ["a"]; relations = { up: Org }; }
      resource Repo { relations = { up: User }; }
    `).toEqual([
      { code, at: '1:31', data: { name: 'a', type: 'Repo', was: 'role', now: 'role' } },
      { code, at: '1:52', data: { name: 'a', type: 'Repo', was: 'role', now: 'permission' } },
      { code, at: '2:31', data: { name: 'up', type: 'Repo', was: 'relation', now: 'relation' } },
    ]);
  });
});
