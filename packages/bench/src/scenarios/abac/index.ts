import type { TypesInput } from '@nanook/core';
import type { NanookSetup } from '../../libraries/nanook.ts';
import { oso } from '../../libraries/oso.ts';
import type { Check } from '../../library.ts';
import { type Rows, scenario } from '../../scenario.ts';
import { isAllowedOf, isAllowedRowOf } from './hand.ts';
import * as peers from './peers.ts';
import { abacPolicy } from './policy.ts';
import { documentFields, makeRows, rowTypes, userFields } from './rows.ts';
import { type AbacWorld, abacWorld, Document, passWorld, User } from './world.ts';

const types = { User, Document };
const declared: TypesInput = {
  User: { class: User, fields: userFields },
  Document: { class: Document, fields: documentFields },
};
const rows: Rows<AbacWorld> = {
  types: () => rowTypes,
  make: makeRows,
  hand: isAllowedRowOf,
  peers: { casl: peers.casl, 'casl-request': peers.caslRequest },
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
  rows,
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
  testSize: 30,
  world: passWorld,
  hand: isAllowedOf,
  nanook,
  rows: { ...rows, keepsActor: true },
  peers: libraries,
});
