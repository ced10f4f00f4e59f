import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectNoLeaks, inFlight } from './crowd.js';
import { loaded } from './domain.js';
import { expectReply, withoutSecrets, type Reply } from './expectation.js';
import { HttpClient, type HttpReply } from './http-client.js';
import { decisionsWithId, type Setting } from './policy.js';
import { cases, rawRequests, titleOf, type RequestCase } from './requests.js';
import { parametersOf, type Route } from './route.js';
import { routes } from './routes.js';

/** An application that listens on a port. */
export interface HttpApp {
  readonly port: number;
  /** The errors that the application logged. */
  readonly errors: unknown[];
  readonly close: () => Promise<void>;
}

export type Serve = (setting: Setting, routes: readonly Route[]) => Promise<HttpApp>;

/** Sends all requests of the tables to an application. */
export function testHttp(serve: Serve): void {
  const settings: readonly Setting[] = ['plain', 'gated', 'open', 'compiled'];
  const served = new Map<Setting, HttpApp & { readonly client: HttpClient }>();
  beforeAll(async () => {
    for (const setting of settings) {
      const app = await serve(setting, routes);
      served.set(setting, { ...app, client: new HttpClient(app.port) });
    }
  });
  afterAll(async () => {
    for (const { client, close } of served.values()) {
      client.close();
      await close();
    }
  });
  const app = (setting: Setting = 'plain') => served.get(setting)!;
  const get = (path: string, as?: string) => app().client.send('GET', path, as);
  const send = async ({ setting, as, ...requestCase }: RequestCase) => {
    const { method, url } = requestOf(requestCase);
    return replyOf(await app(setting).client.send(method, url, as));
  };

  it.each(cases.map((requestCase) => [titleOf(requestCase), requestCase] as const))(
    '%s',
    async (_, requestCase) => {
      expectReply(await send(requestCase), requestCase);
    },
  );

  it('gives the same replies with a policy that was compiled ahead of time', async () => {
    for (const { setting = 'plain', ...requestCase } of cases)
      if (setting === 'plain') expectReply(await send({ ...requestCase, setting: 'compiled' }), requestCase);
  });

  it.each(
    rawRequests.map((request) => {
      const { method, url, as = 'an anonymous client', setting = 'plain', status } = request;
      return [`${setting}: ${method} ${url} by ${as}: ${String(status)}`, request] as const;
    }),
  )('%s', async (_, { method, url, as, setting, status, body }) => {
    const reply = replyOf(await app(setting).client.send(method, url, as));
    expect([status].flat()).toContain(reply.status);
    expect(reply).toMatchObject({
      ...(body !== undefined && { body }),
      ...(reply.status >= 400 && { visible: withoutSecrets() }),
    });
  });

  it('responds alike for a hidden resource and for one that does not exist', async () => {
    const [hidden, missing] = await Promise.all(['1', '9'].map((id) => get(`/documents/${id}`, 'guest')));
    expect({ ...hidden, headers: { ...hidden!.headers, date: '' } }).toEqual({
      ...missing,
      headers: { ...missing!.headers, date: '' },
    });
  });

  it('sends WWW-Authenticate to an anonymous client only', async () => {
    const challenges = await Promise.all(
      [undefined, 'guest', 'alice'].map(
        async (as) => (await get('/documents/1', as)).headers['www-authenticate'],
      ),
    );
    expect(challenges).toEqual(['Bearer', undefined, undefined]);
  });

  it('loads nothing for an anonymous client, and a document once for a user', async () => {
    const before = loaded();
    await Promise.all(['/documents/1', '/documents/1/audit', '/lookup?document=1'].map((path) => get(path)));
    expect(loaded()).toBe(before);
    await get('/documents/1', 'alice');
    expect(loaded()).toBe(before + 1);
  });

  it('logs an error of the policy with its rule', async () => {
    const { errors } = app();
    errors.length = 0;
    await get('/documents/1/audit', 'alice');
    await get('/documents/1/ledger', 'alice');
    expect(errors).toMatchObject([
      { message: expect.stringMatching(/auditor[^]*in rule allow/) as string },
      { message: expect.stringMatching(/ledger[^]*in rule allow/) as string },
    ]);
  });

  it('gives the ids of a request and of its trace to its decisions', async () => {
    decisionsWithId.length = 0;
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const headers = { 'x-request-id': 'r-1', traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
    await app('open').client.send('GET', '/documents/1', 'alice', undefined, headers);
    const [decision] = decisionsWithId;
    expect(decision).toMatchObject({ action: 'read', outcome: 'allowed', context: { traceId } });
    // Fastify has an id of its own for each request, which is in its log.
    expect(decision!.context!.requestId).toMatch(/^(r-1|req-\w+)$/);
  });

  it('keeps interleaved requests of 40 users apart', async () => {
    await expectNoLeaks((cases) => inFlight(100, cases, send));
  });
}

function replyOf({ status, headers, text }: HttpReply): Reply & { readonly status: number } {
  const isJson = /\bjson\b/.test(String(headers['content-type'])) && text !== '';
  return { status, body: isJson ? (JSON.parse(text) as unknown) : text, visible: text };
}

/** Returns the HTTP request of a case. */
function requestOf({ route: routeName, inputs = {} }: Pick<RequestCase, 'route' | 'inputs'>): {
  readonly method: string;
  readonly url: string;
} {
  const route = routes.find(({ name }) => name === routeName)!;
  const inPath = parametersOf(route);
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(inputs[name])));
  const query = new URLSearchParams(
    Object.entries(inputs).flatMap(([name, value]) =>
      inPath.includes(name) ? [] : [value].flat().map((one) => [name, String(one)] as [string, string]),
    ),
  ).toString();
  return { method: route.method, url: query === '' ? path : `${path}?${query}` };
}
