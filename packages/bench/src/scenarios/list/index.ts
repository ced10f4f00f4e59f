import { oso } from '../../libraries/oso.ts';
import { scenario } from '../../scenario.ts';
import { isAllowedByLookUp, isAllowedByScan, isAllowedRowByScan } from './hand.ts';
import * as peers from './peers.ts';
import { lookUpPolicy, scanPolicy } from './policy.ts';
import { documentRowTypes, makeDocumentRows, makeRows, rowTypes } from './rows.ts';
import { Document, type ListWorld, listWorld, Role, User } from './world.ts';

const types = { User, Document };
const size = { name: 'R', of: [10, 1_000, 100_000] };
const roleFields = { name: 'String', document: 'Document' };
const documentType = { class: Document, fields: { id: 'String' } };

export const scan = scenario<ListWorld>({
  id: 'S6',
  title: 'Many roles in a list',
  summary: 'a user has R roles; `role in user.roles` scans them',
  size,
  rowSizes: [10, 100_000],
  testSize: 15,
  world: listWorld,
  hand: () => isAllowedByScan,
  nanook: () => ({
    policy: scanPolicy,
    types,
    declared: {
      User: { class: User, fields: { id: 'String', roles: ['Role'] } },
      Role: { class: Role, fields: roleFields },
      Document: documentType,
    },
  }),
  rows: {
    types: () => rowTypes,
    make: makeRows,
    hand: () => isAllowedRowByScan,
    peers: { casl: peers.casl, 'casl-request': peers.caslRequest },
    keepsActor: true,
  },
  grants: {
    type: 'Role',
    fields: roleFields,
    lists: ({ users }) => users.map(({ roles }) => roles),
  },
  peers: {
    oso: () => oso(scanPolicy, types),
    casl: peers.casl,
    'casl-request': peers.caslRequest,
    casbin: 'Roles are indexed lines of the policy: see S6 look-up.',
    cedar: peers.cedarCheck,
    accesscontrol: peers.accessControlScan,
  },
  tooLarge: { oso: 100_000 },
  notes: [
    'CASL and Cedar receive the identifiers of the resources, grouped by role. For AccessControl, the application searches the list.',
  ],
});

export const lookUp = scenario<ListWorld>({
  id: 'S6 look-up',
  title: 'Many roles in a map',
  summary: 'a user has R roles; the method in `name = user.roleOn(document)` reads a `Map`',
  size,
  rowSizes: [10],
  testSize: 15,
  world: listWorld,
  hand: () => isAllowedByLookUp,
  nanook: () => ({
    policy: lookUpPolicy,
    types,
    declared: { User: { class: User, fields: { id: 'String' } }, Document: documentType },
  }),
  rows: {
    types: () => documentRowTypes,
    make: makeDocumentRows,
    hand: () => isAllowedByLookUp,
    peers: { casl: peers.caslLookUp, 'casl-request': peers.caslLookUpRequest },
    keepsActor: true,
  },
  peers: {
    oso: () => oso(lookUpPolicy, types),
    casl: peers.caslLookUp,
    'casl-request': peers.caslLookUpRequest,
    casbin: peers.casbinCheck,
    cedar: 'It calls no functions of the application, and receives all data with each check.',
    accesscontrol: peers.accessControlLookUp,
  },
  notes: [
    'CASL uses functions as conditions, with a custom matcher. casbin uses its own index of roles. For AccessControl, the application looks up the role.',
  ],
});
