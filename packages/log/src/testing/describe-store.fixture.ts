import { Authorizer, typed } from '@nanook/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { decisionLog } from '../queue/decision-log.js';
import type { DecisionSink } from '../queue/sink.js';
import type { DecisionQuery } from '../read/decision-query.js';
import { readDecisions, type DecisionSource } from '../read/read-decisions.js';
import type { DecisionRecord } from '../record/decision-record.js';

/** A store with nothing in it. */
export interface OpenStore {
  readonly store: DecisionSink & DecisionSource;
  readonly close: () => Promise<void>;
}

const policies = [
  {
    name: 'a.polar',
    source: 'allow(user: User, "read", note: Note) if note.ownerId = user.id;\nallow(_: User, "list", Note);',
  },
  {
    name: 'b.polar',
    source: 'allow(user: User, action, _) if user.isAdmin and action in ["read", "delete"];',
  },
];

/** Fills a store with decisions of two months, and answers questions about them. */
async function fill(store: DecisionSink): Promise<void> {
  const log = decisionLog({ sinks: [store], batchSize: 7 });
  let minutes = 0;
  const start = Date.UTC(2026, 0, 31, 23, 0);
  const authorizer = await Authorizer.load({
    policies,
    version: 'v1',
    types: { User: {}, Note: {} },
    denialWarnings: false,
    clock: () => new Date(start + minutes++ * 60_000),
    ...log.hooks,
  });
  const users = [1, 2, 3].map((id) => typed('User', { id, isAdmin: id === 3 }));
  for (let id = 1; id <= 30; id++) {
    const user = users[id % 3]!;
    const note = typed('Note', { id, ownerId: (id % 2) + 1 });
    const context = { tenant: id <= 15 ? 'acme' : 'zeta', requestId: `r${id}` };
    authorizer.canSync(user, 'read', note, { context });
    authorizer.canSync(user, 'delete', note, { context });
  }
  authorizer.canSync(users[0], 'list', authorizer.type('Note'));
  authorizer.canSync(null, 'read', typed('Note', { id: 1, ownerId: 1 }));
  await log.flush();
}

/** The questions, with a function that answers them from the meaning of the filters. */
const questions: [string, DecisionQuery, (record: DecisionRecord) => boolean][] = [
  ['all decisions', {}, () => true],
  ['who was allowed', { outcome: 'allowed' }, ({ outcome }) => outcome === 'allowed'],
  [
    'what one user may do',
    { actor: { type: 'User', id: 2 }, outcome: ['allowed', 'denied'] },
    ({ actor }) => actor?.id === '2',
  ],
  ['who touched one note', { resource: '7' }, ({ resource }) => resource?.id === '7'],
  ['the type alone', { actor: { type: 'User' } }, ({ actor }) => actor?.type === 'User'],
  [
    'several actions',
    { action: ['delete', 'list'] },
    ({ action }) => action === 'delete' || action === 'list',
  ],
  ['a rule by its place', { rule: 'a.polar:1' }, ({ rule }) => rule?.file === 'a.polar' && rule.line === 1],
  ['a rule by its name', { rule: 'allow' }, ({ rule }) => rule?.name === 'allow'],
  [
    'a part of the time',
    { from: '2026-01-31T23:10:00Z', to: new Date('2026-02-01T00:00:00Z') },
    ({ at }) => at >= '2026-01-31T23:10' && at < '2026-02-01',
  ],
  ['a tenant', { tenant: 'zeta' }, ({ tenant }) => tenant === 'zeta'],
  ['a request', { requestId: 'r9' }, ({ requestId }) => requestId === 'r9'],
  ['a policy by its label', { policy: 'v1' }, () => true],
  ['another policy', { policy: 'v2' }, () => false],
  ['a kind', { kind: 'allow_field' }, () => false],
];

/** Tests that a store answers the questions of an auditor. */
export function describeStore(name: string, open: () => Promise<OpenStore>): void {
  describe(`readDecisions over ${name}`, () => {
    const filled = async (): Promise<OpenStore['store']> => {
      const { store, close } = await open();
      onTestFinished(async () => {
        await store.close?.();
        await close();
      });
      await fill(store);
      return store;
    };

    it('answers every question with exactly the records that satisfy the filters, page by page', async () => {
      const store = await filled();
      const { records: all, next } = await readDecisions(store, { take: 1_000, order: 'oldest' });
      expect([all.length, next]).toEqual([62, null]);
      expect(all.map(({ at }) => at)).toEqual(all.map(({ at }) => at).toSorted());
      for (const [question, query, satisfies] of questions) {
        const expected = all.filter((record) => satisfies(record));
        for (const order of ['oldest', 'newest'] as const) {
          const found: DecisionRecord[] = [];
          let after: string | null = null;
          do {
            // oxlint-disable-next-line no-await-in-loop -- one page after the other
            const page = await readDecisions(store, { ...query, order, take: 7, after });
            expect(page.records.length).toBeLessThanOrEqual(7);
            found.push(...page.records);
            after = page.next;
          } while (after !== null);
          expect(found, `${question}, ${order}`).toEqual(
            order === 'oldest' ? expected : expected.toReversed(),
          );
        }
      }
    });

    it('returns a record once that was stored twice', async () => {
      const store = await filled();
      const { records } = await readDecisions(store, { take: 20 });
      await store.write(records);
      await store.write(records);
      expect((await readDecisions(store, { take: 20 })).records).toEqual(records);
      expect((await readDecisions(store, { take: 1_000 })).records).toHaveLength(62);
    });

    it('stores any text', async () => {
      const store = await filled();
      const log = decisionLog({ sinks: [store] });
      const { onDecision } = log;
      const authorizer = await Authorizer.load({ policies: 'allow(_, "read", _);', onDecision });
      const texts = ["'; drop table x; --", '\0', '\ud83d', '"\\\n', '😀', '${x}'];
      for (const id of texts) authorizer.canSync({ id }, 'read', { id });
      await log.flush();
      const expected = ["'; drop table x; --", '\ufffd', '\ufffd', '"\\\n', '😀', '${x}'];
      const { records } = await readDecisions(store, { take: 6 });
      expect(records).toHaveLength(6);
      expect(new Set(records.map(({ actor }) => actor?.id))).toEqual(new Set(expected));
      const [found] = (await readDecisions(store, { actor: "'; drop table x; --" })).records;
      expect(found?.resource?.id).toBe("'; drop table x; --");
    });

    it('stores and finds the longest ids, which a client may have chosen', async () => {
      const store = await filled();
      const log = decisionLog({ sinks: [store] });
      const { onDecision } = log;
      const authorizer = await Authorizer.load({ policies: 'allow(_, "read", _);', onDecision });
      // Characters in an order that cannot be compressed.
      let seed = 7;
      const random = (): number => (seed = (seed * 48_271) % 2_147_483_647);
      const id = Array.from({ length: 5_000 }, () => String.fromCodePoint(0x4e00 + (random() % 20_000))).join(
        '',
      );
      const context = { requestId: id, tenant: id };
      const { [id]: Row } = {
        [id]: class {
          constructor(readonly id: string) {}
        },
      };
      authorizer.canSync(new Row!(id), 'read', new Row!(id), { context });
      await log.flush({ timeoutMs: 2_000 });
      const { records } = await readDecisions(store, {
        actor: id,
        resource: { id },
        requestId: id,
        tenant: id,
      });
      expect(records).toHaveLength(1);
    });

    it('finds nothing for a text that no record has, and accepts any time', async () => {
      const store = await filled();
      for (const text of ["' or 1=1 --", '\0', '\ud83d', '$1', '%', '\\']) {
        for (const name of [
          'actor',
          'resource',
          'action',
          'field',
          'rule',
          'tenant',
          'policy',
          'requestId',
          'traceId',
        ])
          // oxlint-disable-next-line no-await-in-loop -- one question after the other
          expect((await readDecisions(store, { [name]: text })).records, `${name} ${text}`).toEqual([]);
      }
      const ever = { from: new Date(-8.64e15), to: new Date(8.64e15) };
      expect((await readDecisions(store, { ...ever, take: 1_000 })).records).toHaveLength(62);
      expect((await readDecisions(store, { from: ever.to })).records).toEqual([]);
    });

    it('pages through decisions of one moment, each once', async () => {
      const { store, close } = await open();
      onTestFinished(close);
      const log = decisionLog({ sinks: [store] });
      const clock = (): Date => new Date('2026-12-31T23:59:59.999Z');
      const authorizer = await Authorizer.load({ policies: 'allow(_, "read", _);', clock, ...log.hooks });
      for (let id = 0; id < 50; id++) authorizer.canSync('ann', 'read', { id });
      await log.close();
      for (const order of ['oldest', 'newest'] as const) {
        const found: (string | undefined)[] = [];
        let after: string | null = null;
        do {
          // oxlint-disable-next-line no-await-in-loop -- one page after the other
          const page = await readDecisions(store, {
            order,
            take: 7,
            after,
            from: '2026-12-31',
            to: '2027-01-01',
          });
          found.push(...page.records.map(({ resource }) => resource?.id));
          after = page.next;
        } while (after !== null);
        expect([found.length, new Set(found).size]).toEqual([50, 50]);
      }
    });

    it('refuses the cursor of another order', async () => {
      const store = await filled();
      const { next: after } = await readDecisions(store, { take: 5 });
      await expect(readDecisions(store, { take: 5, order: 'oldest', after })).rejects.toThrow(
        "is the cursor of a page with the order 'newest'",
      );
    });
  });
}
