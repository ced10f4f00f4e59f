import type { TypesInput } from '@nanook/core';
import type { NanookSetup } from '../../libraries/nanook.ts';
import { oso } from '../../libraries/oso.ts';
import type { Check } from '../../library.ts';
import { scenario } from '../../scenario.ts';
import { isAllowedOf } from './hand.ts';
import * as peers from './peers.ts';
import { abacPolicy } from './policy.ts';
import { type AbacWorld, abacWorld, Document, passWorld, User } from './world.ts';

const types = { User, Document };
const declared: TypesInput = {
  User: {
    class: User,
    fields: { id: 'String', department: 'String', clearance: 'Integer', from: 'Integer', until: 'Integer' },
  },
  Document: {
    class: Document,
    fields: {
      id: 'String',
      owner: 'User',
      department: 'String',
      level: 'Integer',
      isPublic: 'Boolean',
      archived: 'Boolean',
    },
  },
};
const nanook = ({ calendar }: AbacWorld): NanookSetup => ({
  policy: abacPolicy,
  types,
  declared,
  constants: { Calendar: calendar },
});
const libraries = {
  oso: ({ calendar }: AbacWorld): Promise<Check> => oso(abacPolicy, types, { Calendar: calendar }),
  casl: peers.casl,
  'casl-request': peers.caslRequest,
  casbin: peers.casbinCheck,
  cedar: peers.cedarCheck,
  accesscontrol: peers.accessControlCheck,
};

export const abac = scenario<AbacWorld>({
  id: 'S3',
  title: 'Attributes',
  summary:
    'the time is within working hours, and the document is public, or owned by the user, or not archived and of the same department with sufficient clearance; *edit* is stricter',
  testSize: 1,
  world: abacWorld,
  hand: isAllowedOf,
  nanook,
  peers: libraries,
  notes: [
    'The conditions of CASL are about the resource. The application compares the hour: before the check (built once), or when it builds the ability (built per check).',
  ],
});

export const pass = scenario<AbacWorld>({
  id: 'S7',
  title: 'All documents of a list',
  summary:
    'The *read* check of S3 for each of 10,000 documents, for one user after another. Times are for one document',
  size: { name: 'documents', of: [10_000] },
  testSize: 200,
  world: passWorld,
  hand: isAllowedOf,
  nanook,
  peers: libraries,
});
