import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  Authorizer,
  isAuthorizationError,
  renderExplanation,
  type AuthorizationError,
  type Decision,
} from '../index.js';

let calls: string[] = [];
class User {
  constructor(readonly id: number) {}
}
class Note {
  constructor(
    readonly ownerId: number | null,
    readonly isPublic = false,
  ) {}
  isOwnedBy(user: User) {
    calls.push('isOwnedBy');
    return Promise.resolve(this.ownerId === user.id);
  }
}

const policies = `
  allow(user: User, "edit", note: Note) if note.isOwnedBy(user);
  allow(_: User, "read", note: Note) if note.isPublic;
  allow(user: User, "order", note: Note) if note.ownerId > user.id;
  allow_field(user: User, "read", note: Note, "text") if note.isOwnedBy(user);
  allow_request(user: User, path) if path = "/" and user.id = 1;`;
const load = (options = {}) =>
  Authorizer.load({ policies, types: { User, Note }, onWarning: () => {}, ...options });

const ann = new User(1);

async function refusalOf(check: Promise<unknown>): Promise<AuthorizationError> {
  try {
    await check;
  } catch (error) {
    if (isAuthorizationError(error)) return error;
    throw error;
  }
  throw new Error('the check was allowed');
}

describe('the option explain of authorize', () => {
  it('adds the explanation to the refusal, with the same status, and calls each method once', async () => {
    const authorizer = await load();
    for (const [note, status] of [
      [new Note(2), 404],
      [new Note(2, true), 403],
    ] as const) {
      calls = [];
      const refusal = await refusalOf(authorizer.authorize(ann, 'edit', note, { explain: true }));
      expect([refusal.status, calls]).toEqual([status, ['isOwnedBy']]);
      expect(refusal.explanation).toMatchObject({
        outcome: 'denied',
        misses: [{ line: 2, failure: { text: 'note.isOwnedBy(user)', reason: 'it is false' } }],
      });
      expect((await refusalOf(authorizer.authorize(ann, 'edit', note))).explanation).toBeUndefined();
    }
    calls = [];
    const own = new Note(1);
    expect(await authorizer.authorize(ann, 'edit', own, { explain: true })).toBe(own);
    expect(calls).toEqual(['isOwnedBy']);
  });

  it('explains refused fields and requests, also for a bound actor', async () => {
    const bound = (await load()).as(ann);
    const field = await refusalOf(bound.authorizeField('read', new Note(2), 'text', { explain: true }));
    expect(field.explanation).toMatchObject({ misses: [{ name: 'allow_field' }] });
    const request = await refusalOf(bound.authorizeRequest('/notes', { explain: true }));
    expect(renderExplanation(request.explanation!)).toContain('"/notes" is not "/"');
  });

  it('hides the explanation in JSON and in the printed form of the error', async () => {
    const authorizer = await load();
    const refusal = await refusalOf(authorizer.authorize(ann, 'edit', new Note(2), { explain: true }));
    expect(Object.keys(refusal)).not.toContain('explanation');
    expect(JSON.stringify(refusal) + inspect(refusal)).not.toContain('isOwnedBy');
  });

  it('throws the error of an undecided check, and explains it with the option undecided', async () => {
    const check = async (options = {}) =>
      (await load(options)).authorize(ann, 'order', new Note(null), { explain: true });
    await expect(check()).rejects.toMatchObject({ code: 'POLAR_UNDECIDED_ORDER' });
    const { explanation } = await refusalOf(check({ undecided: 'deny' }));
    expect(explanation).toMatchObject({
      outcome: 'undecided',
      undecided: { code: 'POLAR_UNDECIDED_ORDER', line: 4 },
    });
  });

  it('records the same decision as a check without it, once', async () => {
    const decisions: Decision[] = [];
    const authorizer = await load({ onDecision: (decision: Decision) => decisions.push(decision) });
    for (const note of [new Note(1), new Note(2)])
      for (const explain of [false, true])
        await authorizer.authorize(ann, 'edit', note, { explain }).catch(() => {});
    const recorded = decisions.map(({ action, outcome, proof }) => [
      action,
      outcome,
      proof.map(({ line }) => line),
    ]);
    expect(recorded).toEqual([
      ['edit', 'allowed', [2]],
      ['edit', 'allowed', [2]],
      ['edit', 'denied', []],
      ['edit', 'denied', []],
    ]);
  });

  it('throws the refusal when the mask throws, without the message of the error', async () => {
    const authorizer = await load();
    const mask = () => {
      throw new TypeError('secret');
    };
    const refusal = await refusalOf(authorizer.authorize(ann, 'edit', new Note(2), { explain: { mask } }));
    expect(refusal.status).toBe(404);
    expect(JSON.stringify(refusal.explanation)).toContain('failed with a TypeError');
    expect(JSON.stringify(refusal.explanation)).not.toContain('secret');
  });

  it('passes limits and signals to the check, and refuses wrong options', async () => {
    const authorizer = await load();
    const check = (options: object) => authorizer.authorize(ann, 'edit', new Note(2), options);
    await expect(check({ explain: true, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'POLAR_RUN_ABORTED',
    });
    await expect(check({ explain: true, limits: { maxSteps: 1 } })).rejects.toMatchObject({
      code: 'POLAR_RUN_STEP_LIMIT',
    });
    for (const explain of [{ maxRules: -1 }, 'yes', { color: true }])
      await expect(check({ explain })).rejects.toMatchObject({ code: 'POLAR_TYPE_INVALID_OPTION' });
  });
});
