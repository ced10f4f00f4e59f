// Each check enumerates, and asks whether its action is among the results.
import type { Enumeration } from '../../libraries/nanook.ts';
import { osoEngine } from '../../libraries/oso.ts';
import type { Check } from '../../library.ts';
import { type Scenario, scenario, type World } from '../../scenario.ts';
import { gitclub } from '../gitclub/index.ts';
import {
  fieldNames,
  fieldRowTypes,
  fieldsPolicy,
  fieldsWorld,
  hasField,
  hasFieldOfRow,
  makeFieldRows,
  Profile,
  User,
} from './fields.ts';

type ActionsOf = (resource: { readonly kind: string }) => readonly string[];

const actionsOf: ActionsOf = ({ kind }) => {
  if (kind === 'Organization') return ['read', 'create_repository'];
  return kind === 'Repository' ? ['read', 'create_issue', 'push', 'delete'] : ['read', 'comment', 'close'];
};

/** Collects the allowed candidates with a check for each. */
const collect =
  (candidatesOf: ActionsOf, isAllowed: Check): Check =>
  (actor, action, resource) => {
    const found = new Set<string>();
    for (const candidate of candidatesOf(resource))
      if (isAllowed(actor, candidate, resource)) found.add(candidate);
    return found.has(action);
  };

const singlesOf =
  (candidatesOf: ActionsOf): Enumeration['singles'] =>
  (authorizer) =>
    collect(candidatesOf, (actor, action, resource) => authorizer.canSync(actor, action, resource));

const common = {
  isSpecial: true,
  isAsync: true,
  testSize: 1,
  shapes: ['typed', 'instances'],
  variants: ['nanook', 'nanook-singles', 'nanook-machine'],
} as const;

export const actions: Scenario = {
  ...gitclub,
  ...common,
  id: 'Actions',
  title: 'The allowed actions of a resource',
  summary: '`actions` for the actors and resources of S2. Each resource has two to four actions',
  hand: (world) => collect(actionsOf, gitclub.hand(world)),
  nanook: (world) => ({
    ...gitclub.nanook(world),
    enumeration: {
      enumerate: (authorizer) => async (actor, action, resource) =>
        (await authorizer.actions(actor, resource)).has(action),
      singles: singlesOf(actionsOf),
    },
  }),
  rows: {
    ...gitclub.rows!,
    hand: (world) => collect(actionsOf, gitclub.rows!.hand(world)),
    peers: {},
  },
  peers: {
    oso: async (world) => {
      const { policy, types } = gitclub.nanook(world);
      const engine = await osoEngine(policy, types as Parameters<typeof osoEngine>[1]);
      return async (actor, action, resource) => (await engine.authorizedActions(actor, resource)).has(action);
    },
  },
  notes: [
    '*Single checks* calls `canSync` for each action of the type, and the hand-written function does the same.',
  ],
};

const fieldTypes = { User, Profile };
const candidates: ActionsOf = () => fieldNames;

export const fields = scenario<World>({
  ...common,
  id: 'Fields',
  title: 'The readable fields of a resource',
  summary:
    '`fields` for profiles with 20 fields: eight that everyone reads, eight for the owner, four for managers',
  world: fieldsWorld,
  hand: () => hasField,
  nanook: () => ({
    policy: fieldsPolicy,
    types: fieldTypes,
    enumeration: {
      enumerate: (authorizer) => async (actor, field, profile) =>
        (await authorizer.fields(actor, 'read', profile)).has(field),
      singles: singlesOf(candidates),
    },
  }),
  rows: { types: () => fieldRowTypes, make: makeFieldRows, hand: () => hasFieldOfRow, peers: {} },
  peers: {
    oso: async () => {
      const engine = await osoEngine(fieldsPolicy, fieldTypes);
      return async (actor, field, profile) =>
        (await engine.authorizedFields(actor, 'read', profile)).has(field);
    },
  },
  notes: [
    '*Single checks* checks each of the 20 fields with `canSync`, and a rule that calls `allow_field`.',
  ],
});
