import 'reflect-metadata';
import * as common from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { errorOfExample } from '../../../core/src/testing/run-example.fixture.js';
import * as adapter from '../index.js';
import { errorText, isNanookNestError, type NanookNestErrorCode } from './nanook-nest-error.js';
import { nestExamples, type NestExample } from './nest-examples.fixture.js';

const policies = `
  allow("ann", action, _: Note) if action in ["read", "edit"];
  allow("ann", "create", Note);
  allow(nil, "never", _);
`;

/** The codes that are only logged, by a part of their text. */
const logged: readonly (readonly [NanookNestErrorCode, string])[] = [
  ['NANOOK_NEST_UNUSED_EXCLUSION', errorText('NANOOK_NEST_UNUSED_EXCLUSION', { class: 'Health' })],
  ['NANOOK_NEST_NO_ACTOR', errorText('NANOOK_NEST_NO_ACTOR', { hasGuards: false })],
  ['NANOOK_NEST_MANUAL_WITHOUT_GUARD', errorText('NANOOK_NEST_MANUAL_WITHOUT_GUARD', {})],
  ['NANOOK_NEST_BYPASSED_RESULT', errorText('NANOOK_NEST_BYPASSED_RESULT', { handler: 'Notes.list' })],
];

/** Runs an example and the requests in its comments, and returns the codes of all errors and warnings. */
async function codesOf(example: string, code: string): Promise<readonly string[]> {
  const codes: string[] = [];
  const report = (error: unknown): void => {
    if (error instanceof common.HttpException) return;
    codes.push(isNanookNestError(error) ? error.code : String(error));
  };
  const warn = (text: string): void => {
    if (text.includes('has no decorator metadata')) return; // Nest 12 warns of the same mistake
    codes.push(logged.find(([, message]) => text.includes(message))?.[0] ?? text);
  };
  const ignore = (): void => {};
  // Nest also logs the errors that the filter receives.
  const error = (text: unknown): void => {
    const found = logged.find(([, message]) => text === message);
    if (found !== undefined) codes.push(found[0]);
  };
  const logger = { log: ignore, error, warn, debug: ignore, verbose: ignore };
  let app: common.INestApplication | undefined;
  const names = {
    ...common,
    ...adapter,
    of,
    NestFactory: {
      create: async (type: unknown, options: common.NestApplicationOptions = {}) => {
        app = await NestFactory.create(type as common.Type, { ...options, logger, abortOnError: false });
        app.useGlobalFilters({
          catch(error: unknown, host: common.ArgumentsHost) {
            report(error);
            host.switchToHttp().getResponse<{ sendStatus(status: number): void }>().sendStatus(500);
          },
        });
        return app;
      },
    },
  };
  const local = example
    .replace("policies: 'policy/*.polar'", () => `policies: \`${policies}\``)
    .replace('app.listen(3000)', "app.listen(0, '127.0.0.1')");
  const thrown = await errorOfExample(local, names);
  if (thrown !== undefined) {
    const { findings } = thrown.data as { readonly findings?: readonly { readonly code: string }[] };
    if (findings === undefined || code === thrown.code) codes.push(thrown.code);
    else codes.push(...findings.map((finding) => finding.code));
  } else {
    for (const [, method, path] of example.matchAll(/^\/\/ ([A-Z]+) (\/\S*)$/gm))
      await fetch((await app!.getUrl()) + path, { method: method! }).then((response) => response.text());
  }
  await app?.close();
  return codes;
}

describe('the examples of the codes of NestJS', () => {
  // The first application loads the modules of Nest.
  it.each(Object.entries<NestExample>(nestExamples))(
    'cause only %s, and no error after the correction',
    { timeout: 30_000 },
    async (code, { wrong, fix, others = [] }) => {
      expect(await codesOf(fix, code)).toEqual([]);
      expect(await codesOf(wrong, code)).toEqual([...others, code]);
    },
  );
});
