// The configuration of the command `nanook`: the people and repositories of the seed, as the rows that the ORM loads.
import { one, typed } from '@nanook/core';

const organization = one('Organization', { local: 'organizationId', foreign: 'id' });

const types = {
  User: {
    fields: {
      id: 'String',
      isStaff: 'Boolean',
      suspendedAt: 'Date?',
      organizationRoles: ['OrganizationRole'],
      repositoryRoles: ['RepositoryRole'],
      supportGrants: ['SupportGrant'],
    },
    key: 'id',
  },
  Organization: { fields: { id: 'String', baseRole: 'String?' }, key: 'id' },
  OrganizationRole: { fields: { name: 'String', organization: 'Organization' } },
  Repository: {
    fields: { id: 'String', organizationId: 'String' },
    relations: { organization },
    key: 'id',
  },
  RepositoryRole: { fields: { name: 'String', repository: 'Repository' } },
  Issue: {
    fields: { id: 'Integer', repositoryId: 'String', creatorId: 'String' },
    relations: {
      repository: one('Repository', { local: 'repositoryId', foreign: 'id' }),
      creator: one('User', { local: 'creatorId', foreign: 'id' }),
    },
  },
  Profile: {
    fields: { id: 'String', organizationId: 'String', managerId: 'String?' },
    relations: {
      user: one('User', { local: 'id', foreign: 'id' }),
      organization,
      manager: one('User', { local: 'managerId', foreign: 'id' }),
    },
  },
  SupportGrant: { fields: { organization: 'Organization', expiresAt: 'Date' } },
  Request: { fields: { method: 'String', path: 'String' } },
};

function fixtures() {
  const acme = typed('Organization', { id: 'acme', baseRole: 'reader' });
  const guild = typed('Organization', { id: 'guild', baseRole: null });
  const repository = (id: string, of: { readonly id: string }) =>
    typed('Repository', { id, organizationId: of.id, organization: of });
  const anvil = repository('anvil', acme);
  const rocket = repository('rocket', acme);
  const tongs = repository('tongs', guild);

  interface Roles {
    readonly organizations?: readonly (readonly [string, object])[];
    readonly repositories?: readonly (readonly [string, object])[];
    readonly supports?: readonly (readonly [object, Date])[];
    readonly isStaff?: boolean;
    readonly suspendedAt?: Date;
  }
  const user = (id: string, { organizations, repositories, supports, isStaff, suspendedAt }: Roles = {}) =>
    typed('User', {
      id,
      isStaff: isStaff ?? false,
      suspendedAt: suspendedAt ?? null,
      organizationRoles: (organizations ?? []).map(([name, organization]) => ({ name, organization })),
      repositoryRoles: (repositories ?? []).map(([name, of]) => ({ name, repository: of })),
      supportGrants: (supports ?? []).map(([organization, expiresAt]) => ({ organization, expiresAt })),
    });
  const [longAgo, farAhead] = [new Date('2020-01-01'), new Date('2120-01-01')];
  const alice = user('alice', { organizations: [['owner', acme]] });
  const bob = user('bob', {
    organizations: [
      ['member', acme],
      ['member', guild],
    ],
    repositories: [['reader', tongs]],
  });
  const carol = user('carol', { repositories: [['maintainer', anvil]] });
  const dan = user('dan', { organizations: [['member', acme]], suspendedAt: longAgo });
  const mara = user('mara', {
    organizations: [
      ['member', acme],
      ['owner', guild],
    ],
  });
  const sam = user('sam', { supports: [[acme, farAhead]], isStaff: true });
  const eve = user('eve', { isStaff: true, suspendedAt: longAgo });
  const tim = user('tim', { supports: [[acme, longAgo]] });

  const profile = (of: object, id: string, manager: object | null) =>
    typed('Profile', { id, user: of, organization: acme, manager });
  return {
    alice,
    bob,
    carol,
    dan,
    eve,
    mara,
    sam,
    tim,
    acme,
    guild,
    anvil,
    rocket,
    tongs,
    heavy: typed('Issue', { id: 1, repository: anvil, creator: bob }),
    fell: typed('Issue', { id: 2, repository: rocket, creator: mara }),
    rusty: typed('Issue', { id: 3, repository: tongs, creator: carol }),
    aboutAlice: profile(alice, 'alice', null),
    aboutBob: profile(bob, 'bob', mara),
    aboutMara: profile(mara, 'mara', alice),
    home: typed('Request', { method: 'GET', path: '/' }),
    administration: typed('Request', { method: 'GET', path: '/admin/users' }),
  };
}

const tables = {
  User: 'users',
  Organization: 'organizations',
  Repository: 'repositories',
  Issue: 'issues',
  Profile: 'profiles',
};

export default {
  policies: ['src/policy/*.polar', 'tests/*.polar'],
  types,
  fixtures,
  sql: {
    dialect: 'postgres',
    tables,
    columnName: (field: string) => field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  },
};
