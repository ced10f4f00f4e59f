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
    'within working hours and (public, or owner, or same department with enough clearance and not archived); *edit* is stricter',
  testSize: 1,
  world: abacWorld,
  hand: isAllowedOf,
  nanook,
  peers: libraries,
  notes: [
    "CASL's conditions are about the resource: the application compares the hour, before it asks (built once) or when it builds the ability (per request).",
  ],
});

export const pass = scenario<AbacWorld>({
  id: 'S7',
  title: 'A pass over a list',
  summary: "S3's *read* for each of 10,000 documents, one user after the other; per document",
  size: { name: 'documents', of: [10_000] },
  testSize: 200,
  world: passWorld,
  hand: isAllowedOf,
  nanook,
  peers: libraries,
});
