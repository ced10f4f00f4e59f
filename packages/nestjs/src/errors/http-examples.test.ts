import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Authorizer, typed } from '@nanook/core';
import * as adapter from '@nanook/express';
import { isAuthorizationConfigError } from '@nanook/http';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { describe, expect, it, vi } from 'vitest';
import { errorOfExample } from '../../../core/src/testing/run-example.fixture.js';
import { httpExamples } from './http-examples.fixture.js';

const authorizer = await Authorizer.load({
  policies: `
    allow("ann", action, _: Note) if action in ["read", "edit"];
    allow("ann", "create", Note);
    allow("admin", "delete", _: Note);
    allow_field("ann", "edit", _: Note, "title");
  `,
  types: { Note: {} },
});

/** Runs an example and the requests in its comments, and returns the codes of all errors. */
async function codesOf(example: string): Promise<readonly string[]> {
  const codes: string[] = [];
  const report = (error: unknown): void => {
    codes.push(isAuthorizationConfigError(error) ? error.code : String(error));
  };
  let app: Express | undefined;
  const names = {
    ...adapter,
    authorizer,
    typed,
    // The first application is the one that listens.
    express: () => {
      const created = express();
      app ??= created;
      return created;
    },
    authorization: (given: Authorizer, options: adapter.AuthorizationOptions) =>
      adapter.authorization(given, { onError: report, ...options }),
  };
  const thrown = await errorOfExample(example, names);
  if (thrown !== undefined) return [thrown.code];
  const failed: ErrorRequestHandler = (error, _req, res, next) => {
    report(error);
    if (res.headersSent) next(error);
    else res.sendStatus(500);
  };
  const requests = [...example.matchAll(/^\/\/ ([A-Z]+) (\/\S*)$/gm)];
  if (requests.length === 0) return codes;
  app!.use(failed);
  const server = await new Promise<Server>((resolve) => {
    const listening = app!.listen(0, () => resolve(listening));
  });
  const { port } = server.address() as AddressInfo;
  for (const [, method, path] of requests)
    await fetch(`http://127.0.0.1:${port}${path}`, { method: method! }).then((response) => response.text());
  await wait(10);
  server.close();
  return codes;
}

describe('the examples of the codes of all adapters', () => {
  it.each(Object.entries(httpExamples))(
    'cause only %s, and no error after the correction',
    async (code, { wrong, fix }) => {
      vi.spyOn(console, 'log').mockImplementation(() => {});
      expect(await codesOf(wrong)).toEqual([code]);
      expect(await codesOf(fix)).toEqual([]);
    },
  );
});
