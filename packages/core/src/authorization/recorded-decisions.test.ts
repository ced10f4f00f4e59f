import { describe, expect, it } from 'vitest';
import { EngineUnderTest, placesIn } from '../engine/fixtures/engines.fixture.js';
import { Authorizer, type AuthorizerOptions, type Decision } from '../index.js';

const engines = ['machine', 'source', 'closures'] as const;
const at = new Date('2026-01-01');

class User {
  constructor(readonly grants: { role: string; doc: unknown }[] = []) {}
}
class Doc {
  parent: Doc | null = null;
  owner: User | null = null;
  calls = 0;
  isOpen(): boolean {
    this.calls++;
    return true;
  }
  isOpenLater(): Promise<boolean> {
    return Promise.resolve(this.isOpen());
  }
}
const types = { User, Doc };

const policies = {
  name: 'policy.polar',
  source: `actor User {}
resource Doc {
  permissions = ["read", "write"];
  roles = ["viewer", "editor", "owner"];
  relations = { parent: Doc };

  "read" if "viewer";
  "write" if "editor";
  "viewer" if "editor";
  "editor" if "owner";
  "viewer" if "viewer" on "parent";
}
has_role(user: User, name: String, doc: Doc) if
  grant in user.grants and grant.role = name and grant.doc = doc;
has_role(user: User, "owner", doc: Doc) if doc.owner = user;
has_relation(parent: Doc, "parent", doc: Doc) if parent = doc.parent and parent matches Doc;
allow(actor, action, resource) if has_permission(actor, action, resource);
allow(_: User, "open", doc: Doc) if helper(doc) and not closed(doc);
allow(_: User, "open later", doc: Doc) if doc.isOpenLater();
helper(doc: Doc) if doc.calls = -1 or doc.isOpen();
closed(doc: Doc) if doc.calls < 0;
allow_field(user: User, "read", doc: Doc, "title") if allow(user, "read", doc);
allow_request(user: User, request) if request.path = "/" and user.grants = user.grants;
`,
};

type Loaded = readonly [authorizer: Authorizer, decisions: Decision[]];
async function loadAll(options: Partial<AuthorizerOptions> = {}): Promise<Loaded[]> {
  return Promise.all(
    engines.map(async (engine): Promise<Loaded> => {
      const decisions: Decision[] = [];
      const onDecision = (decision: Decision) => void decisions.push(decision);
      const given = { policies, types, clock: () => at, denialWarnings: false, onDecision, engine };
      const measured = { ...given, decisionDuration: true };
      const authorizer = await Authorizer.load({ ...measured, ...options });
      expect(authorizer.policy.engine).toBe(engine);
      return [authorizer, decisions];
    }),
  );
}

/** Returns the same decision without the parts that may differ from engine to engine. */
const comparable = ({ durationMs, engine: _, rule: __, proof: ___, ...decision }: Decision) => ({
  ...decision,
  hasDuration: durationMs !== undefined && durationMs >= 0,
});

function world() {
  const [root, doc] = [new Doc(), new Doc()];
  doc.parent = root;
  const viewer = new User([{ role: 'viewer', doc: root }]);
  const editor = new User([
    { role: 'editor', doc },
    { role: 'viewer', doc },
  ]);
  const owner = new User();
  root.owner = owner;
  return { root, doc, users: [viewer, editor, owner, new User()] };
}

describe('decisions', () => {
  it('have the same outcomes on all engines, and a proof of the machine', async () => {
    const all: unknown[] = [];
    const machine = new EngineUnderTest('machine', policies.source, { types });
    const argumentsOf = ({ kind, actor, action, resource, field }: Decision) =>
      kind === 'allow_request'
        ? [actor, resource]
        : [actor, action, resource, ...(kind === 'allow_field' ? [field] : [])];
    for (const [authorizer, decisions] of await loadAll()) {
      const { root, doc, users } = world();
      // Twice, because code that was slow at first is inline the second time.
      for (const user of [...users, ...users]) {
        for (const resource of [root, doc]) {
          for (const action of ['read', 'write', 'open', 'delete'])
            authorizer.canSync(user, action, resource);
          // oxlint-disable-next-line no-await-in-loop -- the decisions are compared in their order
          await authorizer.authorizeField(user, 'read', resource, 'title').catch(() => {});
        }
        // oxlint-disable-next-line no-await-in-loop -- as above
        await authorizer.as(user).authorizeRequest({ path: '/' });
      }
      all.push(decisions.map(comparable));
      for (const decision of decisions) {
        const { kind, outcome, rule, proof } = decision;
        expect(proof.includes(rule!)).toBe(outcome === 'allowed');
        if (outcome !== 'allowed') continue;
        // oxlint-disable-next-line no-await-in-loop -- as above
        expect(await machine.allProofs(argumentsOf(decision), kind)).toContain(placesIn(proof));
      }
    }
    expect(all[0]).not.toEqual([]);
    expect(all[1]).toEqual(all[0]);
    expect(all[2]).toEqual(all[0]);
  });

  it('have the same proofs on all engines when a check awaits promises', async () => {
    for (const [authorizer, decisions] of await loadAll()) {
      const { doc, users } = world();
      // oxlint-disable-next-line no-await-in-loop -- one engine after the other
      for (const user of users) expect(await authorizer.can(user, 'open later', doc)).toBe(true);
      expect(decisions.map(({ proof }) => proof.map(({ line }) => line))).toEqual([[19], [19], [19], [19]]);
      expect(doc.calls).toBe(4);
    }
  });

  it('keep the proof that was found when the data changes later', async () => {
    for (const [authorizer, decisions] of await loadAll()) {
      const { doc, users } = world();
      const [, editor] = users;
      editor!.grants.length = 1;
      authorizer.canSync(editor, 'read', doc);
      editor!.grants.length = 0;
      expect(decisions[0]!.rule?.text).toBe('"read" if "viewer";');
      expect(decisions[0]!.proof.map(({ name, line }) => `${name}:${line}`)).toEqual([
        'allow:17',
        'has_permission:7',
        'has_role:9',
        'has_role:13',
      ]);
    }
  });

  it('call each method once', async () => {
    for (const [authorizer, decisions] of await loadAll()) {
      const { doc, users } = world();
      for (const user of users) authorizer.canSync(user, 'open', doc);
      expect(doc.calls).toBe(4);
      expect(decisions.map(({ proof }) => proof.map(({ name }) => name))).toEqual(
        users.map(() => ['allow', 'helper']),
      );
      expect(doc.calls).toBe(4);
    }
  });

  it('can be copied and serialized', async () => {
    for (const [authorizer, decisions] of await loadAll()) {
      const { root, users } = world();
      authorizer.canSync(users[2], 'write', root);
      const [decision] = decisions;
      const { rule, proof } = JSON.parse(JSON.stringify({ ...decision, actor: 1, resource: 2 })) as Decision;
      expect(rule).toEqual(decision!.rule);
      expect(proof).toEqual(decision!.proof);
      expect(proof).toHaveLength(4);
    }
  });

  it('contain a timeout and an abort while a check waits', async () => {
    const endless = 'allow(_, _, x) if x.later = 1;';
    for (const [authorizer, decisions] of await loadAll({ policies: endless, limits: { timeoutMs: 400 } })) {
      const warm = { later: Promise.resolve(1) };
      const never = { later: new Promise(() => {}) };
      const controller = new AbortController();
      // oxlint-disable-next-line no-await-in-loop -- one engine after the other
      expect(await authorizer.can(1, 'read', warm)).toBe(true);
      const timed = authorizer.can(1, 'read', never);
      // oxlint-disable-next-line no-await-in-loop -- as above
      await expect(timed).rejects.toMatchObject({ code: 'POLAR_RUN_TIMEOUT' });
      const own = { signal: controller.signal, limits: { timeoutMs: 60_000 } };
      const aborted = authorizer.can(1, 'read', never, own);
      controller.abort(new Error('gone'));
      // oxlint-disable-next-line no-await-in-loop -- as above
      await expect(aborted).rejects.toMatchObject({ code: 'POLAR_RUN_ABORTED' });
      const late = authorizer.can(1, 'read', never, { limits: { timeoutMs: 5 } });
      // oxlint-disable-next-line no-await-in-loop -- as above
      await expect(late).rejects.toMatchObject({ code: 'POLAR_RUN_TIMEOUT', data: { limitMs: 5 } });
      expect(decisions.map(({ outcome }) => outcome)).toEqual(['allowed', 'error', 'error', 'error']);
      expect(decisions[2]!.error).toMatchObject({ code: 'POLAR_RUN_ABORTED' });
    }
  });
});

describe('a check with its own limits or signal', () => {
  it('observes them on all engines', async () => {
    const loop =
      'allow(_, "loop", x) if loop(x); loop(x) if loop([x]) or loop([x]); allow(_, "read", x) if 3 in x;';
    for (const [authorizer] of await loadAll({ policies: loop })) {
      const ask = (action: string, options: object) => () =>
        authorizer.canSync(1, action, [1, 2, 3], options);
      const failsWith = (code: string) => expect.objectContaining({ code }) as Error;
      const { signal } = new AbortController();
      expect(ask('read', { signal })()).toBe(true);
      expect(ask('read', { limits: { maxSteps: 50 } })()).toBe(true);
      expect(ask('read', { limits: { maxSteps: 1 } })).toThrow(failsWith('POLAR_RUN_STEP_LIMIT'));
      expect(ask('loop', { limits: { maxDepth: 50 } })).toThrow(failsWith('POLAR_RUN_DEPTH_LIMIT'));
      expect(ask('read', { signal: AbortSignal.abort() })).toThrow(failsWith('POLAR_RUN_ABORTED'));
      expect(ask('read', { signal, limits: { maxSteps: 0 } })).toThrow(
        failsWith('POLAR_TYPE_INVALID_OPTION'),
      );
    }
  });

  it('returns no answer when code of the application aborts its signal', async () => {
    for (const [authorizer, decisions] of await loadAll({ policies: 'allow(_, _, x) if x.isOpen;' })) {
      const controller = new AbortController();
      const resource = {
        get isOpen() {
          controller.abort();
          return true;
        },
      };
      expect(() => authorizer.canSync(1, 'read', resource, { signal: controller.signal })).toThrow(
        expect.objectContaining({ code: 'POLAR_RUN_ABORTED' }) as Error,
      );
      expect(decisions.map(({ outcome }) => outcome)).toEqual(['error']);
    }
  });
});

describe("undecided: 'deny'", () => {
  const policy =
    'allow(actor, "read", x) if not x.isPrivate and actor = 1; allow(_, "read", x) if x.open = true;';

  it('denies alike on all engines, with and without a record', async () => {
    for (const onDecision of [undefined, () => {}]) {
      for (const engine of engines) {
        // oxlint-disable-next-line no-await-in-loop -- one engine after the other
        const authorizer = await Authorizer.load({
          policies: policy,
          engine,
          undecided: 'deny',
          denialWarnings: false,
          ...(onDecision === undefined ? {} : { onDecision }),
        });
        for (const _ of [1, 2]) {
          expect(authorizer.canSync(1, 'read', {})).toBe(false);
          expect(authorizer.canSync(1, 'read', { open: true })).toBe(true);
          expect(authorizer.canSync(1, 'read', { isPrivate: false })).toBe(true);
          // An error is not undecided: the actor is a promise.
          expect(() => authorizer.canSync(Promise.resolve(1), 'read', {})).toThrow(
            expect.objectContaining({ code: 'POLAR_RUN_PROMISE_IN_SYNC' }) as Error,
          );
          // oxlint-disable-next-line no-await-in-loop -- as above
          await expect(authorizer.can(Promise.reject(new Error('lost')), 'read', {})).rejects.toThrow('lost');
        }
      }
    }
  });
});
