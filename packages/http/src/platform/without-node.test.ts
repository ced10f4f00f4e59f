import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import type { Rolldown } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleWithoutNode } from '../../../../tools/bundle-without-node.js';

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** The main entry with the core. */
const entry = `export * from ${JSON.stringify(pathOf('../index.ts'))}; export { Authorizer, typed } from ${JSON.stringify(pathOf('../../../core/src/index.ts'))};`;

const request = `
  const policies = 'allow("alice", "read", note: Note) if note.owner = "alice";';
  const types = { Note: { fields: { owner: 'String' } } };
  const note = nanook.typed('Note', { owner: 'alice' });
  const statusOf = (error) => nanook.problemOf(error)?.title ?? String(error);
  const check = async (user, setup = {}) => {
    const authorizer = await nanook.Authorizer.load({ policies, types, engine: 'closures' });
    const authz = new nanook.RequestAuthorization(authorizer, { actor: () => user, ...setup });
    return authz.authorize('read', note).then(() => authz.isSettled, statusOf);
  };
  const deadlocked = async () => {
    const authorizer = await nanook.Authorizer.load({ policies, types, engine: 'closures' });
    const authz = new nanook.RequestAuthorization(authorizer, { actor: () => authz.actor() });
    return authz.authorize('read', note).then(() => 'allowed', (error) => error.code);
  };
  Promise.all([check('alice'), check('bob'), check(undefined), deadlocked()]).then((found) => JSON.stringify(found));
`;

/** The parts of the platform that the core and this package use, which browsers, workers and servers share. */
const web = { performance, queueMicrotask, setTimeout, clearTimeout, TextEncoder, URL };

describe('the main entry without Node', () => {
  let chunk: Rolldown.OutputChunk;
  beforeAll(async () => {
    chunk = await bundleWithoutNode(entry);
  });

  it('imports no module of Node', () => {
    expect([...chunk.imports, ...chunk.dynamicImports]).toEqual([]);
    expect(chunk.code).not.toMatch(/\bfrom ?['"]node:|\brequire\(['"]node:/);
  });

  it('decides a request in a context that has no part of Node', async () => {
    const bare = createContext({ ...web });
    expect(runInContext('typeof process + typeof Buffer + typeof setImmediate', bare)).toBe(
      'undefined'.repeat(3),
    );
    runInContext(`${chunk.code};globalThis.nanook = nanook;`, bare);
    const found = JSON.parse((await runInContext(request, bare)) as string) as unknown;
    expect(found).toEqual([true, 'Not Found', 'Unauthorized', 'NANOOK_HTTP_ACTOR_IN_HOOK']);
  });
});
