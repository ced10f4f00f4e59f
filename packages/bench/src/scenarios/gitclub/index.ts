import type { TypesInput } from '@nanook/core';
import type { NanookSetup } from '../../libraries/nanook.ts';
import { oso } from '../../libraries/oso.ts';
import type { Check } from '../../library.ts';
import { scenario } from '../../scenario.ts';
import { isAllowed, isAllowedOf, isAllowedRow, isAllowedRowOf } from './hand.ts';
import * as peers from './peers.ts';
import { gitClubPolicy } from './policy.ts';
import { makeRows, rowTypes } from './rows.ts';
import {
  gitClub,
  gitClubClasses,
  type GitClubCopy,
  type GitClubWorld,
  gitClubWorld,
  Grant,
  Scope,
  User,
} from './world.ts';

const classesOf = ({ copies }: GitClubWorld) => ({
  User,
  ...Object.fromEntries(
    copies.flatMap(({ suffix, classes }) =>
      Object.entries(classes).map(([name, type]) => [`${name}${suffix}`, type]),
    ),
  ),
});

const grantFields = { role: 'String', resource: 'Scope' };

const declared = ({ copies }: GitClubWorld): TypesInput => ({
  User: { class: User, fields: { id: 'String', grants: ['Grant'] } },
  Scope: { class: Scope, fields: { id: 'String' } },
  Grant: { class: Grant, fields: grantFields },
  ...Object.fromEntries(
    copies.flatMap(({ suffix, classes }) => [
      [
        `Organization${suffix}`,
        { class: classes.Organization, fields: { id: 'String', baseRole: 'String?' } },
      ],
      [
        `Repository${suffix}`,
        { class: classes.Repository, fields: { id: 'String', organization: `Organization${suffix}` } },
      ],
      [
        `Issue${suffix}`,
        {
          class: classes.Issue,
          fields: { id: 'String', repository: `Repository${suffix}`, creator: 'User' },
        },
      ],
    ]),
  ),
});

const policyOf = ({ copies }: GitClubWorld) => gitClubPolicy(copies.map(({ suffix }) => suffix));

const nanook = (world: GitClubWorld): NanookSetup => ({
  policy: policyOf(world),
  types: classesOf(world),
  declared: declared(world),
});

const grants = {
  type: 'Grant',
  fields: grantFields,
  lists: ({ users }: GitClubWorld) => users.map((user) => user.grants),
};

const noRelations =
  'The roles are on other resources, and conditions only compare values. They cannot search the roles of the user.';
const caslOfRows = { casl: peers.casl, 'casl-request': peers.caslRequest };
const libraries = {
  oso: (world: GitClubWorld): Promise<Check> => oso(policyOf(world), classesOf(world)),
  casl: peers.casl,
  'casl-request': peers.caslRequest,
  casbin: peers.casbinCheck,
  cedar: peers.cedarCheck,
  accesscontrol: noRelations,
};

export const gitclub = scenario<GitClubWorld>({
  id: 'S2',
  title: 'GitClub',
  summary:
    'organizations with repositories and issues: inherited roles, owners as admins, base roles, creators who can close their issues; 200 users with 5 roles each',
  testSize: 1,
  world: (options) =>
    gitClubWorld(options, [{ suffix: '', classes: gitClub }], {
      organizations: 20,
      repositories: 5,
      issues: 5,
    }),
  hand: () => isAllowed,
  nanook,
  rows: { types: rowTypes, make: makeRows, hand: () => isAllowedRow, peers: caslOfRows },
  grants,
  peers: libraries,
  notes: [
    'The casbin policy has one line for each way to get a permission. The matcher follows the fields of the resource.',
  ],
});

export const copies = scenario<GitClubWorld>({
  id: 'S4',
  title: 'Large policies',
  summary: 'The policy of S2, copied N times, with 3 N classes',
  size: { name: 'N', of: [10, 100, 1_000] },
  rowSizes: [100],
  testSize: 2,
  world: (options) => {
    const all = Array.from({ length: options.size }, (_, i): GitClubCopy => ({
      suffix: `${i}`,
      classes: gitClubClasses(`${i}`),
    }));
    return gitClubWorld(options, all, { organizations: 4, repositories: 2, issues: 2 });
  },
  hand: isAllowedOf,
  nanook,
  rows: { types: rowTypes, make: makeRows, hand: isAllowedRowOf, peers: caslOfRows },
  grants,
  peers: libraries,
});
