import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { fact, many, one, oneOf, type RowFactInput, type TypesInput } from '../index.js';
import { findDialect } from '../dialect/dialect.js';
import { TypeTable } from '../types/type-table.js';
import { rowFactSources } from './row-facts.js';

const osoCloud = findDialect({ dialect: 'oso-cloud' });
const base = {
  User: {
    key: 'id',
    fields: { id: 'Integer', isAdmin: 'Boolean' },
    relations: {
      memberships: many('Membership', { local: 'id', foreign: 'userId' }),
      invitations: many('Membership', { local: 'id', foreign: 'invitedById' }),
    },
  },
  Organization: {
    key: 'id',
    fields: { id: 'Integer', code: 'String?', deletedAt: 'Date?' },
    relations: { memberships: many('Membership', { local: 'id', foreign: 'organizationId' }) },
  },
  Membership: {
    fields: {
      userId: 'Integer',
      organizationId: 'Integer?',
      organizationCode: 'String?',
      invitedById: 'Integer?',
      role: 'String',
      level: 'Integer',
      state: oneOf('active', 'paused'),
      until: 'Date?',
      tags: ['String'],
      revokedAt: 'Date?',
    },
    relations: {
      user: one('User', { local: 'userId', foreign: 'id' }),
      organization: one('Organization', { local: 'organizationId', foreign: 'id' }),
      byCode: one('Organization', { local: 'organizationCode', foreign: 'code' }),
      active: one('Organization', { local: 'organizationId', foreign: 'id', where: { deletedAt: null } }),
      invitedBy: one('User', { local: 'invitedById', foreign: 'id' }),
    },
  },
  Repository: {
    key: 'id',
    fields: { id: 'Integer', isPublic: 'Boolean', organizationId: 'Integer?', visibility: 'String' },
    relations: { organization: one('Organization', { local: 'organizationId', foreign: 'id' }) },
  },
} as const satisfies TypesInput;

const withFacts = (type: keyof typeof base, ...facts: readonly RowFactInput[]): TypesInput => ({
  ...base,
  [type]: { ...base[type], facts },
});
const textsOf = (type: keyof typeof base, ...facts: readonly RowFactInput[]): readonly string[] =>
  rowFactSources(new TypeTable(withFacts(type, ...facts))).map(({ text }) => text);
const reasonOf = (type: keyof typeof base, given: unknown): string => {
  try {
    rowFactSources(new TypeTable(withFacts(type, given as RowFactInput)));
  } catch (error) {
    expect(error).toMatchObject({ code: 'POLAR_TYPE_INVALID_DECLARATION' });
    return (error as Error).message;
  }
  return 'no error';
};
const inMemberships = 'membership in user.memberships';
const ofOrganization = 'membership.organizationId = organization.id';

describe('the rule of a fact of rows', () => {
  it.each<[string, keyof typeof base, RowFactInput, string]>([
    [
      'starts from the related rows of the first argument, and compares the keys of the others',
      'Membership',
      fact('has_role', ['user', 'role', 'organization']),
      `has_role(user: User, role: String, organization: Organization) if ${inMemberships} and membership.role = role and ${ofOrganization};`,
    ],
    [
      'starts from the argument that `from` names',
      'Membership',
      fact('has_role', ['user', 'role', 'organization'], { from: 'organization' }),
      'has_role(user: User, role: String, organization: Organization) if membership in organization.memberships and membership.userId = user.id and membership.role = role;',
    ],
    [
      'tells two relations between the same types apart by their columns',
      'Membership',
      fact('invited', ['invitedBy', 'user']),
      'invited(invitedBy: User, user: User) if membership in invitedBy.invitations and membership.userId = user.id;',
    ],
    [
      'has a rule for each translated value',
      'Membership',
      fact('has_role', [
        'user',
        { field: 'role', values: { owner: 'admin', staff: 'member' } },
        'organization',
      ]),
      [
        `has_role(user: User, "admin", organization: Organization) if ${inMemberships} and membership.role = "owner" and ${ofOrganization};`,
        `has_role(user: User, "member", organization: Organization) if ${inMemberships} and membership.role = "staff" and ${ofOrganization};`,
      ].join('\n'),
    ],
    [
      'translates whole numbers',
      'Membership',
      fact('has_role', ['user', { field: 'level', values: { 2: 'admin' } }, 'organization']),
      `has_role(user: User, "admin", organization: Organization) if ${inMemberships} and membership.level = 2 and ${ofOrganization};`,
    ],
    [
      'has the conditions of `where`',
      'Membership',
      fact('is_member', ['user'], { where: { state: 'active', revokedAt: null } }),
      `is_member(user: User) if ${inMemberships} and membership.state = "active" and membership.revokedAt = nil;`,
    ],
    [
      'needs only a row, if it has no other condition',
      'Membership',
      fact('is_member', ['user']),
      'is_member(user: User) if _ in user.memberships;',
    ],
    [
      'does not compare two keys that are nil',
      'Membership',
      fact('belongs_to', ['user', 'byCode']),
      `belongs_to(user: User, byCode: Organization) if ${inMemberships} and membership.organizationCode = byCode.code and membership.organizationCode != nil;`,
    ],
    [
      'has the conditions of its relations',
      'Membership',
      fact('belongs_to', ['user', 'active']),
      `belongs_to(user: User, active: Organization) if ${inMemberships} and membership.organizationId = active.id and active.deletedAt = nil;`,
    ],
    [
      'does not hold for a missing date',
      'Membership',
      fact('member_until', ['user', 'until']),
      `member_until(user: User, until) if ${inMemberships} and membership.until = until and membership.until != nil;`,
    ],
    [
      'finds the related row of a foreign key',
      'Repository',
      fact('has_relation', ['organization', { value: 'parent' }, 'this']),
      'has_relation(organization: Organization, "parent", repository: Repository) if organization = repository.organization;',
    ],
    [
      'finds the related rows of a join table from its object',
      'Membership',
      fact('has_relation', ['user', { value: 'member' }, 'organization']),
      'has_relation(user: User, "member", organization: Organization) if membership in organization.memberships and user = membership.user;',
    ],
    [
      'is about the row itself',
      'Repository',
      fact('is_public', ['this'], { where: { isPublic: true } }),
      'is_public(repository: Repository) if repository.isPublic = true;',
    ],
    [
      'has a value of the row',
      'Repository',
      fact('has_visibility', ['this', 'visibility']),
      'has_visibility(repository: Repository, visibility: String) if repository.visibility = visibility;',
    ],
    [
      'is a fact of each row without conditions',
      'Repository',
      fact('is_code', ['this']),
      'is_code(_: Repository);',
    ],
    [
      'is a role without a resource',
      'User',
      fact('has_role', ['this', { value: 'admin' }], { where: { isAdmin: true } }),
      'has_role(user: User, "admin") if user.isAdmin = true;',
    ],
  ])('%s', (_, type, declared, text) => {
    expect(textsOf(type, declared)).toEqual([text]);
  });

  it('finds the related rows from their object, which comes first in the dialect of Oso Cloud', () => {
    const declared = fact('has_relation', ['organization', { value: 'member' }, 'user']);
    const [source] = rowFactSources(new TypeTable(withFacts('Membership', declared), {}, osoCloud));
    expect(source?.text).toBe(
      'has_relation(organization: Organization, "member", user: User) if membership in organization.memberships and user = membership.user;',
    );
  });

  it('has no variable with the name of a constant, and reads fields of any name', () => {
    const types = {
      ...base,
      Flag: {
        key: 'id',
        fields: { id: 'Integer', 'is-on': 'Boolean', role: 'String' },
        facts: [fact('flag', ['this', 'role'], { where: { 'is-on': true } })],
      },
    };
    const [source] = rowFactSources(new TypeTable(types, { role: 1, flag: 2 }));
    expect(source?.name).toBe('facts of Flag');
    expect(source?.text).toBe(
      'flag(flag_: Flag, role_: String) if flag_.role = role_ and flag_.("is-on") = true;',
    );
  });

  it('starts from a relation to some rows, if it has the conditions of this relation', () => {
    const former = many('Membership', { local: 'id', foreign: 'userId', where: { state: 'paused' } });
    const active = many('Membership', { local: 'id', foreign: 'userId', where: { revokedAt: null } });
    const textOf = (where: NonNullable<RowFactInput['where']>) => {
      const types: TypesInput = {
        ...withFacts('Membership', fact('is_member', ['user'], { where })),
        User: { ...base.User, relations: { former, active } },
      };
      return rowFactSources(new TypeTable(types))[0]?.text;
    };
    expect(textOf({ revokedAt: null, level: 2 })).toBe(
      'is_member(user: User) if membership in user.active and membership.revokedAt = nil and membership.level = 2;',
    );
    expect(textOf({ state: 'paused' })).toContain('membership in user.former');
    // Other rows would be no facts, which grants where a policy asks for `not is_member(…)`.
    for (const where of [{}, { revokedAt: 'x' }, { state: 'active' }])
      expect(() => textOf(where)).toThrow("needs a relation to its rows: declare many('Membership'");
  });
});

describe('a declared fact of rows', () => {
  it.each<[string, unknown, string]>([
    [
      'an argument that is not declared',
      fact('f', ['usr']),
      'argument `usr`, which `Membership` does not declare; did you mean `user`?',
    ],
    [
      'a field in `where` that is not declared',
      fact('f', ['user'], { where: { revoked: null } }),
      'names `revoked` in `where`, which `Membership` does not declare',
    ],
    ['a relation in `where`', fact('f', ['user'], { where: { user: null } }), 'names `user` in `where`'],
    ...[
      new Map([['state', 'active']]),
      [],
      null,
      'active',
      { state: undefined },
      { state: {} },
      { level: NaN },
    ].map((where): [string, unknown, string] => [
      `conditions that are ${inspect(where)}, which would make each row a fact`,
      { name: 'f', arguments: ['user'], where },
      'needs an object of values in `where`, such as { revokedAt: null }',
    ]),
    ['a list as an argument', fact('f', ['user', 'tags']), 'argument `tags`, which is a list'],
    ['an argument twice', fact('f', ['user', 'user']), 'has the argument `user` twice'],
    ['no argument that leads to the rows', fact('f', ['role']), 'must be about the row'],
    [
      '`from` that is no argument',
      fact('f', ['user'], { from: 'usr' }),
      'names `usr` in `from`, which is none of its related rows; did you mean `user`?',
    ],
    ['`from` for the row itself', fact('f', ['this'], { from: 'user' }), 'cannot have `from`'],
    [
      'rows to which no relation leads',
      fact('f', ['byCode']),
      "needs a relation to its rows: declare many('Membership', { local: 'code', foreign: 'organizationCode' }) in `Organization`",
    ],
    [
      'a translation of a date',
      fact('f', ['user', { field: 'until', values: { a: 'b' } }]),
      'translates `until`, which is neither a String nor an Integer',
    ],
    [
      'a translation of a value that the field never has',
      fact('f', ['user', { field: 'state', values: { off: 'b' } }]),
      'translates the value "off", which `state` never has',
    ],
    [
      'a translation of a text for a whole number',
      fact('f', ['user', { field: 'level', values: { '': 'b' } }]),
      'translates the value "", which `level` never has',
    ],
    ...['01', '-0', '1.0', '9007199254740993'].map((text): [string, unknown, string] => [
      `a translation of ${text}, which is another text of a whole number`,
      fact('f', ['user', { field: 'level', values: { [text]: 'b' } }]),
      `translates the value "${text}", which \`level\` never has`,
    ]),
    ...[['admin'], new Map([['a', 'b']]), { a: Infinity }].map((values): [string, unknown, string] => [
      `a translation by ${inspect(values)}`,
      fact('f', ['user', { field: 'role', values: values as never }]),
      'needs `values` for `role`',
    ]),
    [
      'a translation without values',
      fact('f', ['user', { field: 'role', values: {} }]),
      'needs `values` for `role`',
    ],
    [
      'a translation of an unknown field',
      fact('f', ['user', { field: 'rol', values: { a: 'b' } }]),
      'argument `rol`, which `Membership` does not declare; did you mean `role`?',
    ],
    [
      'a value that is no text, number or boolean',
      fact('f', ['user', { value: null as never }]),
      'has a `value` that is not',
    ],
    ['an argument that is a number', fact('f', ['user', 3 as never]), 'must have arguments that are names'],
    ['no arguments', fact('f', []), 'needs a list of arguments'],
    [
      'an unknown option',
      fact('f', ['user'], { when: {} } as never),
      'has the option `when`, which does not exist',
    ],
    ['a keyword as its name', fact('not', ['user']), 'has the name "not", which is not the name of a rule'],
    ['a name that is no name', fact('has role', ['user']), 'has the name "has role"'],
    ['a text', 'has_role', '`facts` must be a list of facts'],
  ])('is an error with %s', (_, declared, reason) => {
    expect(reasonOf('Membership', declared)).toContain(reason);
  });

  it('refuses a second declaration that gives the same rules', () => {
    const hasRole = fact('has_role', ['user', 'role', 'organization']);
    const twice = 'the fact `has_role` is declared twice; remove one of the two';
    const factsOf =
      (...facts: readonly RowFactInput[]) =>
      () =>
        rowFactSources(new TypeTable(withFacts('Membership', ...facts)));
    expect(factsOf(hasRole, hasRole)).toThrow(twice);
    expect(factsOf(hasRole, { ...hasRole, from: 'user' })).toThrow(twice);
    expect(factsOf(hasRole, { ...hasRole, from: 'organization' })).not.toThrow();
    expect(factsOf(hasRole, { ...hasRole, name: 'had_role' })).not.toThrow();
  });

  it('causes an error in a type without fields', () => {
    const types = new TypeTable({ Note: { facts: [fact('f', ['this'])] } });
    expect(() => rowFactSources(types)).toThrow('needs `fields`');
    expect(() => new TypeTable({ Note: { facts: {} as never } })).toThrow('`facts` must be a list of facts');
  });
});
