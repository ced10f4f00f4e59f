import { caslPerRequest, caslPrebuilt, type CaslRule, type SubjectTypes } from '../../libraries/casl.ts';
import { oso } from '../../libraries/oso.ts';
import type { Check } from '../../library.ts';
import { type ExpectedCheck, mixOf } from '../../mix.ts';
import { Random } from '../../random.ts';
import {
  type RowMaker,
  type RowTags,
  type RowType,
  type Scenario,
  scenario,
  type World,
  type WorldOptions,
} from '../../scenario.ts';

class User {
  readonly id: string;
  readonly team: string;
  readonly level: number;
  constructor(id: string, team: string, level: number) {
    this.id = id;
    this.team = team;
    this.level = level;
  }
}

class Document {
  readonly id: string;
  readonly category: string;
  readonly price: number;
  constructor(id: string, category: string, price: number) {
    this.id = id;
    this.category = category;
    this.price = price;
  }
}

/** A rule for a category of documents with a least level, or for a team with a highest price. */
type RuleRow =
  | { readonly category: string; readonly level: number }
  | { readonly team: string; readonly price: number };

interface RulesWorld extends World {
  readonly users: User[];
  readonly rules: RuleRow[];
}

/** Creates the rules, alternately of both kinds, and checks that all have the same answer. */
const rulesWorld =
  (outcome: 'allowed' | 'denied') =>
  ({ seed, size, checks }: WorldOptions): RulesWorld => {
    const random = new Random(seed);
    const levels: number[] = [];
    const prices: number[] = [];
    const rules = Array.from({ length: size }, (_, i): RuleRow => {
      if (i % 2 === 0) {
        levels.push(2 + random.below(8));
        return { category: `category-${i / 2}`, level: levels.at(-1)! };
      }
      prices.push(100 + random.below(900));
      return { team: `team-${(i - 1) / 2}`, price: prices.at(-1)! };
    });
    // Two thirds of the users are in teams with a rule, and of the documents in categories with one.
    const teamOf = Array.from({ length: 100 }, () => random.below(Math.ceil(prices.length * 1.5)));
    const users = teamOf.map((t, i) => new User(`user-${i}`, `team-${t}`, 1 + random.below(10)));
    const drawn: ExpectedCheck[] = [];
    while (drawn.length < checks) {
      const u = random.below(users.length);
      const c = random.below(Math.ceil(levels.length * 1.5));
      const price = random.below(outcome === 'allowed' ? 1_000 : 1_500);
      const byCategory = c < levels.length && users[u]!.level >= levels[c]!;
      const byTeam = teamOf[u]! < prices.length && price < prices[teamOf[u]!]!;
      const allowed = byCategory || byTeam;
      if (allowed !== (outcome === 'allowed')) continue;
      const resource = new Document(`document-${drawn.length}`, `category-${c}`, price);
      drawn.push({ actor: users[u], action: 'read', resource, allowed });
    }
    return { users, rules, mix: mixOf(drawn) };
  };

const policyOf = ({ rules }: RulesWorld) =>
  rules
    .map((rule) => {
      const condition =
        'category' in rule
          ? `document.category = "${rule.category}" and user.level >= ${rule.level}`
          : `user.team = "${rule.team}" and document.price < ${rule.price}`;
      return `allow(user: User, "read", document: Document) if ${condition};`;
    })
    .join('\n');

/** Writes the function as a person would: one `if` for each rule. */
function hand({ rules }: RulesWorld): Check {
  const lines = rules.map((rule) =>
    'category' in rule
      ? `if (document.category === '${rule.category}' && user.level >= ${rule.level}) return true;`
      : `if (user.team === '${rule.team}' && document.price < ${rule.price}) return true;`,
  );
  const body = ["if (action !== 'read') return false;", ...lines, 'return false;'].join('\n');
  // oxlint-disable-next-line no-implied-eval, typescript/no-implied-eval -- a file with 5,000 lines would be the same
  return new Function('user', 'action', 'document', body) as Check;
}

function caslRules({ rules }: RulesWorld, user: User, types: SubjectTypes): CaslRule[] {
  const subject = types === 'class' ? Document : 'Document';
  return rules.flatMap((rule): CaslRule[] => {
    if ('category' in rule)
      return user.level < rule.level
        ? []
        : [{ action: 'read', subject, conditions: { category: rule.category } }];
    return user.team === rule.team
      ? [{ action: 'read', subject, conditions: { price: { $lt: rule.price } } }]
      : [];
  });
}

async function casl(world: RulesWorld, types: SubjectTypes = 'class'): Promise<Check> {
  const abilityOf = await caslPrebuilt(world.users, (user, by) => caslRules(world, user, by), types);
  return (user: User, action, document: Document) => abilityOf(user).can(action, document);
}

async function caslRequest(world: RulesWorld, types: SubjectTypes = 'class'): Promise<Check> {
  const abilityOf = await caslPerRequest((user: User, by) => caslRules(world, user, by), types);
  return (user: User, action, document: Document) => abilityOf(user).can(action, document);
}

const userFields = { id: 'String', team: 'String', level: 'Integer' };
const documentFields = { id: 'String', category: 'String', price: 'Integer' };
const types = { User, Document };
const rowTypes: Record<string, RowType> = {
  User: { key: 'id', fields: userFields },
  Document: { key: 'id', fields: documentFields },
};

const makeRows = ({ tag }: RowTags): RowMaker => ({
  actor: ({ id, team, level }: User) => tag('User', { kind: 'User', id, team, level }),
  resource: ({ id, category, price }: Document) => tag('Document', { kind: 'Document', id, category, price }),
});

const rulesOf = (outcome: 'allowed' | 'denied'): Scenario =>
  scenario<RulesWorld>({
    id: `Rules ${outcome}`,
    title: `Many rules for one action, ${outcome}`,
    summary: `R rules for one type and one action: half compare the category of a document with a literal and the level of a user with a number, half the team and the price. All checks are ${outcome}`,
    size: { name: 'R', of: [10, 100, 1_000, 5_000] },
    testSize: 50,
    isSpecial: true,
    outcome,
    world: rulesWorld(outcome),
    hand,
    nanook: (world) => ({
      policy: policyOf(world),
      types,
      declared: {
        User: { class: User, fields: userFields },
        Document: { class: Document, fields: documentFields },
      },
    }),
    rows: { types: () => rowTypes, make: makeRows, hand, peers: { casl } },
    shapes: ['typed', 'instances'],
    variants: ['nanook', 'nanook-hook', 'nanook-declared', 'nanook-ahead', 'nanook-closures'],
    peers: { oso: (world) => oso(policyOf(world), types), casl, 'casl-request': caslRequest },
    tooLarge: { oso: 1_000 },
    notes: ['The hand-written function is one `if` for each rule.'],
  });

export const rulesAllowed = rulesOf('allowed');
export const rulesDenied = rulesOf('denied');
