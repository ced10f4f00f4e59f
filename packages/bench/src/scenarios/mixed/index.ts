import {
  type RowMaker,
  type Rows,
  type RowTags,
  type RowType,
  type Scenario,
  scenario,
  type World,
} from '../../scenario.ts';
import { isAllowed, isAllowedRow } from './hand.ts';
import { mixedPolicy } from './policy.ts';
import { type Document, mixedWorld, type Mixture, types, type User } from './world.ts';

const fieldsOf: Record<string, RowType['fields']> = {
  Document: { id: 'String', owner: 'User', scope: 'String', isPublic: 'Boolean' },
};
const actorFields = { id: 'String', scope: 'String' };
const rowType = (name: string): RowType => ({ key: 'id', fields: fieldsOf[name] ?? actorFields });
const names = Object.keys(types);
const rowTypes = Object.fromEntries(names.map((name) => [name, rowType(name)]));
const typesOfBoth = Object.fromEntries(
  Object.entries(types).map(([name, type]): [string, RowType] => [name, { class: type, ...rowType(name) }]),
);

const makeRows = ({ tag, nested }: RowTags): RowMaker => ({
  actor: ({ kind, id, scope }: User) => tag(kind, { kind, id, scope }),
  resource: ({ kind, id, owner, scope, isPublic }: Document) =>
    tag(kind, { kind, id, owner: nested(owner.kind, { kind: owner.kind, id: owner.id }), scope, isPublic }),
});

/** Makes a row of each second object, by the number in its id. The others stay instances. */
const makeHalf = (tags: RowTags): RowMaker => {
  const { actor, resource } = makeRows(tags);
  const half = (make: (instance: object) => object) => (instance: { readonly id: string }) =>
    Number(instance.id.split('-')[1]) % 2 === 0 ? make(instance) : instance;
  return { actor: half(actor), resource: half(resource) };
};

const rows: Rows<World> = {
  types: () => rowTypes,
  make: makeRows,
  hand: () => isAllowedRow,
  peers: {},
};

const mixedScenario = (
  mixture: Mixture,
  texts: Pick<Scenario, 'id' | 'title' | 'summary'>,
  others: Pick<Scenario, 'shapes'> & Partial<Pick<Scenario, 'rows'>>,
): Scenario =>
  scenario({
    ...texts,
    ...others,
    isSpecial: true,
    testSize: 1,
    world: mixedWorld(mixture),
    hand: () => isAllowed,
    nanook: () => ({
      policy: mixedPolicy,
      types,
      ...(mixture.actions ? { denialWarnings: false } : {}),
    }),
    variants: ['nanook', 'nanook-hook', 'nanook-ahead'],
    peers: {},
  });

export const mixed: readonly Scenario[] = [
  mixedScenario(
    { subclasses: true },
    {
      id: 'Mixed subclasses',
      title: 'Documents of five subclasses',
      summary: 'documents are instances of five subclasses of the registered class',
    },
    { shapes: ['instances'] },
  ),
  mixedScenario(
    { actors: true },
    {
      id: 'Mixed actors',
      title: 'Actors of four classes',
      summary: 'actors are users, services, guests and administrators, each with other rules',
    },
    { rows, shapes: ['typed', 'instances'] },
  ),
  mixedScenario(
    { actions: true },
    {
      id: 'Mixed actions',
      title: 'Actions that no rule names',
      summary: 'more than half of the denied checks are about one of 100 actions that no rule names',
    },
    { rows, shapes: ['typed', 'instances'] },
  ),
  mixedScenario(
    { actors: true },
    {
      id: 'Mixed rows',
      title: 'Rows and instances at the same call',
      summary: 'half of the actors and of the documents of *Mixed actors* are rows, the others are instances',
    },
    { rows: { ...rows, types: () => typesOfBoth, make: makeHalf }, shapes: ['typed'] },
  ),
];
