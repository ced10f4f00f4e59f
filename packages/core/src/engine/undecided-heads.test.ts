import { describe, expect, it } from 'vitest';
import { Authorizer, AuthorizationError, many, PolarError, typed, type TypesInput } from '../index.js';
import { EngineUnderTest, type EngineKind } from './fixtures/engines.fixture.js';
import './fixtures/final-code.fixture.js';

const kinds: readonly EngineKind[] = ['machine', 'source', 'closures', 'aot'];

const types: TypesInput = {
  User: { key: 'id', fields: { id: 'Integer', role: 'String', doc: 'Integer?' } },
  Doc: {
    key: 'id',
    fields: { id: 'Integer', rows: 'List' },
    relations: { members: many('User', { local: 'id', foreign: 'doc' }) },
  },
};

const policy = `
  allow(user: User, "head", user: User);
  allow(u: User, "head", _: User) if u.role = "x";
  allow(u: User, "in", d: Doc) if u in d.members;
  allow(u: User, "twice", d: Doc) if u in d.members;
  allow(u: User, "twice", _: Doc) if u.role = "x";
  allow(u: User, "body", d: Doc) if first in d.members and first = u;
  allow(_: User, "list", d: Doc) if ["x"] in d.rows;
  allow(u: User, "pair", d: Doc) if [u, 1] in d.rows;
  allow(_: User{role: "x"}, "pattern", _: Doc);
`;
const user = typed('User', { id: 1, role: 'x' });
const other = typed('User', { id: 2, role: 'y' });
const contradicting = typed('User', { id: 'not a number', role: 'x' });

const cases: readonly [string, object, object, true | false | 'undecided'][] = [
  ['head', user, user, true],
  ['head', user, contradicting, true],
  ['head', other, contradicting, 'undecided'],
  ['head', contradicting, user, true],
  ['in', user, typed('Doc', { id: 1, members: [contradicting, user] }), true],
  ['in', user, typed('Doc', { id: 1, members: [user, contradicting] }), true],
  ['in', user, typed('Doc', { id: 1, members: [contradicting, other] }), 'undecided'],
  ['in', user, typed('Doc', { id: 1, members: [other] }), false],
  ['twice', user, typed('Doc', { id: 1, members: [contradicting] }), true],
  ['twice', other, typed('Doc', { id: 1, members: [contradicting] }), 'undecided'],
  ['body', user, typed('Doc', { id: 1, members: [contradicting, user] }), true],
  ['body', user, typed('Doc', { id: 1, members: [contradicting, other] }), 'undecided'],
  ['list', user, typed('Doc', { id: 1, rows: [contradicting, ['x']] }), true],
  ['pattern', typed('User', { id: 1, role: 5 }), typed('Doc', { id: 1 }), 'undecided'],
  ['pattern', typed('User', { id: 1, role: 5 }), user, false],
  [
    'pair',
    user,
    typed('Doc', {
      id: 1,
      rows: [
        [contradicting, 1],
        [user, 1],
      ],
    }),
    true,
  ],
  [
    'pair',
    user,
    typed('Doc', {
      id: 1,
      rows: [
        [contradicting, 1],
        [other, 1],
      ],
    }),
    'undecided',
  ],
];
const told = ([action, actor, resource, expected]: (typeof cases)[number]) =>
  [
    `${action} of ${JSON.stringify(actor)} on ${JSON.stringify(resource)}`,
    action,
    actor,
    resource,
    expected,
  ] as const;

/** Returns the answer, or the text `undecided` for an error that says so. */
async function answerOf(ask: () => unknown): Promise<unknown> {
  try {
    const answer = await ask();
    return typeof answer === 'string' && answer.startsWith('POLAR_UNDECIDED_') ? 'undecided' : answer;
  } catch (error) {
    if (error instanceof AuthorizationError) return 'refused';
    if (error instanceof PolarError && error.code.startsWith('POLAR_UNDECIDED_')) return 'undecided';
    throw error;
  }
}

describe.each(kinds)('a value that contradicts its declaration, in the engine %s,', (kind) => {
  it.each(cases.map(told))(
    'leaves the other rules and elements: %s',
    async (_, action, actor, resource, expected) => {
      const engine = new EngineUnderTest(kind, policy, { types });
      const ask = () => answerOf(() => engine.canSync(actor, action, resource));
      expect([await ask(), await ask()]).toEqual([expected, expected]);
    },
  );
});

describe('an authorizer that meets a value that contradicts its declaration', () => {
  it.each(cases.map(told))(
    'gives the same answer in every method: %s',
    async (_, action, actor, resource, expected) => {
      const authorizer = await Authorizer.load({ policies: policy, types });
      const strict = await Authorizer.load({ policies: policy, types, undecided: 'deny' });
      const outcome = { true: 'allowed', false: 'denied', undecided: 'undecided' }[String(expected)];
      const explanation = await strict.explain(actor, action, resource);
      expect({
        can: await answerOf(() => authorizer.can(actor, action, resource)),
        strictly: await answerOf(() => strict.can(actor, action, resource)),
        explained: explanation.outcome,
        authorized: await answerOf(() => strict.authorize(actor, action, resource).then(() => true)),
      }).toEqual({
        can: expected,
        strictly: expected === true,
        explained: outcome,
        authorized: expected === true || 'refused',
      });
    },
  );
});
