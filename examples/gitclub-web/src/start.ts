// Starts GitClub with its page, which reloads when a file changes.
import { loadAuthorizer, openDatabase, seed } from '@nanook/example-gitclub';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { serve } from './server.ts';

const db = await openDatabase();
await seed(db, new Date());
const authorizer = await loadAuthorizer(db);
const vite = await createServer({
  root: fileURLToPath(new URL('..', import.meta.url)),
  server: { middlewareMode: true },
});
const { server, close } = await serve(
  { db, authorizer, onError: (error) => console.error(error) },
  vite.middlewares,
);
console.log(`GitClub is at http://127.0.0.1:${(server.address() as AddressInfo).port}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void Promise.all([close(), vite.close()]));
