import { Authorizer } from '@nanook/core';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorOfExample } from '../../../core/src/testing/run-example.fixture.js';
import * as entry from '../index.js';
import { NanookServerError, type NanookServerErrorCode } from './nanook-server-error.js';
import { serverExamples } from './server-examples.fixture.js';

const page = readFileSync(new URL('../../../../docs/reference/server.md', import.meta.url), 'utf8');
const meanings = new Map(
  [...page.matchAll(/^\| `(NANOOK_SERVER_\w+)` \| (.*) \|$/gm)].map(([, code, meaning]) => [code!, meaning!]),
);
const authorizer = await Authorizer.load({ policies: 'allow(_: User, "read", _);', types: { User: {} } });
const errorOf = (example: string) =>
  errorOfExample(example, { authorizer, users: new Map() }, { '@nanook/server': entry });

describe('the page about the decision server', () => {
  it('lists every code of the package', () => {
    expect([...meanings.keys()]).toEqual(Object.keys(serverExamples));
  });

  it('gives the meaning of each code to the command line', async () => {
    const entries = await Promise.all(
      Object.entries(serverExamples).map(async ([code, { wrong, fix }]) => {
        const error = await errorOf(wrong);
        const { message } = new NanookServerError(code as NanookServerErrorCode, error?.data as never);
        const when = meanings.get(code);
        return {
          code,
          page: 'server.md',
          severity: 'error',
          message,
          when,
          language: 'ts',
          example: wrong,
          fix,
        };
      }),
    );
    const text = `${JSON.stringify(entries, undefined, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../../cli/src/codes/server.json');
  });

  it.each(Object.entries(serverExamples))(
    'has an example that causes only %s, and a corrected one without an error',
    async (code, { wrong, fix }) => {
      expect((await errorOf(wrong))?.code).toBe(code);
      expect(await errorOf(fix)).toBeUndefined();
    },
  );
});
