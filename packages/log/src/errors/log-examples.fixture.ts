import type { NanookLogErrorCode } from './nanook-log-error.js';

/** An example that causes a code, and the corrected one. Both run with a file in `audit/damaged` that has a damaged line. */
export interface LogExample {
  readonly wrong: string;
  readonly fix: string;
  /** A code that is always reported before this one. */
  readonly after?: NanookLogErrorCode;
}

const authorizer = `const authorizer = await Authorizer.load({ policies: 'allow("ann", "read", _);', ...log.hooks });`;

const sinkOf = (write: string): string =>
  `const log = decisionLog({ sinks: [{ name: 'database', ${write} }] });`;
const checkAndFlush = `${authorizer}
await authorizer.can('ann', 'read', 'plan');
await log.flush();`;

const slowSink = `const write = () => new Promise((resolve) => setTimeout(resolve, 60)); // a slow database`;

/** The examples of the codes of this package. */
export const logExamples: { readonly [C in NanookLogErrorCode]: LogExample } = {
  NANOOK_LOG_INVALID_OPTION: {
    wrong: `import { jsonLines } from '@nanook/log/json-lines';

const log = decisionLog({ sinks: [jsonLines({ folder: 'audit' })], capacity: 0 });`,
    fix: `import { jsonLines } from '@nanook/log/json-lines';

const log = decisionLog({ sinks: [jsonLines({ folder: 'audit' })], capacity: 10_000 });`,
  },
  NANOOK_LOG_SINK_FAILED: {
    wrong: `let attempts = 0;
async function write(records) {
  if (++attempts === 1) throw new Error('connection refused'); // the database starts after the application
}
${sinkOf('write')}
${checkAndFlush}`,
    fix: `async function write(records) {} // the database is reachable
${sinkOf('write')}
${checkAndFlush}`,
  },
  NANOOK_LOG_QUEUE_FULL: {
    wrong: `${slowSink}
const log = decisionLog({
  sinks: [{ name: 'database', write }],
  capacity: 1,
  whenFull: 'block',
  maxWaitMs: 20,
});
${authorizer}
await authorizer.can('ann', 'read', 'plan');
await authorizer.can('ann', 'read', 'draft');`,
    fix: `${slowSink}
const log = decisionLog({
  sinks: [{ name: 'database', write }],
  capacity: 10_000,
  whenFull: 'block',
  maxWaitMs: 10_000,
});
${authorizer}
await authorizer.can('ann', 'read', 'plan');
await authorizer.can('ann', 'read', 'draft');`,
  },
  NANOOK_LOG_DROPPED: {
    wrong: `${slowSink}
const log = decisionLog({ sinks: [{ name: 'database', write }], capacity: 1 });
${authorizer}
await authorizer.can('ann', 'read', 'plan');
await authorizer.can('ann', 'read', 'draft');
await log.flush();`,
    fix: `${slowSink}
const log = decisionLog({ sinks: [{ name: 'database', write }], capacity: 10_000 });
${authorizer}
await authorizer.can('ann', 'read', 'plan');
await authorizer.can('ann', 'read', 'draft');
await log.flush();`,
    after: 'NANOOK_LOG_QUEUE_FULL',
  },
  NANOOK_LOG_NOT_STORED: {
    wrong: `${slowSink}
${sinkOf('write')}
${authorizer}
await authorizer.can('ann', 'read', 'plan');
await log.flush({ timeoutMs: 10 });`,
    fix: `${slowSink}
${sinkOf('write')}
${authorizer}
await authorizer.can('ann', 'read', 'plan');
await log.flush({ timeoutMs: 10_000 });`,
  },
  NANOOK_LOG_CLOSED: {
    wrong: `${sinkOf('async write() {}')}
${authorizer}
await log.close();
await authorizer.can('ann', 'read', 'plan');`,
    fix: `${sinkOf('async write() {}')}
${authorizer}
await authorizer.can('ann', 'read', 'plan');
await log.close();`,
  },
  NANOOK_LOG_OBSERVER_FAILED: {
    wrong: `function observe(record) {
  throw new Error('the stream is closed');
}
const log = decisionLog({ sinks: [{ name: 'logger', observe }] });
${checkAndFlush}`,
    fix: `function observe(record) {
  console.log(record.action, record.outcome);
}
const log = decisionLog({ sinks: [{ name: 'logger', observe }] });
${checkAndFlush}`,
  },
  NANOOK_LOG_OPTION_FAILED: {
    wrong: `const log = decisionLog({
  sinks: [{ name: 'database', async write() {} }],
  tenant: ({ actor }) => actor.organization.id, // an actor without an organization
});
${checkAndFlush}`,
    fix: `const log = decisionLog({
  sinks: [{ name: 'database', async write() {} }],
  tenant: ({ actor }) => actor.organization?.id,
});
${checkAndFlush}`,
  },
  NANOOK_LOG_DAMAGED_LINE: {
    wrong: `import { jsonLines } from '@nanook/log/json-lines';

const store = jsonLines({ folder: 'audit/damaged' }); // a line of a file was changed by hand
await readDecisions(store);`,
    fix: `import { jsonLines } from '@nanook/log/json-lines';

const onDamagedLine = (file, line) => console.log(\`\${file}:\${line} is left out\`);
const store = jsonLines({ folder: 'audit/damaged', onDamagedLine });
await readDecisions(store);`,
  },
  NANOOK_LOG_INVALID_QUERY: {
    wrong: `import { jsonLines } from '@nanook/log/json-lines';

await readDecisions(jsonLines({ folder: 'audit' }), { tenants: 'acme' });`,
    fix: `import { jsonLines } from '@nanook/log/json-lines';

await readDecisions(jsonLines({ folder: 'audit' }), { tenant: 'acme' });`,
  },
};
