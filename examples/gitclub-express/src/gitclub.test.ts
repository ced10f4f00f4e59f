import request from 'supertest';
import { expect, it } from 'vitest';
import { createApp } from './app.ts';
import { openDatabase } from './domain/database.ts';
import { seed } from './domain/seed.ts';
import { loadAuthorizer } from './policy/authorizer.ts';
import { deviations, walk } from './walk.ts';

let now = new Date('2026-11-24T12:00:00Z');
const db = await openDatabase();
await seed(db, now);
const faults: unknown[] = [];
const authorizer = await loadAuthorizer({ clock: () => now });
const app = createApp(db, authorizer, { onFault: (fault) => faults.push(fault) });

// In order: a step finds what the ones before it left.
it.each(walk)('$as $method $path: $expect.status, $why', async (step) => {
  now = new Date(now.getTime() + (step.afterMinutes ?? 0) * 60_000);
  const asked = request(app)[step.method.toLowerCase() as 'get'](step.path);
  if (step.as !== undefined) asked.set('authorization', `Bearer ${step.as}`);
  const { status, body } = await asked.send(step.body);
  expect(deviations(step, status, body)).toEqual([]);
});

it('was warned of nothing, and told of the careless routes', () => {
  expect(authorizer.warnings).toEqual([]);
  expect(faults).toMatchObject([
    { code: 'NANOOK_HTTP_UNDECIDED_ROUTE' },
    { code: 'NANOOK_HTTP_UNPROTECTED_ROUTE' },
  ]);
});
