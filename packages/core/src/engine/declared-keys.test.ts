import { describe, expect, it } from 'vitest';
import { typed, type TypesInput } from '../index.js';
import { EngineUnderTest, type EngineKind } from './fixtures/engines.fixture.js';
import './fixtures/final-code.fixture.js';

// The keys of rows are values of their declared types when rows are compared (decision 0025).

const kinds: readonly EngineKind[] = ['machine', 'source', 'closures', 'aot'];
const wrong = 'POLAR_UNDECIDED_FIELD_TYPE';

class Account {
  constructor(readonly id: unknown) {}
}

const policy = `
  allow(user, "equal", doc: Doc) if doc.owner = user;
  allow(user, "unequal", doc: Doc) if doc.owner != user;
  allow(user, "not equal", doc: Doc) if not doc.owner = user;
  allow(user, "not in", doc: Doc) if not user in doc.owners;
`;
const [same, different, undecided] = [
  [true, false, false, false],
  [false, true, true, true],
  [wrong, wrong, wrong, wrong],
];

const cases: readonly (readonly [declared: string, one: unknown, other: unknown, answers: unknown[]])[] = [
  ['Integer', 1, 1, same],
  ['Integer', 1n, 1, same],
  ['Integer', 1, 2, different],
  ['Integer', '1', 1, undecided],
  ['Integer', '1', '1', undecided],
  ['Integer', '1', '2', undecided],
  ['Integer', 1.5, 1, undecided],
  ['Integer', null, 1, undecided],
  ['Integer', undefined, 1, undecided],
  ['Integer', 1, undefined, undecided],
  ['String', undefined, undefined, undecided],
  ['Decimal', undefined, '1', undecided],
  ['String', 'a', 'a', same],
  ['String', '1', '1.0', different],
  ['String', 1, '1', undecided],
  ['String', 1, 1, undecided],
  ['Decimal', '1.0', '1', same],
  ['Decimal', '1', 1, same],
  ['Decimal', '12345678901234567890.10', '12345678901234567890.1', same],
  ['Decimal', 'x', '1', undecided],
  ['Any', '1', 1, different],
  ['Any', '1', '1', same],
];

describe.each(kinds)('keys in %s', (kind) => {
  it.each(cases)(
    'of the type %s, %o and %o, are read as values of their type',
    (declared, one, other, answers) => {
      for (const isClass of [false, true]) {
        const owner = isClass ? 'Account' : 'User';
        const types: TypesInput = {
          User: { key: 'id', fields: { id: declared } },
          Account: { class: Account, key: 'id', fields: { id: declared } },
          Doc: { fields: { owner, owners: [owner] } },
        };
        const make = (id: unknown) => (isClass ? new Account(id) : { id });
        const engine = new EngineUnderTest(kind, policy, { types });
        const found = ['equal', 'unequal', 'not equal', 'not in'].map((action) =>
          [1, 2, 3]
            .map(() => {
              const user = isClass ? make(other) : typed('User', { id: other });
              return engine.canSync(user, action, typed('Doc', { owner: make(one), owners: [make(one)] }));
            })
            .at(-1),
        );
        expect({ isClass, found }).toEqual({ isClass, found: answers });
      }
    },
  );
});

describe.each(kinds)('a comparison of a variable without a value in %s', (kind) => {
  const types: TypesInput = {
    User: { key: 'id' },
    Team: { key: 'id' },
    Folder: { key: 'id' },
  };
  const [user, folder] = [typed('User', { id: 1 }), typed('Folder', { id: 1 })];
  const linked = 'linked(Team{1});';

  it.each(['team != folder', '{team: team} != folder', '[team] != folder'])(
    'leaves each type possible for other variables: %s',
    (comparison) => {
      const engine = new EngineUnderTest(
        kind,
        `allow(_: User, "compare", folder: Folder) if ${comparison} and linked(team);
         allow(_: User, "call", folder: Folder) if is_other(folder, team) and linked(team);
         allow(_: User, "negate", folder: Folder) if not is_other(folder, team) and linked(team);
         allow(_: User, "match", folder: Folder) if part = {folder: folder, team: team} and part matches Dictionary and linked(team);
         is_other(folder: Folder, team: Team) if team.id = folder.id;
         ${linked}`,
        { types },
      );
      for (const action of ['compare', 'call', 'negate', 'match', 'compare'])
        expect([action, engine.canSync(user, action, folder)]).toEqual([action, action !== 'negate']);
    },
  );
});
