import { afterAll, beforeAll, expect, it } from 'vitest';
import { inFlight } from './crowd.js';
import { tellsNothing } from './expectation.js';
import { HttpClient } from './http-client.js';
import type { Served } from './http-suite.js';
import type { Route } from './route.js';
import { forgotten, routes } from './routes.js';

interface Expected {
  readonly code: string;
  /** Whether the handler runs before anybody sees that nothing was decided. */
  readonly runs: boolean;
  /** The file that its handler was written in. */
  readonly file: string;
}

/** Asks an application for a route that somebody forgot to give a rule. */
export function testForgottenRoute(
  serve: (routes: readonly Route[]) => Promise<Served>,
  { code, runs, file }: Expected,
): void {
  let app: Served;
  let client: HttpClient;
  let ran = 0;
  const counted: Route = {
    ...forgotten,
    answer(call) {
      ran++;
      return forgotten.answer(call);
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
    ['nobody', undefined],
  ])('is never answered, not for %s either', async (_, user) => {
    ran = 0;
    app.faults.length = 0;
    const { status, text } = await client.ask('GET', '/documents/1/export', user);
    expect({ status, text, ran }).toEqual({ status: 500, text: tellsNothing(), ran: runs ? 1 : 0 });
    expect(app.faults).toMatchObject([{ code }]);
  });

  it('is named by the fault, with its file', async () => {
    app.faults.length = 0;
    await client.ask('GET', '/documents/1/export?token=1', 'alice');
    const { message } = app.faults[0] as Error;
    expect(message).toContain('GET /documents/:id/export (');
    expect(message).toMatch(new RegExp(`[\\\\/]frameworks[\\\\/]src[\\\\/]${file}:\\d+\\)`));
    expect(message).not.toContain('token');
  });

  it('is never answered to HEAD, and never with a body', async () => {
    expect(await client.ask('HEAD', '/documents/1/export', 'alice')).toMatchObject({ status: 500, text: '' });
  });

  it('stays alone with that among other requests', async () => {
    const paths = Array.from({ length: 400 }, (_, n) =>
      n % 3 === 0 ? '/documents/1/export' : '/documents/1',
    );
    const answers = await inFlight(100, paths, (path) => client.ask('GET', path, 'alice'));
    expect(answers.map(({ status }) => status)).toEqual(
      paths.map((path) => (path === '/documents/1' ? 200 : 500)),
    );
  });
}
