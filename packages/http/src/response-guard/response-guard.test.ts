import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AuthorizationConfigError } from '../config-errors/authorization-config-error.js';
import { PendingChecks } from '../pending-checks/pending-checks.js';
import { guardResponse, type ResponseGuard } from './response-guard.js';

const faults: AuthorizationConfigError[] = [];
afterEach(() => faults.splice(0));

/** Returns the response that a client receives from a guarded handler. */
async function answerOf(
  handler: (response: ServerResponse, check: () => void) => void,
  guard: (response: ServerResponse, request: IncomingMessage) => Partial<ResponseGuard>,
  method = 'GET',
) {
  const server = createServer((request, response) => {
    const check = guardResponse(response, {
      method: request.method!,
      route: () => '/route',
      isSettled: () => false,
      fail(fault) {
        faults.push(fault);
        response.end('blocked');
      },
      ...guard(response, request),
    });
    handler(response, check);
  }).listen(0);
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://localhost:${port}`, { method });
  const { status, headers } = answer;
  const text = await answer.text();
  server.close();
  return { status, text, secret: headers.get('x-secret') };
}

describe('guardResponse', () => {
  it('blocks the writes of the handler, and sends those of the error handler', async () => {
    const answer = await answerOf(
      (response) => response.setHeader('x-secret', 'yes').end('SECRET'),
      () => ({}),
    );
    expect(answer).toEqual({ status: 500, text: 'blocked', secret: null });
    expect(faults).toMatchObject([{ data: { method: 'GET', route: '/route', status: 200 } }]);
  });

  it.each([
    { name: 'that nothing separates', wrap: false },
    { name: 'with another library between them', wrap: true },
  ])('asks two guards $name, the last one first', async ({ wrap }) => {
    const order: string[] = [];
    const second = (response: ServerResponse): ResponseGuard => ({
      method: 'GET',
      route: () => '/second',
      isSettled: () => order.push('second') > 1,
      fail(fault) {
        faults.push(fault);
        response.end('blocked by the second');
      },
    });
    const handler = (response: ServerResponse): void => {
      response.setHeader('x-secret', 'before the second guard');
      if (wrap) response.end = response.end.bind(response);
      guardResponse(response, second(response));
      response.end('SECRET');
    };
    const first = { isSettled: () => order.push('first') > 0 };
    expect(await answerOf(handler, () => first)).toEqual({
      status: 500,
      text: 'blocked by the second',
      secret: 'before the second guard',
    });
    expect(order[0]).toBe('second');
    expect(faults).toMatchObject([{ data: { route: '/second' } }]);
  });

  it('lets no response pass that the first of two guards blocks', async () => {
    const answer = await answerOf(
      (response) => {
        guardResponse(response, { method: 'GET', route: () => '/', isSettled: () => true, fail() {} });
        response.end('SECRET');
      },
      () => ({}),
    );
    expect(answer).toMatchObject({ status: 500, text: 'blocked' });
  });

  it('returns a function that checks the response at once', async () => {
    let afterwards: unknown;
    const answer = await answerOf(
      (response, check) => {
        response.setHeader('x-secret', 'yes');
        check();
        afterwards = [response.statusCode, response.hasHeader('x-secret')];
        check();
      },
      () => ({}),
    );
    expect(afterwards).toEqual([500, false]);
    expect(answer).toEqual({ status: 500, text: 'blocked', secret: null });
    expect(faults).toHaveLength(1);
  });

  it.each([
    ['an error', 404, false, 'GET', 'as it was'],
    ['what is settled', 200, true, 'GET', 'as it was'],
    ['a preflight', 200, false, 'OPTIONS', ''],
    ['a preflight that names its status', 200, false, 'OPTIONS', 'OK'],
  ] as const)('sends %s', async (_what, status, isSettled, method, text) => {
    const answer = await answerOf(
      (response, check) => {
        response.statusCode = status;
        check();
        response.end(text);
      },
      () => ({ isSettled: () => isSettled }),
      method,
    );
    expect(answer).toMatchObject({ status, text });
    expect(faults).toEqual([]);
  });

  it('blocks an empty response to OPTIONS without a decision after a check was refused', async () => {
    const checks = new PendingChecks();
    checks.fail(checks.startAwaited('a check'), new Error('refused'));
    const answer = await answerOf(
      (response) => response.setHeader('x-secret', 'yes').end(),
      () => ({ checks: () => checks }),
      'OPTIONS',
    );
    expect(answer).toEqual({ status: 500, text: 'blocked', secret: null });
    expect(faults).toMatchObject([{ code: 'NANOOK_HTTP_REFUSED_ROUTE' }]);
  });

  it('blocks a body for OPTIONS unless the handler is for OPTIONS only', async () => {
    const handler = (response: ServerResponse) => response.end('SECRET');
    expect(await answerOf(handler, () => ({}), 'OPTIONS')).toMatchObject({ status: 500, text: 'blocked' });
    const answer = await answerOf(handler, () => ({ isPreflight: () => true }), 'OPTIONS');
    expect(answer).toMatchObject({ status: 200, text: 'SECRET' });
  });

  it('names the location of the handler when the adapter knows it', async () => {
    await answerOf(
      (response) => response.end('SECRET'),
      () => ({ handler: () => 'src/things.ts:7' }),
    );
    expect(faults[0]!.message).toMatch(/^GET \/route \(src\/things\.ts:7\) answered 200 without/);
  });

  it('sends the writes that isAnswer() attributes to the error handler', async () => {
    const parts: string[] = [];
    let isUpstream = false;
    const answer = await answerOf(
      (response) => {
        response.write('SECRET');
        response.setHeader('x-secret', 'yes');
        setTimeout(() => {
          isUpstream = true;
          response.setHeader('content-type', 'text/plain');
          response.end('from upstream');
        }, 2);
      },
      () => ({
        fail: (fault) => faults.push(fault),
        isAnswer(part) {
          parts.push(part);
          return isUpstream;
        },
      }),
    );
    expect(answer).toEqual({ status: 500, text: 'from upstream', secret: null });
    expect([...new Set(parts)].toSorted()).toEqual(['body', 'headers']);
    expect(faults).toHaveLength(1);
  });

  it('ends a response as a bare 500 when no error handler responds in time', async () => {
    const answer = await answerOf(
      (response) => response.write('SECRET'),
      () => ({ patienceMs: 20, fail: (fault) => void faults.push(fault) }),
    );
    expect(answer).toEqual({ status: 500, text: '', secret: null });
    expect(faults).toHaveLength(1);
  });

  it('ignores an error handler that writes after the bare 500', async () => {
    let isDone = false;
    await answerOf(
      (response) => response.write('SECRET'),
      (response) => ({
        patienceMs: 5,
        fail(fault) {
          faults.push(fault);
          setTimeout(() => {
            response.statusCode = 500;
            response.setHeader('content-type', 'text/plain');
            response.end('too late');
            isDone = true;
          }, 30);
        },
      }),
    );
    await new Promise((later) => setTimeout(later, 50));
    expect(isDone).toBe(true);
  });

  it('reports the failure of a check that is forgotten on a response that has closed before', async () => {
    const reported: Error[] = [];
    await answerOf(
      (response) => {
        response.on('close', () => {
          const checks = new PendingChecks({ report: (error) => reported.push(error) });
          const late = { method: 'GET', route: () => '/late', isSettled: () => true, checks: () => checks };
          guardResponse(response, { ...late, fail: (fault) => void faults.push(fault) });
          void checks.watch('a check', undefined, true, () => Promise.reject(new Error('refused')));
        });
        response.end();
      },
      () => ({ isSettled: () => true }),
    );
    await vi.waitFor(() => expect(reported).toHaveLength(1));
    expect(reported[0]!.message).toContain('was called and not awaited in GET /late');
    expect(faults).toEqual([]);
  });
});
