import { oso } from '../../libraries/oso.ts';
import { scenario } from '../../scenario.ts';
import { isAllowed, isAllowedAsync, isAllowedRow, isAllowedRowAsync } from './hand.ts';
import * as peers from './peers.ts';
import { factsPolicy, rbacPolicy } from './policy.ts';
import { loadingRowTypes, makeLoadingRows, makeRows, rowTypes } from './rows.ts';
import { Item, itemClasses, type RbacWorld, rbacWorld, Role, User } from './world.ts';

const types = { User, ...itemClasses };
const fields = { id: 'String' };
const roleFields = { name: 'String', resource: 'Item' };
const declared = {
  Item: { class: Item, fields },
  ...Object.fromEntries(Object.entries(itemClasses).map(([name, type]) => [name, { class: type, fields }])),
  Role: { class: Role, fields: roleFields },
};
const grants = {
  type: 'Role',
  fields: roleFields,
  lists: ({ users }: RbacWorld) => users.map(({ roles }) => roles),
};

export const rbac = scenario<RbacWorld>({
  id: 'S1',
  title: 'Roles on resources',
  summary:
    '5 resource types with 4 inheriting roles and 6 actions each; 100 users with 8 roles each in `user.roles`, 500 resources',
  testSize: 1,
  world: rbacWorld,
  hand: () => isAllowed,
  nanook: () => ({
    policy: rbacPolicy('user.roles'),
    types,
    declared: { User: { class: User, fields: { id: 'String', roles: ['Role'] } }, ...declared },
  }),
  rows: {
    types: () => rowTypes,
    make: makeRows,
    hand: () => isAllowedRow,
    peers: { casl: peers.casl, 'casl-request': peers.caslRequest },
  },
  grants,
  peers: {
    oso: () => oso(rbacPolicy('user.roles'), types),
    casl: peers.casl,
    'casl-request': peers.caslRequest,
    casbin: peers.casbinCheck,
    cedar: peers.cedarCheck,
    accesscontrol: peers.accessControlCheck,
  },
  notes: [
    'AccessControl has no roles on single resources. The application looks up the roles of the user on the resource and checks these.',
    'casbin uses roles within domains, with one domain for each resource. Inherited permissions are written out, because roles are inherited only within one domain.',
  ],
});

export const promises = scenario<RbacWorld>({
  id: 'S8',
  title: 'Roles from a promise',
  summary:
    'S1, with a method that returns the roles as a resolved promise. Checks are awaited one after another',
  isAsync: true,
  testSize: 1,
  world: rbacWorld,
  hand: () => isAllowedAsync,
  nanook: () => ({
    policy: rbacPolicy('user.fetchRoles()'),
    types,
    declared: { User: { class: User, fields: { id: 'String' } }, ...declared },
    isAsync: true,
  }),
  rows: {
    types: () => loadingRowTypes,
    make: makeLoadingRows,
    hand: () => isAllowedRowAsync,
    peers: { 'casl-request': peers.caslAsync },
  },
  grants,
  peers: {
    oso: () => oso(rbacPolicy('user.fetchRoles()'), types),
    casl: 'An ability that is built once already contains the roles, so no promise is left to await.',
    'casl-request': peers.caslAsync,
    casbin: 'The roles are lines of the loaded policy, so no promise is left to await.',
    cedar: peers.cedarAsync,
    accesscontrol: peers.accessControlAsync,
  },
  notes: [
    'CASL, Cedar and AccessControl do not await promises. The application awaits the roles, then builds the ability, the entity or the list of roles.',
  ],
});

export const facts = scenario<RbacWorld>({
  id: 'Facts',
  title: 'Roles as facts of the question',
  summary: 'S1, where each check has the 8 roles of the user as the option `facts`, and no rule reads roles',
  testSize: 1,
  isSpecial: true,
  world: rbacWorld,
  hand: () => isAllowed,
  nanook: () => ({
    policy: factsPolicy,
    types,
    facts: (user: User) => user.roles.map(({ name, resource }) => ['has_role', user, name, resource]),
  }),
  shapes: ['instances'],
  variants: ['nanook', 'nanook-hook'],
  peers: {},
  notes: [
    'The policy is linked with the facts for each check, which then runs on the machine. S1 is the same check without facts.',
  ],
});
