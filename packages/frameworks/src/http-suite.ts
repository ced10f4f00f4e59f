import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectNoLeaks, inFlight } from './crowd.js';
import { loaded } from './domain.js';
import { expectAnswer, tellsNothing, type Answer } from './expectation.js';
import { HttpClient, type HttpAnswer } from './http-client.js';
import type { Setting } from './policy.js';
import { questions, rawRequests, titleOf, type Question } from './requests.js';
import { parametersOf, type Route } from './route.js';
import { routes } from './routes.js';

/** An application that listens. */
export interface Served {
  readonly port: number;
  /** What went to the application's log as a fault. */
  readonly faults: unknown[];
  readonly close: () => Promise<void>;
}

export type Serve = (setting: Setting, routes: readonly Route[]) => Promise<Served>;

/** Asks an application of a framework all that the tables have. */
export function testHttp(serve: Serve): void {
  const settings: readonly Setting[] = ['plain', 'gated', 'open'];
  const served = new Map<Setting, Served & { readonly client: HttpClient }>();
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
  const get = (path: string, as?: string) => app().client.ask('GET', path, as);
  const ask = async ({ in: setting, as, ...question }: Question) => {
    const { method, url } = requestOf(question);
    return answerOf(await app(setting).client.ask(method, url, as));
  };

  it.each(questions.map((question) => [titleOf(question), question] as const))('%s', async (_, question) => {
    expectAnswer(await ask(question), question);
  });

  it.each(
    rawRequests.map((request) => {
      const { method, url, as = 'nobody', in: setting = 'plain', status } = request;
      return [`${setting}: ${method} ${url} by ${as}: ${String(status)}`, request] as const;
    }),
  )('%s', async (_, { method, url, as, in: setting, status, body }) => {
    const answer = answerOf(await app(setting).client.ask(method, url, as));
    expect([status].flat()).toContain(answer.status);
    expect(answer).toMatchObject({
      ...(body !== undefined && { body }),
      ...(answer.status >= 400 && { told: tellsNothing() }),
    });
  });

  it('tells what is hidden and what does not exist alike', async () => {
    const [hidden, missing] = await Promise.all(['1', '9'].map((id) => get(`/documents/${id}`, 'guest')));
    expect({ ...hidden, headers: { ...hidden!.headers, date: '' } }).toEqual({
      ...missing,
      headers: { ...missing!.headers, date: '' },
    });
  });

  it('says by which scheme to sign in, when nobody did, and then only', async () => {
    const challenges = await Promise.all(
      [undefined, 'guest', 'alice'].map(
        async (as) => (await get('/documents/1', as)).headers['www-authenticate'],
      ),
    );
    expect(challenges).toEqual(['Bearer', undefined, undefined]);
  });

  it('loads nothing for nobody, and for others once', async () => {
    const before = loaded();
    await Promise.all(['/documents/1', '/documents/1/audit', '/lookup?document=1'].map((path) => get(path)));
    expect(loaded()).toBe(before);
    await get('/documents/1', 'alice');
    expect(loaded()).toBe(before + 1);
  });

  it('gives a fault to the log, with the rule that is wrong', async () => {
    const { faults } = app();
    faults.length = 0;
    await get('/documents/1/audit', 'alice');
    await get('/documents/1/ledger', 'alice');
    expect(faults).toMatchObject([
      { message: expect.stringMatching(/auditor[^]*in rule allow/) as string },
      { message: expect.stringMatching(/ledger[^]*in rule allow/) as string },
    ]);
  });

  it('keeps 2,000 interleaved requests of 40 users apart', async () => {
    await expectNoLeaks((questions) => inFlight(100, questions, ask));
  }, 20_000);
}

function answerOf({ status, headers, text }: HttpAnswer): Answer & { readonly status: number } {
  const isJson = /\bjson\b/.test(String(headers['content-type'])) && text !== '';
  return { status, body: isJson ? (JSON.parse(text) as unknown) : text, told: text };
}

/** The request by which the question is asked. */
function requestOf({ ask, with: inputs = {} }: Pick<Question, 'ask' | 'with'>): {
  readonly method: string;
  readonly url: string;
} {
  const route = routes.find(({ name }) => name === ask)!;
  const inPath = parametersOf(route);
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(inputs[name])));
  const query = new URLSearchParams(
    Object.entries(inputs).flatMap(([name, value]) =>
      inPath.includes(name) ? [] : [value].flat().map((one) => [name, String(one)] as [string, string]),
    ),
  ).toString();
  return { method: route.method, url: query === '' ? path : `${path}?${query}` };
}
