import { Authorizer } from '@nanook/core';
import Router from '@koa/router';
import { type Context } from 'koa';
import { once } from 'node:events';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorizationErrors, authorize, type Loader, type LoaderOptions } from '../index.js';
import { majors } from '../testing/majors.fixture.js';

const authorizer = await Authorizer.load({ policies: 'allow(_, "read", "minutes");' });

/** A loader that ends only when its signal aborts. */
const waiting = () => {
  let start!: (signal: AbortSignal) => void;
  let abort!: (reason: unknown) => void;
  const started = new Promise<AbortSignal>((resolve) => (start = resolve));
  const aborted = new Promise<unknown>((resolve) => (abort = resolve));
  const findMinutes = (_ctx: Context, { signal }: LoaderOptions) =>
    new Promise<string>((_, reject) => {
      start(signal);
      signal.addEventListener('abort', () => {
        abort(signal.reason);
        reject(new Error('aborted'));
      });
    });
  return { findMinutes, started, aborted };
};

describe.each(testedVersions(majors))('%s', (_major, Koa) => {
  const appOf = (loader: Loader, options: Parameters<typeof authorization>[1], errors: unknown[] = []) => {
    const router = new Router();
    router.get('/', authorize('read', loader), (ctx) => {
      ctx.body = ctx.state.authz.resource;
    });
    const app = new Koa();
    app.on('error', (error) => errors.push(error));
    app
      .use(authorizationErrors())
      .use(authorization(authorizer, { actor: () => 'ann', ...options }))
      .use(router.routes());
    return app;
  };

  it('answers 503 for a loader that does not finish in time, and logs its name and place', async () => {
    const { findMinutes, aborted } = waiting();
    const errors: unknown[] = [];
    const app = appOf(findMinutes, { loaderTimeoutMs: 30 }, errors);
    const { status, body } = await request(app.callback()).get('/');
    expect({ status, body }).toEqual({
      status: 503,
      body: { type: 'about:blank', title: 'Service Unavailable', status: 503 },
    });
    expect(await aborted).toBe(errors[0]);
    expect(errors).toMatchObject([
      {
        code: 'NANOOK_HTTP_LOADER_TIMEOUT',
        message: expect.stringMatching(
          /`findMinutes\(\)` \(.*loader-limits\.test\.ts:\d+\).* 30 ms/,
        ) as string,
      },
    ]);
  });

  it('aborts the signal of a loader when the client closes the connection', async () => {
    const { findMinutes, started, aborted } = waiting();
    const server = appOf(findMinutes, {}).listen(0);
    await once(server, 'listening');
    const sent = get({ port: (server.address() as AddressInfo).port }).on('error', () => {});
    expect((await started).aborted).toBe(false);
    sent.destroy();
    expect(await aborted).toMatchObject({ name: 'AbortError' });
    server.close();
  });

  it('passes no second argument to a loader that does not declare it, and answers with its result', async () => {
    const given: number[] = [];
    const findMinutes = (...args: [ctx: Context]) => {
      given.push(args.length);
      return Promise.resolve('minutes');
    };
    const { text } = await request(appOf(findMinutes, { loaderTimeoutMs: 1000 }).callback()).get('/');
    expect(text).toBe('minutes');
    expect(given).toEqual([1]);
  });
});

it.each([0, -1, '5s', Number.NaN, 2 ** 31])('refuses %j as the time limit of loaders', (loaderTimeoutMs) => {
  expect(() => authorization(authorizer, { loaderTimeoutMs: loaderTimeoutMs as number })).toThrow(
    /option `loaderTimeoutMs` must be a time in milliseconds/,
  );
});
