import { expect } from 'vitest';
import { Authorizer, isPolarError, type AuthorizerOptions } from '../../index.js';

export const engines = ['machine', 'source', 'closures'] as const;

export type Ask = (actor: unknown, resource: unknown, action?: string) => boolean | string;

export const outcomeOf = (run: () => boolean): boolean | string => {
  try {
    return run();
  } catch (error) {
    if (isPolarError(error)) return error.code;
    throw error;
  }
};

/** Runs a test on each engine. Each check runs twice, because code that was slow at first is inline the second time. */
export async function everywhere(
  policies: string,
  options: Partial<AuthorizerOptions>,
  use: (ask: Ask, engine: string, authorizer: Authorizer) => unknown,
): Promise<void> {
  for (const engine of engines) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const authorizer = await Authorizer.load({ policies, onWarning: () => {}, engine, ...options });
    expect(authorizer.engine).toBe(engine);
    const ask: Ask = (actor, resource, action = 'read') => {
      const once = () => outcomeOf(() => authorizer.isAllowedSync(actor, action, resource));
      const first = once();
      expect([engine, once()]).toEqual([engine, first]);
      return first;
    };
    // oxlint-disable-next-line no-await-in-loop -- as above
    await use(ask, engine, authorizer);
  }
}

export class User {
  roles: unknown = [];
  constructor(readonly fields: object = {}) {
    Object.assign(this, fields);
  }
}

export class Doc {
  constructor(fields: object = {}) {
    Object.assign(this, fields);
  }
}

export const types = { User, Doc };

export const byRole = `
  allow(user: User, "read", doc: Doc) if grant in user.roles and grant.name in ["viewer", "editor"] and grant.doc = doc;
  allow(user: User, "write", doc: Doc) if not doc.locked and doc.owner = user;
`;
