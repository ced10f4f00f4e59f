import { describe, expect, it } from 'vitest';
import { nullable, oneOf, optional, typed, type TypesInput } from '../index.js';
import { EngineUnderTest, type EngineKind } from './fixtures/engines.fixture.js';
import './fixtures/final-code.fixture.js';

const kinds: readonly EngineKind[] = ['machine', 'source', 'closures', 'aot'];
const wrong = 'POLAR_UNDECIDED_FIELD_TYPE';
const unrelated = 'POLAR_UNDECIDED_RELATION';
const absent = 'POLAR_UNDECIDED_MISSING_ATTRIBUTE';

class Person {}
class Admin extends Person {}
class Unknown {}
class Occasion extends Date {}

const declarations = {
  String: 'String',
  Integer: 'Integer',
  Float: 'Float',
  Boolean: 'Boolean',
  Date: 'Date',
  Moment: 'Moment',
  Occasion: 'Occasion',
  Decimal: 'Decimal',
  oneOf: oneOf('a', 'b'),
  strings: ['String'],
  'strings or nil': ['String?'],
  Person: 'Person',
  Row: 'Row',
  Map: 'Map',
  List: 'List',
  Dictionary: 'Dictionary',
  Any: 'Any',
  'nullable String': 'String?',
  'nullable Row': nullable('Row'),
  'optional Row': optional('Row'),
  'optional String': optional('String'),
} as const;
type Declared = keyof typeof declarations;

const date = new Date(0);
const accepted: Readonly<Record<Declared, readonly unknown[]>> = {
  String: ['', 'x'],
  Integer: [0, -1, 2 ** 53 - 1, 5n, 2n ** 60n],
  Float: [0, 1.5, Infinity],
  Boolean: [true, false],
  Date: [date],
  Moment: [date, new Occasion(0)],
  Occasion: [new Occasion(0)],
  Decimal: [1, 1e20, '10.50', '12345678901234567890.5', { s: 1, e: 0, d: [1] }],
  oneOf: ['a', 'b'],
  strings: [[], ['x'], new Set(['x'])],
  'strings or nil': [[null], ['x', null]],
  Person: [new Person(), new Admin(), {}, new Unknown()],
  Row: [{}, typed('Row', {}), Object.create(null), new Unknown()],
  Map: [new Map()],
  List: [[], [1]],
  Dictionary: [{}],
  Any: [0, null, 'x', {}],
  'nullable String': [null, 'x'],
  'nullable Row': [null, {}],
  'optional Row': [null, undefined, {}],
  'optional String': [null, undefined, 'x'],
};
const refused: Readonly<Record<Declared, readonly unknown[]>> = {
  String: [1, true, Object('x'), ['x'], {}],
  Integer: ['1', 1.5, Number.NaN, 2 ** 53, true, Object(1)],
  Float: ['1', Number.NaN, 1n],
  Boolean: [0, 1, 'true', Object(true)],
  Date: ['2026-01-01', 0, new Date(Number.NaN), Object.create(Date.prototype)],
  Moment: ['2026-01-01', 0, new Date(Number.NaN), new Occasion(Number.NaN), Object.create(Date.prototype)],
  Occasion: ['2026-01-01', 0, date, new Occasion(Number.NaN)],
  Decimal: ['x', '', 'NaN', Number.NaN, Infinity, -Infinity, true, {}],
  oneOf: ['c', '', 1, ['a']],
  strings: ['x', 1, new Map(), {}],
  'strings or nil': ['x', 1],
  Person: [1, 'x', [new Person()], typed('Row', {}), date],
  Row: [1, 'x', [{}], new Person(), date],
  Map: [{}, []],
  List: ['x', {}, new Map()],
  Dictionary: [[], 'x', date],
  Any: [],
  'nullable String': [1],
  'nullable Row': [1, new Person()],
  'optional Row': [1],
  'optional String': [1],
};
const isOfApplication = (declared: Declared): boolean => /Row|Person/.test(declared);

const policy = `
  allow(_, "read", doc: Doc) if doc.field != doc.never;
  allow(_, "negated", doc: Doc) if not doc.field = doc.never;
  allow(_, "in a rule", doc: Doc) if f(doc.field, doc.never);
  allow(_, "not in a rule", doc: Doc) if not g(doc.field, doc.never);
  allow(_, "untyped", doc) if doc.field != doc.never;
  allow(_, "untyped by a rule", doc) if h(doc, doc.never);
  allow(_, "pattern", doc: Doc{field: x}) if x != doc.never;
  allow(_, "pair", doc: Doc) if ["field", value] in doc and value != doc.never;
  f(value, never) if value != never;
  g(value, never) if value = never;
  h(doc, never) if not doc.field = never;
`;
const actions = [...policy.matchAll(/allow\(_, "([a-z ]+)"/g)].map(([, action]) => action!);

describe.each(Object.keys(declarations) as Declared[])('a field declared as %s', (declared) => {
  const types: TypesInput = {
    Person,
    Admin,
    Moment: { class: Date },
    Occasion,
    Row: {},
    Doc: { fields: { field: declarations[declared], never: 'Any' } },
  };
  const engines = kinds.map((kind) => [kind, new EngineUnderTest(kind, policy, { types })] as const);

  /** Returns the answers of an engine: of slow code, and of code that has learned. */
  const ask = (engine: EngineUnderTest, action: string, data: object) =>
    [1, 2, 3].map(() => engine.canSync(null, action, typed('Doc', { never: 'another value', ...data })));

  it.each(kinds)('reads values of its type: %s', (kind) => {
    const engine = engines.find(([name]) => name === kind)![1];
    for (const field of accepted[declared])
      for (const action of actions) {
        // A key without a value is not a pair.
        if (action === 'pair' && field === undefined) continue;
        expect([action, field, ask(engine, action, { field })]).toEqual([action, field, [true, true, true]]);
      }
  });

  it.each(kinds)('is undecided for values of other types: %s', (kind) => {
    const engine = engines.find(([name]) => name === kind)![1];
    const values = [...refused[declared], ...(/Any|null|optional/.test(declared) ? [] : [null])];
    for (const field of values) {
      const code = isOfApplication(declared) && field !== null ? unrelated : wrong;
      for (const action of actions)
        expect([action, field, ask(engine, action, { field })]).toEqual([action, field, [code, code, code]]);
    }
  });

  it.runIf(!declared.startsWith('optional'))('is undecided without the property', () => {
    for (const [kind, engine] of engines)
      for (const action of actions.filter((each) => each !== 'pair' && each !== 'pattern'))
        expect([kind, action, ask(engine, action, {})]).toEqual([kind, action, [absent, absent, absent]]);
  });

  it('decides promised values like plain ones', async () => {
    for (const [kind, engine] of engines)
      for (const action of actions)
        for (const field of [...accepted[declared], ...refused[declared]]) {
          // A key without a value is not a pair.
          if (action === 'pair' && field === undefined) continue;
          const doc = (value: unknown) => typed('Doc', { never: 'another value', field: value });
          const plain = engine.canSync(null, action, doc(field));
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          const promised = await engine.can(null, action, doc(Promise.resolve(field)));
          expect([kind, action, field, promised]).toEqual([kind, action, field, plain]);
        }
  });
});

describe('an element of a declared list', () => {
  const types: TypesInput = { Row: {}, Doc: { fields: { texts: ['String'], rows: ['Row'], any: 'Any' } } };
  const rules = `
    allow(_, "has", doc: Doc) if "1" in doc.texts;
    allow(_, "has not", doc: Doc) if not "1" in doc.texts;
    allow(_, "equal", doc: Doc) if doc.texts = ["1"];
    allow(_, "not equal", doc: Doc) if doc.texts != ["1"];
    allow(_, "passed", doc: Doc) if contains(doc.texts, "1");
    allow(_, "not passed", doc: Doc) if not contains(doc.texts, "1");
    allow(_, "sliced", doc: Doc) if not "1" in doc.texts.slice(0);
    allow(_, "first", doc: Doc) if not doc.texts.at(0) = "1";
    allow(_, "row", doc: Doc) if row in doc.rows and row matches Row;
    allow(_, "reversed row", doc: Doc) if row in doc.rows.reverse() and row matches Row;
    allow(_, "concatenated row", doc: Doc) if row in doc.rows.concat(doc.rows) and row matches Row;
    allow(_, "first row", doc: Doc) if doc.rows.at(0) matches Row;
    allow(_, "no row", doc: Doc) if row in doc.rows and not row matches Row;
    contains(list, item) if item in list;
  `;
  it.each(kinds)('is tested when a rule reaches it: %s', (kind) => {
    const engine = new EngineUnderTest(kind, rules, { types });
    const ask = (action: string, data: object) => {
      const doc = typed('Doc', { texts: [], rows: [], ...data });
      return [1, 2, 3].map(() => engine.canSync(null, action, doc)).at(-1);
    };
    for (const action of ['has', 'has not', 'equal', 'not equal', 'passed', 'not passed', 'sliced', 'first'])
      expect([action, ask(action, { texts: [1] })]).toEqual([action, wrong]);
    expect(ask('has', { texts: ['1', 1] })).toBe(true);
    expect(ask('has', { texts: [1, '1'] })).toBe(true);
    expect(ask('has not', { texts: ['2'] })).toBe(true);
    expect(ask('not equal', { texts: ['2'] })).toBe(true);
    expect(ask('equal', { texts: ['1'] })).toBe(true);
    for (const action of ['row', 'reversed row', 'concatenated row', 'first row'])
      expect([action, ask(action, { rows: [{}] })]).toEqual([action, true]);
    expect(ask('no row', { rows: [{}] })).toBe(false);
    expect(ask('no row', { rows: [7] })).toBe(unrelated);
  });
});

describe('data that contradicts its declaration', () => {
  const now = new Date(1);
  const types: TypesInput = {
    User: {
      fields: { id: 'Integer', blockedId: 'Integer', roles: ['String'], limit: 'Decimal', ids: ['Integer'] },
    },
    Note: {
      fields: {
        submitterId: 'Integer',
        blockedIds: ['Integer'],
        until: 'Date',
        rate: 'Float',
        names: ['String'],
        deletedAt: 'Date?',
        teamId: 'Integer',
        amount: 'Decimal',
        status: oneOf('draft', 'final'),
      },
    },
  };
  const rules = `
    allow(user: User, "submitted", n: Note) if n.submitterId != user.id;
    allow(user: User, "blocked", n: Note) if not user.id in n.blockedIds;
    allow(user: User, "amount", n: Note) if n.amount <= user.limit;
    allow(_: User, "until", n: Note) if not n.until < now;
    allow(_: User, "rate", n: Note) if n.rate != 1;
    allow(_: User, "names", n: Note) if not "1" in n.names;
    allow(user: User, "letters", _: Note) if "a" in user.roles;
    allow(_: User, "deleted", n: Note) if n.deletedAt = nil;
    allow(user: User, "team", n: Note) if n.teamId = user.id;
    allow(_: User, "status", n: Note) if n.status != "final";
  `;
  it.each(kinds)('grants nothing: %s', (kind) => {
    const engine = new EngineUnderTest(kind, rules, { types, constants: { now } });
    const ask = (action: string, note: object, user: object = {}) => {
      const actor = typed('User', { id: 1, roles: [], limit: 9, ...user });
      return [1, 2, 3].map(() => engine.canSync(actor, action, typed('Note', { ...note }))).at(-1);
    };
    expect(ask('submitted', { submitterId: '1' })).toBe(wrong);
    expect(ask('submitted', { submitterId: 2 })).toBe(true);
    expect(ask('blocked', { blockedIds: ['1'] })).toBe(wrong);
    expect(ask('until', { until: new Date(Number.NaN) })).toBe(wrong);
    expect(ask('rate', { rate: Number.NaN })).toBe(wrong);
    expect(ask('names', { names: [1] })).toBe(wrong);
    expect(ask('letters', {}, { roles: 'admin' })).toBe(wrong);
    expect(ask('deleted', {})).toBe(absent);
    expect(ask('deleted', { deletedAt: null })).toBe(true);
    expect(ask('team', { teamId: null }, { id: null })).toBe(wrong);
    expect(ask('status', { status: 'Final' })).toBe(wrong);
  });

  it.each(kinds)('compares decimals by value: %s', (kind) => {
    const engine = new EngineUnderTest(kind, rules, { types, constants: { now } });
    const ask = (amount: unknown, limit: unknown) =>
      [1, 2, 3]
        .map(() => engine.canSync(typed('User', { id: 1, limit }), 'amount', typed('Note', { amount })))
        .at(-1);
    const prisma = (digits: number[], e: number) => ({ s: 1, e, d: digits });
    for (const [amount, limit, expected] of [
      ['1000', '9', false],
      ['9', '1000', true],
      ['10.50', 10.5, true],
      [prisma([1000], 3), prisma([9], 0), false],
      ['12345678901234567890.2', '12345678901234567890.10', false],
      ['12345678901234567890.1', '12345678901234567890.10', true],
      [12345678901234567890n, '12345678901234567890.10', true],
      ['x', '9', wrong],
    ] as const)
      expect([amount, limit, ask(amount, limit)]).toEqual([amount, limit, expected]);
  });

  it.each(kinds)('reads a bigint as a number, and passes long decimals as texts: %s', (kind) => {
    class Wallet {
      has(amount: unknown): boolean {
        return amount === '12345678901234567890.5';
      }
    }
    const engine = new EngineUnderTest(
      kind,
      `allow(user: User, "id", n: Note) if n.submitterId = user.id and n.submitterId < 3;
       allow(wallet: Wallet, "has", n: Note) if wallet.has(n.amount);
       allow(_: User, "whole", n: Note) if n.amount matches Float and not n.amount matches Integer;`,
      { types: { ...types, Wallet } },
    );
    const ask = (actor: object, action: string, note: object) =>
      [1, 2, 3].map(() => engine.canSync(actor, action, typed('Note', note))).at(-1);
    expect(ask(typed('User', { id: 2 }), 'id', { submitterId: 2n })).toBe(true);
    expect(ask(typed('User', { id: 2n }), 'id', { submitterId: 2 })).toBe(true);
    expect(ask(new Wallet(), 'has', { amount: '12345678901234567890.50' })).toBe(true);
    expect(ask(typed('User', { id: 2 }), 'whole', { amount: '12345678901234567890.5' })).toBe(true);
  });
});
