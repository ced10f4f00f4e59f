import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crowdRequests } from '../crowd.js';
import { expectReply } from '../expectation.js';
import { testMessages } from '../message-suite.js';
import { outcomeOf, cases, type RequestCase } from '../requests.js';
import { routes } from '../routes.js';
import { serveGraphql, type GraphqlApp } from './graphql.js';

describe.each(['Apollo', 'Mercurius'] as const)('GraphQL with %s', (driver) => {
  testMessages((setting, all) => serveGraphql(driver, setting, all));

  describe('in one request', () => {
    let app: GraphqlApp;
    beforeAll(async () => {
      app = await serveGraphql(driver, 'plain', routes);
    });
    afterAll(() => app.close());

    it.each(['alice', 'bob', 'guest'])('decides about each field of a request by %s', async (user) => {
      const reads = new Set(routes.flatMap(({ name, method }) => (method === 'GET' ? [name] : [])));
      const sent = cases.filter(
        ({ as, route, setting, status }) =>
          as === user && setting === undefined && status !== 400 && reads.has(route),
      );
      const answers = await app.sendInOneRequest(user, sent);
      sent.forEach((requestCase, i) => expectReply(answers[i]!, requestCase, outcomeOf(requestCase.status)));
    });

    it('keeps the fields of simultaneous requests by many users apart', async () => {
      const byUser = readsByUser();
      const answers = await Promise.all(byUser.map(([user, sent]) => app.sendInOneRequest(user, sent)));
      byUser.forEach(([, sent], i) =>
        sent.forEach((requestCase, j) =>
          expectReply(answers[i]![j]!, requestCase, outcomeOf(requestCase.status)),
        ),
      );
      // Each document was loaded for one user only.
      const loadedFor = answers.map(
        (ofUser) => new Set(ofUser.flatMap(({ body }) => (body as { serial?: number } | null)?.serial ?? [])),
      );
      const total = loadedFor.reduce((sum, { size }) => sum + size, 0);
      expect(new Set(loadedFor.flatMap((serials) => [...serials])).size).toBe(total);
    });
  });
});

/** Returns the reading requests of the crowd, grouped by user. */
function readsByUser(): readonly (readonly [user: string, cases: readonly RequestCase[]])[] {
  const reads = crowdRequests(800).filter(({ route, as }) => route !== 'updateDocument' && as !== 'mallory');
  const users = [...new Set(reads.map(({ as }) => as!))];
  return users.map((user) => [user, reads.filter(({ as }) => as === user)] as const);
}
