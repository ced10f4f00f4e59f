import { oso } from '../../libraries/oso.ts';
import { scenario } from '../../scenario.ts';
import { isAllowedByLookUp, isAllowedByScan } from './hand.ts';
import * as peers from './peers.ts';
import { lookUpPolicy, scanPolicy } from './policy.ts';
import { Document, type ListWorld, listWorld, Role, User } from './world.ts';

const types = { User, Document };
const size = { name: 'R', of: [10, 1_000, 100_000] };
const documentType = { class: Document, fields: { id: 'String' } };

export const scan = scenario<ListWorld>({
  id: 'S6',
  title: 'Many roles, in a list',
  summary: 'a user with R roles: `role in user.roles`, a scan',
  size,
  testSize: 15,
  world: listWorld,
  hand: () => isAllowedByScan,
  nanook: () => ({
    policy: scanPolicy,
    types,
    declared: {
      User: { class: User, fields: { id: 'String', roles: ['Role'] } },
      Role: { class: Role, fields: { name: 'String', document: 'Document' } },
      Document: documentType,
    },
  }),
  peers: {
    oso: () => oso(scanPolicy, types),
    casl: peers.casl,
    'casl-request': peers.caslRequest,
    casbin: 'Roles are lines of the policy, and indexed: see the look-up.',
    cedar: peers.cedarCheck,
    accesscontrol: peers.accessControlScan,
  },
  tooLarge: { oso: 100_000 },
  notes: [
    'CASL and Cedar get the identifiers of the resources, by role. AccessControl: the application searches the list.',
  ],
});

export const lookUp = scenario<ListWorld>({
  id: 'S6 look-up',
  title: 'Many roles, looked up',
  summary: 'a user with R roles: `name = user.roleOn(document)`, a method over a `Map`',
  size,
  testSize: 15,
  world: listWorld,
  hand: () => isAllowedByLookUp,
  nanook: () => ({
    policy: lookUpPolicy,
    types,
    declared: { User: { class: User, fields: { id: 'String' } }, Document: documentType },
  }),
  peers: {
    oso: () => oso(lookUpPolicy, types),
    casl: peers.caslLookUp,
    'casl-request': peers.caslLookUpRequest,
    casbin: peers.casbinCheck,
    cedar: 'It calls no functions of the application; what it is to know is handed over with each check.',
    accesscontrol: peers.accessControlLookUp,
  },
  notes: [
    "CASL: conditions that are functions, with a matcher of one's own. casbin: its own index of roles. AccessControl: the application looks up the role.",
  ],
});
