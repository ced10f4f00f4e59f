import { describe, expect, it } from 'vitest';
import { Authorizer, secret, typed } from '../index.js';
import { debugQuery } from './debug-authorizer.js';
import { createDebugSession, Debugger, type Progress, type StopView } from './index.js';

const marker = 'marker-7391';

class User {
  readonly emails = [marker, `${marker}.org`];
  readonly profile = { email: marker };
  readonly #email = marker;
  readonly email = marker;
  constructor(readonly name: string) {}
  address(): string {
    return `<${this.#email}>`;
  }
  later(): Promise<string> {
    return Promise.resolve(this.#email);
  }
  fail(): never {
    throw new Error(`cannot send to ${this.#email}`);
  }
}

const String_ = secret('String');
const types = {
  User: {
    class: User,
    fields: { name: 'String', email: String_, emails: secret(['String']), profile: 'Any' },
  },
  Row: { key: 'id', fields: { id: 'Integer', email: String_ } },
} as const;

/** Conditions that read a secret field of a user, each in another way. */
const conditions = [
  'u.email = "x"',
  'e = u.email and e = "x"',
  'e := u.email and e = "x"',
  'same(u.email, "x")',
  'u matches User{email: e} and e = "x"',
  'e in u.emails and e = "x"',
  '[e, *rest] = u.emails and e = "x" and rest = []',
  '"a".concat(u.email) = "x"',
  'k = "email" and u.(k) = "x"',
  'u.address() = "x"',
  'u.later() = "x"',
  'u.email < 3',
  'u.email + 3 = 4',
  'u.fail() = "x"',
  'not u.email = "y" and u.name = "z"',
  'list = [u, 3] and 4 in list',
  'r.email = "x"',
];

const policyOf = (condition: string): string => `
  show(u: User, r: Row) if u.name = "ann" and r.id = 7 and ${condition};
  same(a, b) if a = b;
`;
const bindings = { u: new User('ann'), r: typed('Row', { id: 7, email: marker }) };
const load = (condition: string): Promise<Authorizer> =>
  Authorizer.load({ policies: policyOf(condition), types, queries: ['show', 'same'], onWarning: () => {} });

/** Returns the views of all steps, forward and back. */
async function viewsOf(condition: string): Promise<StopView[]> {
  const authorizer = await load(condition);
  const session = createDebugSession(authorizer, 'show(u, r)', { bindings });
  const views: StopView[] = [];
  const step = (): Promise<Progress> => session.forward('into').catch(() => 'end');
  // oxlint-disable-next-line no-await-in-loop -- one step after the other
  for (let progress = await step(); progress !== 'end'; progress = await step())
    if (progress !== 'answer') views.push(session.view(progress));
  for (let i = views.length; i > 1; i--) views.push(session.view(session.back('back')));
  return views;
}

describe('a debugger', () => {
  it.each(conditions)('shows no value of a secret field at `%s`', async (condition) => {
    const views = await viewsOf(condition);
    expect(views.length).toBeGreaterThan(2);
    for (const view of views) expect(JSON.stringify(view)).not.toContain(marker);
  });

  it('shows the values of other fields', async () => {
    const views = await viewsOf('u.email = "x"');
    expect(JSON.stringify(views)).toContain('name: \\"ann\\"');
    expect(JSON.stringify(views)).toContain('email: ***');
  });

  it('evaluates an expression without showing a secret', async () => {
    const authorizer = await load('u.name = "x"');
    const target = new Debugger();
    const lines: unknown[] = [];
    const ended = new Promise<void>((resolve) => {
      target.listen({
        stopped: ({ query }) => {
          void (async () => {
            for (const text of [
              'u.email',
              'e in u.emails',
              '"a".concat(u.email)',
              'u',
              'r',
              'u.name',
              'u.fail()',
            ])
              // oxlint-disable-next-line no-await-in-loop -- one after the other
              lines.push(await target.evaluate(query, 0, text).catch((error: Error) => error.message));
            await target.move(query, 'continue');
          })();
        },
        passed: () => {},
        ended: () => resolve(),
        logged: () => {},
      });
    });
    await target.stopAtNextQuery();
    const query = debugQuery(authorizer, 'show(u, r)', target, { bindings });
    await query.next();
    await query.return?.();
    await ended;
    expect(lines).toHaveLength(7);
    expect(lines[5]).toEqual(['"ann"']);
    expect(JSON.stringify(lines)).not.toContain(marker);
  });
});
