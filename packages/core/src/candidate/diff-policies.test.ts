import { describe, expect, it } from 'vitest';
import { Authorizer, renderExplanation, type Decision } from '../index.js';
import {
  diffPolicies,
  loadCandidate,
  renderDifference,
  type DecisionDifference,
  type DiffOptions,
} from './index.js';

class User {
  constructor(
    readonly id: number,
    readonly isAdmin = false,
  ) {}
}
class Note {
  constructor(
    readonly id: number,
    readonly ownerId: number,
  ) {}
}
const types = { User: { class: User, key: 'id' }, Note: { class: Note, key: 'id' } };
const load = (source: string, version: string, onDecision?: (decision: Decision) => void) =>
  Authorizer.load({
    policies: { name: `${version}.polar`, source },
    version,
    types,
    denialWarnings: false,
    ...(onDecision === undefined ? {} : { onDecision }),
  });
const owners = 'allow(user: User, "read", note: Note) if note.ownerId = user.id;';
const admins = 'allow(user: User, "delete", _: Note) if user.isAdmin;';
const [ann, ben, root] = [new User(1), new User(2), new User(3, true)];
const [mine, other] = [new Note(1, 1), new Note(2, 2)];

describe('diffPolicies', () => {
  it('asks each policy about its own value of a type without a class', async () => {
    const create = 'allow(_: User, "create", Folder);';
    const withFolder = (policies: string) =>
      Authorizer.load({ policies, types: { ...types, Folder: {} }, onWarning: () => {} });
    const [before, after, closed] = [
      await withFolder(create),
      await withFolder(create),
      await withFolder(owners),
    ];
    const over = [{ actor: ann, action: 'create', resource: after.type('Folder') }];
    expect(await diffPolicies(before, after, { over })).toMatchObject({ checked: 1, different: 0 });
    expect(await diffPolicies(closed, after, { over })).toMatchObject({
      newlyAllowed: 1,
      differences: [{ after: { outcome: 'allowed', explanation: { outcome: 'allowed' } } }],
    });
  });

  it('lists the decisions of fixtures that change, with the reasons of both policies', async () => {
    const before = await load(owners, '1');
    const after = await load(
      `allow(user: User, "read", note: Note) if note.ownerId = user.id and note.id > 1;\n${admins}`,
      '2',
    );
    const diff = await diffPolicies(before, after, {
      over: { actors: [ann, ben, root], resources: [mine, other] },
    });
    // Two actions that one of the policies knows, three actors, two resources.
    expect(diff).toMatchObject({ checked: 12, different: 3, newlyAllowed: 2, newlyRefused: 1 });
    expect(diff.differences).toMatchObject([
      {
        actor: ann,
        action: 'read',
        resource: mine,
        before: {
          policyVersion: '1',
          outcome: 'allowed',
          explanation: { proof: [{ file: '1.polar', line: 1 }] },
        },
        after: {
          policyVersion: '2',
          outcome: 'denied',
          explanation: { misses: [{ failure: { text: 'note.id > 1' } }] },
        },
      },
      { actor: root, action: 'delete', resource: mine, after: { outcome: 'allowed' } },
      { actor: root, action: 'delete', resource: other, after: { outcome: 'allowed' } },
    ]);
    const [first] = diff.differences as [DecisionDifference];
    expect(renderDifference(first)).toBe(
      [
        'allowed → denied: allow(User{id: 1}, "read", Note{id: 1})',
        'before, policy 1:',
        ...renderExplanation(first.before.explanation!)
          .split('\n')
          .map((line) => `  ${line}`),
        'after, policy 2:',
        ...renderExplanation(first.after.explanation!)
          .split('\n')
          .map((line) => `  ${line}`),
      ].join('\n'),
    );
  });

  it('takes recorded decisions, which it does not record again', async () => {
    const decisions: Decision[] = [];
    const before = await load(
      `${owners} allow_field(_, "read", _, "id"); allow_request(_, _);`,
      '1',
      (decision) => decisions.push(decision),
    );
    await before.can(ann, 'read', mine);
    await before.authorizeField(ann, 'read', mine, 'id');
    await before.authorizeRequest(ann, '/');
    const { length } = decisions;
    const after = await load(
      'allow_field(_, _, _, _) if false; allow(_, _, _) if false; allow_request(_, _) if false;',
      '2',
    );
    const diff = await diffPolicies(before, after, { over: decisions });
    expect(diff).toMatchObject({ checked: 3, different: 3, newlyRefused: 3 });
    expect(diff.differences.map(({ kind }) => kind)).toEqual(['allow', 'allow_field', 'allow_request']);
    expect(decisions).toHaveLength(length);
  });

  it('takes checks that come one at a time, such as those of a log', async () => {
    async function* log() {
      for (const actor of [ann, ben]) yield await Promise.resolve({ actor, action: 'read', resource: mine });
      yield { actor: ann, action: 'read', resource: mine, field: 'id' };
    }
    const field = 'allow_field(_, _, _, _);';
    const diff = await diffPolicies(
      await load(owners + field, '1'),
      await load(`allow(_: User, "read", _: Note); ${field}`, '2'),
      {
        over: log(),
      },
    );
    expect(diff).toMatchObject({ checked: 3, different: 1, newlyAllowed: 1 });
  });

  it('reports checks that end in an error or are undecided under one policy', async () => {
    const before = await load(owners, '1');
    const after = await load(
      'allow(u: User, "read", n: Note) if n.id.missing = u.id; allow_field(_, _, _, _) if false;',
      '2',
    );
    const { differences } = await diffPolicies(before, after, {
      over: [
        { actor: ann, action: 'read', resource: mine },
        { actor: ann, action: 'read', resource: mine, field: 'id' },
      ],
    });
    expect(differences).toMatchObject([
      { before: { outcome: 'allowed' }, after: { outcome: 'undecided' } },
      { before: { outcome: 'error', error: { code: 'POLAR_RUN_UNDEFINED_RULE' }, explanation: undefined } },
    ]);
    expect(renderDifference(differences[1]!)).toContain('allow_field');
  });

  it('counts the checks that no policy decides, so that a mistake in them does not look like no difference', async () => {
    const { different, failed } = await diffPolicies(await load(owners, '1'), await load(admins, '2'), {
      over: [
        { kind: 'alow' as 'allow', actor: ann, action: 'read', resource: mine },
        { actor: ann, action: 'read', resource: Promise.reject(new Error('not found')) },
        { actor: ann, action: 'other', resource: mine },
      ],
    });
    expect([different, failed]).toEqual([0, 2]);
  });

  it('awaits an argument once for both policies', async () => {
    let starts = 0;
    class QueryBuilder {
      // oxlint-disable-next-line unicorn/no-thenable -- query builders have it
      then<T>(give: (value: unknown) => T): Promise<T> {
        starts++;
        return Promise.resolve(mine).then(give);
      }
    }
    const nobody = 'allow(_, "read", _) if false;';
    const diff = await diffPolicies(await load(owners, '1'), await load(nobody, '2'), {
      over: { actors: [ann], actions: ['read'], resources: [new QueryBuilder()] },
    });
    expect([diff.newlyRefused, starts]).toEqual([1, 1]);
  });

  it('leaves out the reasons of a candidate that decides for the actor instead of the policy', async () => {
    const before = await load('allow(_, "read", _) if false;', '1');
    (await loadCandidate(before, owners)).rollOut(100);
    const { differences } = await diffPolicies(before, await load(owners, '2'), {
      over: [{ actor: ann, action: 'read', resource: mine }],
    });
    expect(differences).toMatchObject([
      {
        before: { outcome: 'denied', explanation: undefined },
        after: { explanation: { outcome: 'allowed' } },
      },
    ]);
  });

  it.each([{ maxDifferences: -1 }, { maxDifferences: 'all' }, { explanations: true }, { actors: [] }])(
    'refuses the options %j',
    async (options) => {
      const authorizer = await load(owners, '1');
      await expect(
        diffPolicies(authorizer, authorizer, { over: [], ...options } as unknown as DiffOptions),
      ).rejects.toHaveProperty('code', 'POLAR_TYPE_INVALID_OPTION');
    },
  );

  it('returns at most `maxDifferences`, and counts all', async () => {
    const diff = await diffPolicies(await load(owners, '1'), await load(admins, '2'), {
      over: { actors: [ann, ben], actions: ['read'], resources: [mine, other] },
      maxDifferences: 1,
    });
    expect(diff).toMatchObject({ checked: 4, different: 2 });
    expect(diff.differences).toHaveLength(1);
  });

  it.each([
    undefined,
    null,
    'checks',
    {},
    [null],
    ['check'],
    { actors: [ann] },
    { actors: 1, resources: [] },
  ])('refuses %j instead of checks', async (over) => {
    const authorizer = await load(owners, '1');
    await expect(
      diffPolicies(authorizer, authorizer, { over } as unknown as DiffOptions),
    ).rejects.toMatchObject({ code: 'POLAR_TYPE_NOT_A_LIST' });
  });
});
