import { afterAll, beforeAll, expect, it } from 'vitest';
import { inFlight } from './crowd.js';
import { withoutSecrets } from './expectation.js';
import { HttpClient } from './http-client.js';
import type { HttpApp } from './http-suite.js';
import type { Route } from './route.js';
import { unprotectedRoute, routes } from './routes.js';

interface Expected {
  readonly code: string;
  /** Whether the handler runs before its response is blocked. */
  readonly runs: boolean;
  /** The file of the handler. */
  readonly file: string;
}

/** Tests an application that has a route without a requirement. */
export function testUnprotectedRoute(
  serve: (routes: readonly Route[]) => Promise<HttpApp>,
  { code, runs, file }: Expected,
): void {
  let app: HttpApp;
  let client: HttpClient;
  let ran = 0;
  const counted: Route = {
    ...unprotectedRoute,
    answer(call) {
      ran++;
      return unprotectedRoute.answer(call);
    },
  };
  beforeAll(async () => {
    app = await serve([...routes, counted]);
    client = new HttpClient(app.port);
  });
  afterAll(async () => {
    client.close();
    await app.close();
  });

  it.each([
    ['alice', 'alice'],
    ['carol', 'carol'],
    ['an anonymous client', undefined],
  ])('responds with 500 to %s, and reports the error', async (_, user) => {
    ran = 0;
    app.errors.length = 0;
    const { status, text } = await client.send('GET', '/documents/1/export', user);
    expect({ status, text, ran }).toEqual({ status: 500, text: withoutSecrets(), ran: runs ? 1 : 0 });
    expect(app.errors).toMatchObject([{ code }]);
  });

  it('reports an error with the route, the file and the line', async () => {
    app.errors.length = 0;
    await client.send('GET', '/documents/1/export?token=1', 'alice');
    const { message } = app.errors[0] as Error;
    expect(message).toContain('GET /documents/:id/export (');
    expect(message).toMatch(new RegExp(`[\\\\/]frameworks[\\\\/]src[\\\\/]${file}:\\d+\\)`));
    expect(message).not.toContain('token');
  });

  it('responds with 500 and without a body to HEAD', async () => {
    expect(await client.send('HEAD', '/documents/1/export', 'alice')).toMatchObject({
      status: 500,
      text: '',
    });
  });

  it('leaves requests to other routes alone', async () => {
    const paths = Array.from({ length: 400 }, (_, n) =>
      n % 3 === 0 ? '/documents/1/export' : '/documents/1',
    );
    const replies = await inFlight(100, paths, (path) => client.send('GET', path, 'alice'));
    expect(replies.map(({ status }) => status)).toEqual(
      paths.map((path) => (path === '/documents/1' ? 200 : 500)),
    );
  });
}
