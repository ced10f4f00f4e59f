import { loadAuthorizer, openDatabase, type GitClub } from '@nanook/example-gitclub';
import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CarelessController } from './careless.controller.ts';
import { startOn } from './start.ts';
import { emptyPglite } from '../../../tools/empty-pglite.ts';

describe.each(['Express', 'Fastify'] as const)('GitClub on %s with unprotected handlers', (platform) => {
  let club: GitClub;
  beforeAll(async () => {
    const db = await openDatabase(await emptyPglite());
    club = { db, authorizer: await loadAuthorizer(db), onError: () => {} };
  });
  afterAll(() => club.db.$client.close());

  it('does not start, and names the handlers', async () => {
    const starting = startOn(platform, [CarelessController])(club);
    await expect(starting).rejects.toThrow(/GET \/careless\/issues[^]*DELETE \/careless\/anvil/);
  });
});
