import 'reflect-metadata';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { expectAnswer } from '../expectation.js';
import { testMessages } from '../message-suite.js';
import { outcomeOf, questions } from '../requests.js';
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
  });
});
