import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@nanook/core';
import { describe, expect, it, vi } from 'vitest';
import { errorOfExample, type Coded } from '../../../core/src/testing/run-example.fixture.js';
import * as entry from '../index.js';
import * as jsonLines from '../json-lines/index.js';
import { logExamples } from './log-examples.fixture.js';
import { isNanookLogError, NanookLogError, type NanookLogErrorCode } from './nanook-log-error.js';

// Renders docs/reference/log-errors.md, and compares it with the file. `node tools/errors-page.mjs` writes the file.

const reported = '`onError` receives it';
/** The moment when an application gets each error. */
const moments: { readonly [C in NanookLogErrorCode]: string } = {
  NANOOK_LOG_INVALID_OPTION: 'thrown when a log or a sink is made',
  NANOOK_LOG_SINK_FAILED: `${reported}, once until the sink works again`,
  NANOOK_LOG_QUEUE_FULL: `${reported}, once until the sink works again. With \`whenFull: 'block'\`, a check throws it`,
  NANOOK_LOG_DROPPED: `${reported}, when half of the queue is empty again`,
  NANOOK_LOG_NOT_STORED: "thrown by `flush` and `close`, and with `acknowledge: 'stored'` by a check",
  NANOOK_LOG_CLOSED: '`onDecisionError` of the authorizer receives it',
  NANOOK_LOG_OBSERVER_FAILED: `${reported}, once`,
  NANOOK_LOG_OPTION_FAILED: `${reported}, once for each option. The default replaces the result; a mask hides the value`,
  NANOOK_LOG_DAMAGED_LINE: 'thrown by `readDecisions`',
  NANOOK_LOG_INVALID_QUERY: 'thrown by `readDecisions`',
};
const codes = Object.keys(moments) as NanookLogErrorCode[];

const folder = mkdtempSync(join(tmpdir(), 'nanook-examples-'));
mkdirSync(join(folder, 'audit/damaged'), { recursive: true });
writeFileSync(join(folder, 'audit/damaged/decisions-20260131T093000123Z-71-0f3a9c.jsonl'), '{"id":7}\n');

/** Runs an example, and returns the errors that the log reports and the one that it throws. */
async function errorsOf(example: string): Promise<readonly Coded[]> {
  const errors: Coded[] = [];
  const report = (error: unknown): void => {
    if (!isNanookLogError(error)) throw error;
    errors.push(error);
  };
  const names = {
    ...entry,
    decisionLog: (options: entry.DecisionLogOptions) =>
      entry.decisionLog({ maxRetryMs: 10, delayMs: 1, onError: report, ...options }),
    Authorizer: {
      load: (options: core.AuthorizerOptions) =>
        core.Authorizer.load({ onDecisionError: report, denialWarnings: false, ...options }),
    },
  };
  const placed = example.replaceAll("folder: 'audit", `folder: '${folder}/audit`);
  const thrown = await errorOfExample(placed, names, { '@nanook/log/json-lines': jsonLines });
  // The log reports an error once: to `onError` or by throwing it.
  return thrown === undefined || errors.some(({ code }) => code === thrown.code)
    ? errors
    : [...errors, thrown];
}

vi.spyOn(console, 'log').mockImplementation(() => {});
const messages = new Map<NanookLogErrorCode, string>();
for (const code of codes) {
  const error = (await errorsOf(logExamples[code].wrong)).find((each) => each.code === code);
  const message =
    error === undefined ? 'not reported' : new NanookLogError(code, error.data as never).message;
  messages.set(code, message.replaceAll(`${folder}/`, ''));
}

const rows = codes.map(
  (code) =>
    `| [\`${code}\`](codes.md#${code.toLowerCase()}) | ${messages.get(code)!.replaceAll('|', '\\|')} | ${moments[code]} |`,
);

const page = `<!-- Generated from packages/log/src/errors/nanook-log-error.ts by \`node tools/errors-page.mjs\`. -->

# Errors of the decision log

Each is a \`NanookLogError\` of \`@nanook/log\`, which \`isNanookLogError(error)\` recognizes, also from another copy of the package. Codes are
public API: a code is never renamed, and its meaning never changes. In your code, branch on \`code\` and \`data\`, because the text of a message
can change. The error of a sink or of a function is the \`cause\`. This page shows each message for an example. The [index of
codes](codes.md#errors-of-the-decision-log) shows the examples, with a correction.

| code | message | when |
| --- | --- | --- |
${rows.join('\n')}

\`onDecision\` of the log throws no error of a sink, so a check fails only in the cases that the table names.
`;

describe('docs/reference/log-errors.md', () => {
  it('shows the text of every code', async () => {
    await expect(page).toMatchFileSnapshot('../../../../docs/reference/log-errors.md');
  });

  it.each(Object.entries(logExamples))(
    'has an example that causes only %s, and a corrected one without an error',
    async (code, { wrong, fix, after }) => {
      const codesOf = async (example: string) => (await errorsOf(example)).map((error) => error.code);
      expect(await codesOf(wrong)).toEqual(after === undefined ? [code] : [after, code]);
      expect(await codesOf(fix)).toEqual([]);
    },
  );

  it('writes the codes for the command line', async () => {
    const entries = codes.map((code) => {
      const { wrong, fix } = logExamples[code];
      return {
        code,
        page: 'log-errors.md',
        severity: 'error',
        message: messages.get(code)!,
        when: moments[code],
        language: 'ts',
        example: wrong,
        fix,
      };
    });
    const text = `${JSON.stringify(entries, undefined, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../../cli/src/codes/log.json');
  });
});
