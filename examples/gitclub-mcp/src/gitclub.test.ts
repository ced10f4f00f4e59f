import { openDatabase } from '@nanook/example-gitclub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyPglite } from '../../../tools/empty-pglite.ts';
import { calls } from './calls.ts';
import { open, type OpenClub } from './open.ts';
import { isExpected, runCall } from './run-call.ts';

describe('GitClub as an MCP server', () => {
  let club: OpenClub;
  beforeAll(async () => {
    club = await open(emptyPglite().then((client) => openDatabase(client)));
  });
  afterAll(() => club.close());

  // Each call depends on the calls before it.
  for (const each of calls)
    it(`${each.as}: ${each.call} ${JSON.stringify(each.args ?? {})}: ${each.expect}, ${each.why}`, async () => {
      const result = await runCall(club.url, each);
      expect(isExpected(each, result) ? 'the expected result' : result).toBe('the expected result');
      expect(club.errors).toEqual([]);
    });
});
