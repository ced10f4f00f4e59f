import type { TypesInput } from '@nanook/core';
import { oso } from '../../libraries/oso.ts';
import { scenario } from '../../scenario.ts';
import { isAllowed, isAllowedRow } from './hand.ts';
import * as peers from './peers.ts';
import { foldersPolicy } from './policy.ts';
import { folderFields, makeRows, rowTypes } from './rows.ts';
import { Folder, type FoldersWorld, foldersWorld, Role, User } from './world.ts';

const types = { User, Folder };
const roleFields = { name: 'String', folder: 'Folder' };

const declared: TypesInput = {
  User: { class: User, fields: { id: 'String', roles: ['Role'] } },
  Role: { class: Role, fields: roleFields },
  Folder: { class: Folder, fields: folderFields },
};

export const folders = scenario<FoldersWorld>({
  id: 'S5',
  title: 'Folders in folders',
  summary:
    'a tree of folders. The role is on the root, and the check is on a leaf D levels below it; 20 users with 4 roles each',
  size: { name: 'D', of: [1, 10, 100, 1_000, 10_000] },
  rowSizes: [1, 10, 1_000],
  testSize: 6,
  world: foldersWorld,
  hand: () => isAllowed,
  nanook: () => ({ policy: foldersPolicy(), types, declared }),
  rows: {
    types: () => rowTypes,
    make: makeRows,
    hand: () => isAllowedRow,
    peers: { casl: peers.casl, 'casl-request': peers.caslRequest },
    tooLargeToRenew: 1_000,
  },
  grants: {
    type: 'Role',
    fields: roleFields,
    lists: ({ users }) => users.map(({ roles }) => roles),
  },
  peers: {
    oso: () => oso(foldersPolicy(), types),
    casl: peers.casl,
    'casl-request': peers.caslRequest,
    casbin: peers.casbinCheck,
    cedar: peers.cedarCheck,
    accesscontrol:
      'The roles are on other resources, and conditions only compare values. They cannot walk up a tree.',
  },
  tooLarge: { oso: 1_000 },
  notes: [
    'CASL has no recursion. The application walks up the tree and checks each folder.',
    'casbin has one line for each role, and the tree in a second role definition. Cedar receives the folders above the leaf with each check.',
  ],
});

const guarded = foldersPolicy('folder.parent != nil and ');

export const guardedFolders = scenario<FoldersWorld>({
  id: 'S5 guard',
  title: 'Folders in folders, with a guard',
  summary: 'S5, with a rule that tests `folder.parent != nil` before it reads the parent',
  isSpecial: true,
  size: { name: 'D', of: [1, 10, 1_000] },
  testSize: 6,
  world: foldersWorld,
  hand: () => isAllowed,
  nanook: () => ({ policy: guarded, types, declared }),
  rows: {
    types: () => rowTypes,
    make: makeRows,
    hand: () => isAllowedRow,
    peers: {},
    tooLargeToRenew: 1_000,
  },
  shapes: ['typed', 'discriminator', 'fields', 'instances'],
  peers: { oso: () => oso(guarded, types) },
  tooLarge: { oso: 1_000 },
});
