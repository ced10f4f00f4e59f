import { type ExpectedCheck, mixOf } from '../../mix.ts';
import { Random } from '../../random.ts';
import {
  type RowMaker,
  type RowTags,
  type RowType,
  scenario,
  type World,
  type WorldOptions,
} from '../../scenario.ts';

class User {
  readonly id: string;
  readonly clearance: number;
  constructor(id: string, clearance: number) {
    this.id = id;
    this.clearance = clearance;
  }
}

/** A document that a query loaded without the column `isPublic`, or whose level is NULL. */
class Document {
  readonly id: string;
  readonly owner: User;
  readonly level: number | null;
  declare readonly isPublic?: boolean;
  constructor(id: string, owner: User, level: number | null, isPublic?: boolean) {
    this.id = id;
    this.owner = owner;
    this.level = level;
    if (isPublic !== undefined) this.isPublic = isPublic;
  }
}

const policy = `
allow(user: User, "read", document: Document) if
  document.owner = user;

allow(_: User, "read", document: Document) if
  document.isPublic;

allow(user: User, "read", document: Document) if
  document.level < user.clearance;
`;

/** Creates checks that no rule grants, and of which at least one condition is undecided. */
function undecidedWorld({ seed, checks }: WorldOptions): World {
  const random = new Random(seed);
  const users = Array.from({ length: 50 }, (_, i) => new User(`user-${i}`, 1 + random.below(5)));
  return {
    mix: mixOf(
      Array.from({ length: checks }, (_, i): ExpectedCheck => {
        const reader = random.below(users.length);
        const owner = users[(reader + 1 + random.below(users.length - 1)) % users.length]!;
        // The level of a document without `isPublic` is too high, or NULL as well.
        const hasFlag = random.chance(0.5);
        const level = hasFlag || random.chance(0.5) ? null : 5 + random.below(5);
        const document = new Document(`document-${i}`, owner, level, hasFlag ? false : undefined);
        return { actor: users[reader], action: 'read', resource: document, allowed: false };
      }),
    ),
  };
}

interface Readable {
  readonly owner: { readonly id: string };
  readonly isPublic?: boolean;
  readonly level: number | null;
}

function isAllowed(user: User, action: string, { owner, isPublic, level }: Readable): boolean {
  if (action !== 'read') return false;
  return owner.id === user.id || isPublic === true || (level !== null && level < user.clearance);
}

const fields = { id: 'String', owner: 'User', level: 'Integer', isPublic: 'Boolean' };
const rowTypes: Record<string, RowType> = {
  User: { key: 'id', fields: { id: 'String', clearance: 'Integer' } },
  Document: { key: 'id', fields },
};

const makeRows = ({ tag, nested }: RowTags): RowMaker => ({
  actor: ({ id, clearance }: User) => tag('User', { kind: 'User', id, clearance }),
  resource: ({ id, owner, level, isPublic }: Document) => {
    const row = { kind: 'Document', id, owner: nested('User', { kind: 'User', id: owner.id }), level };
    return tag('Document', isPublic === undefined ? row : { ...row, isPublic });
  },
});

export const undecided = scenario<World>({
  id: 'Undecided',
  title: 'Undecided checks that are denied',
  summary:
    "documents without the column `isPublic`, or whose level is NULL, with the option `undecided: 'deny'`. Each check is undecided",
  testSize: 1,
  isSpecial: true,
  outcome: 'denied',
  world: undecidedWorld,
  hand: () => isAllowed,
  nanook: () => ({ policy, types: { User, Document }, undecided: 'deny' }),
  rows: { types: () => rowTypes, make: makeRows, hand: () => isAllowed, peers: {} },
  shapes: ['typed', 'discriminator', 'fields', 'instances'],
  variants: ['nanook', 'nanook-hook', 'nanook-ahead', 'nanook-machine'],
  peers: {},
  notes: ['A missing value is unequal to all values for the other libraries, so they have no such checks.'],
});
