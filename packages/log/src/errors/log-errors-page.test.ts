import { describe, expect, it } from 'vitest';
import { NanookLogError, type NanookLogErrorCode, type NanookLogErrorData } from './nanook-log-error.js';

// Renders docs/reference/log-errors.md, and compares it with the file. `node tools/errors-page.mjs` writes the file.

const reported = '`onError` receives it';
const samples: {
  readonly [C in NanookLogErrorCode]: readonly [data: NanookLogErrorData<C>, when: string];
} = {
  NANOOK_LOG_INVALID_OPTION: [
    { owner: 'decisionLog', option: 'capacity', reason: 'must be a positive whole number, got the number 0' },
    'thrown when a log or a sink is made',
  ],
  NANOOK_LOG_SINK_FAILED: [
    { sink: 'postgres', waiting: 120, reason: 'connection refused' },
    `${reported}, once until the sink works again`,
  ],
  NANOOK_LOG_QUEUE_FULL: [
    { sink: 'postgres', capacity: 50_000, whenFull: 'drop' },
    `${reported}, once until the sink works again. With \`whenFull: 'block'\`, a check throws it`,
  ],
  NANOOK_LOG_DROPPED: [
    { sink: 'postgres', dropped: 310 },
    `${reported}, when half of the queue is empty again`,
  ],
  NANOOK_LOG_NOT_STORED: [
    { sink: 'nats', waiting: 17, timeoutMs: 10_000 },
    "thrown by `flush` and `close`, and with `acknowledge: 'stored'` by a check",
  ],
  NANOOK_LOG_CLOSED: [{}, '`onDecisionError` of the authorizer receives it'],
  NANOOK_LOG_OBSERVER_FAILED: [{ sink: 'pino', reason: 'the stream is closed' }, `${reported}, once`],
  NANOOK_LOG_OPTION_FAILED: [
    { option: 'identify', reason: 'no session' },
    `${reported}, once for each option. The default replaces the result; a mask hides the value`,
  ],
  NANOOK_LOG_DAMAGED_LINE: [
    { file: 'audit/decisions-20260131T093000123Z-71-0f3a9c.jsonl', line: 12 },
    'thrown by `readDecisions`',
  ],
  NANOOK_LOG_INVALID_QUERY: [
    { option: 'tenants', reason: 'does not exist; did you mean `tenant`?' },
    'thrown by `readDecisions`',
  ],
};

const rows = Object.entries(samples).map(([code, [data, when]]) => {
  const { message } = new NanookLogError(code as NanookLogErrorCode, data as never);
  return `| \`${code}\` | ${message.replaceAll('|', '\\|')} | ${when} |`;
});

const page = `<!-- Generated from packages/log/src/errors/nanook-log-error.ts by \`node tools/errors-page.mjs\`. -->

# Errors of the decision log

Each is a \`NanookLogError\` of \`@nanook/log\`, which \`isNanookLogError(error)\` recognizes, also from another copy of the package. Codes are
public API: a code is never renamed, and its meaning never changes. In your code, branch on \`code\` and \`data\`, because the text of a message
can change. The error of a sink or of a function is the \`cause\`. This page shows each message with sample data.

| code | message | when |
| --- | --- | --- |
${rows.join('\n')}

\`onDecision\` of the log throws no error of a sink, so a check fails only in the cases that the table names.
`;

describe('docs/reference/log-errors.md', () => {
  it('shows the text of every code', async () => {
    await expect(page).toMatchFileSnapshot('../../../../docs/reference/log-errors.md');
  });

  it('writes the codes for the command line', async () => {
    const entries = Object.entries(samples).map(([code, [data, when]]) => {
      const { message } = new NanookLogError(code as NanookLogErrorCode, data as never);
      return { code, page: 'log-errors.md', severity: 'error', message, when };
    });
    const text = `${JSON.stringify(entries, undefined, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../../cli/src/codes/log.json');
  });
});
