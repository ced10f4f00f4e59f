import { oso } from '../../libraries/oso.ts';
import { scenario } from '../../scenario.ts';
import { isAllowed } from './hand.ts';
import * as peers from './peers.ts';
import { foldersPolicy } from './policy.ts';
import { Folder, type FoldersWorld, foldersWorld, Role, User } from './world.ts';

const types = { User, Folder };

export const folders = scenario<FoldersWorld>({
  id: 'S5',
  title: 'Folders in folders',
  summary:
    'a tree of folders: the role is on the root, the check on a leaf D levels below; 20 users with 4 roles each',
  size: { name: 'D', of: [1, 10, 100, 1_000, 10_000] },
  testSize: 6,
  world: foldersWorld,
  hand: () => isAllowed,
  nanook: () => ({
    policy: foldersPolicy,
    types,
    declared: {
      User: { class: User, fields: { id: 'String', roles: ['Role'] } },
      Role: { class: Role, fields: { name: 'String', folder: 'Folder' } },
      Folder: { class: Folder, fields: { id: 'String', parent: 'Folder?' } },
    },
  }),
  peers: {
    oso: () => oso(foldersPolicy, types),
    casl: peers.casl,
    'casl-request': peers.caslRequest,
    casbin: peers.casbinCheck,
    cedar: peers.cedarCheck,
    accesscontrol:
      'Roles come from other resources here, and its conditions compare values: they cannot walk up a tree.',
  },
  tooLarge: { oso: 1_000 },
  notes: [
    'CASL has no recursion: the application walks up the tree and asks about each folder.',
    'casbin: a line for each role, and the tree in a second role definition. Cedar: the folders above the leaf are handed over with each check.',
  ],
});
