import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crowdQuestions } from '../crowd.js';
import { expectAnswer } from '../expectation.js';
import { testMessages } from '../message-suite.js';
import { outcomeOf, questions, type Question } from '../requests.js';
import { routes } from '../routes.js';
import { serveGraphql, type GraphqlAsked } from './graphql.js';

describe.each(['Apollo', 'Mercurius'] as const)('GraphQL with %s', (driver) => {
  testMessages((setting, all) => serveGraphql(driver, setting, all));

  describe('in one request', () => {
    let app: GraphqlAsked;
    beforeAll(async () => {
      app = await serveGraphql(driver, 'plain', routes);
    });
    afterAll(() => app.close());

    it.each(['alice', 'bob', 'guest'])('decides about each field that %s asks for', async (user) => {
      const reads = new Set(routes.flatMap(({ name, method }) => (method === 'GET' ? [name] : [])));
      const asked = questions.filter(
        ({ as, ask, in: setting, status }) =>
          as === user && setting === undefined && status !== 400 && reads.has(ask),
      );
      const answers = await app.askAtOnce(user, asked);
      asked.forEach((question, i) => expectAnswer(answers[i]!, question, outcomeOf(question.status)));
    });

    it('keeps the fields of requests apart that many users make at once', async () => {
      const byUser = readsByUser();
      const answers = await Promise.all(byUser.map(([user, asked]) => app.askAtOnce(user, asked)));
      byUser.forEach(([, asked], i) =>
        asked.forEach((question, j) => expectAnswer(answers[i]![j]!, question, outcomeOf(question.status))),
      );
      // What was loaded for one of them was handed to nobody else.
      const loadedFor = answers.map(
        (ofUser) => new Set(ofUser.flatMap(({ body }) => (body as { serial?: number } | null)?.serial ?? [])),
      );
      const total = loadedFor.reduce((sum, { size }) => sum + size, 0);
      expect(new Set(loadedFor.flatMap((serials) => [...serials])).size).toBe(total);
    });
  });
});

/** What the crowd reads, in portions of one user. */
function readsByUser(): readonly (readonly [user: string, questions: readonly Question[]])[] {
  const reads = crowdQuestions(800).filter(({ ask, as }) => ask !== 'updateDocument' && as !== 'mallory');
  const users = [...new Set(reads.map(({ as }) => as!))];
  return users.map((user) => [user, reads.filter(({ as }) => as === user)] as const);
}
