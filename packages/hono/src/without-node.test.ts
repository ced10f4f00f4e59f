import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import type { Rolldown } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleWithoutNode } from '../../../tools/bundle-without-node.js';
import { askWorkerd } from './testing/workerd.fixture.js';

const pathOf = (file: string): string => JSON.stringify(fileURLToPath(new URL(file, import.meta.url)));

/** The adapter with Hono and the core. */
const entry = `
  export * from ${pathOf('index.ts')};
  export { Authorizer, typed } from ${pathOf('../../core/src/index.ts')};
  export { Hono } from ${pathOf('../node_modules/hono/dist/index.js')};
  export { streamText } from ${pathOf('../node_modules/hono/dist/helper/streaming/index.js')};
`;

const application = `
  const { Authorizer, Hono, authorization, authorize, protect, skipAuthorization, streamText, typed } = nanook;
  const run = async () => {
    const authorizer = await Authorizer.load({
      policies: 'allow("ann", "read", note: Note) if note.owner = "ann";',
      types: { Note: { fields: { owner: 'String' } } },
      engine: 'closures',
    });
    const note = typed('Note', { owner: 'ann' });
    const app = new Hono();
    app.use(authorization(authorizer, { actor: (c) => c.req.header('x-user') }));
    app.get('/notes/:id', authorize('read', (c) => (c.req.param('id') === '1' ? note : undefined)), (c) =>
      c.json(c.var.authz.resource),
    );
    app.get('/stream', skipAuthorization('open'), (c) => streamText(c, async (out) => void (await out.write('text'))));
    const careless = new Hono();
    careless.use(authorization(authorizer, { actor: () => 'ann' }));
    careless.onError((error, c) => c.text(error.code, 500));
    careless.get('/', (c) => c.json(note));
    careless.get('/late', (c) => { c.var.authz.authorize('read', note); return c.json(note); });
    protect(app);
    const ask = async (target, path, user) => {
      const response = await target.request(path, { headers: user ? { 'x-user': user } : {} });
      return response.status + ' ' + (await response.text());
    };
    return JSON.stringify([
      await ask(app, '/notes/1', 'ann'),
      await ask(app, '/notes/1', 'bob'),
      await ask(app, '/notes/2', 'ann'),
      await ask(app, '/notes/1'),
      await ask(app, '/stream'),
      await ask(careless, '/'),
      await ask(careless, '/late'),
    ]);
  };
`;

/** The parts of the platform that workers, Deno, Bun and Node share. */
const web = {
  AbortController,
  Blob,
  FormData,
  Headers,
  ReadableStream,
  Request,
  Response,
  TextDecoder,
  TextEncoder,
  TransformStream,
  URL,
  clearTimeout,
  console,
  performance,
  queueMicrotask,
  setTimeout,
};

const problem = (title: string, status: number): string =>
  `${status} ${JSON.stringify({ type: 'about:blank', title, status })}`;

const answers = [
  '200 {"owner":"ann"}',
  problem('Not Found', 404),
  problem('Not Found', 404),
  problem('Unauthorized', 401),
  '200 text',
  '500 NANOOK_HTTP_UNDECIDED_ROUTE',
  '500 NANOOK_HTTP_UNAWAITED_CHECK',
];

describe('the adapter without Node', () => {
  let chunk: Rolldown.OutputChunk;
  beforeAll(async () => {
    chunk = await bundleWithoutNode(entry);
  });

  it('imports no module of Node', () => {
    expect([...chunk.imports, ...chunk.dynamicImports]).toEqual([]);
    expect(chunk.code).not.toMatch(/\bfrom ?['"]node:|\brequire\(['"]node:/);
  });

  it('decides requests in a context that has no part of Node', async () => {
    const bare = createContext(web);
    expect(runInContext('typeof process + typeof Buffer + typeof setImmediate', bare)).toBe(
      'undefined'.repeat(3),
    );
    runInContext(`${chunk.code};globalThis.nanook = nanook;`, bare);
    expect(JSON.parse((await runInContext(`${application}; run()`, bare)) as string)).toEqual(answers);
  });

  it('decides requests in workerd', async () => {
    const listening = `addEventListener('fetch', (event) => event.respondWith(run().then((text) => new Response(text))));`;
    expect(JSON.parse(await askWorkerd(`${chunk.code};${application};${listening}`))).toEqual(answers);
  });
});
