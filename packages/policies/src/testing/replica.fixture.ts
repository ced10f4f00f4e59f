// A process that follows a source and checks the answers of its authorizer all the time. It reports to the test over IPC.
import process from 'node:process';
import { jetstream } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';
import type { JWK } from 'jose';
import pg from 'pg';
import { followPolicies, type PolicySource } from '../index.js';
import { natsSource } from '../nats/index.js';
import { postgresSource } from '../postgres/index.js';
import { load } from './bundles.fixture.js';
import {
  isWrong,
  policyOf,
  slowConstants,
  type ReplicaReport,
  type ReplicaTask,
} from './replica-task.fixture.js';

const task = JSON.parse(process.argv[2]!) as ReplicaTask;
const send = (report: ReplicaReport): void => void process.send!(report);

async function sourceOf({ kind, url, place }: ReplicaTask): Promise<PolicySource> {
  if (kind === 'postgres') {
    const pool = new pg.Pool({ connectionString: url });
    pool.on('error', () => {});
    return postgresSource(pool, { table: place });
  }
  const connection = await connect({ servers: url, reconnectTimeWait: 50, maxReconnectAttempts: -1 });
  return natsSource(await new Kvm(jetstream(connection)).open(place));
}

const authorizer = await load(policyOf('start'), { constants: slowConstants, version: 'start' });
const wrong: string[] = [];
const errors: string[] = [];
let checks = 0;
let pending = 0;
let isStopping = false;

/** Checks an action that is allowed by every policy, one of the policy in use, and one of another policy. */
async function check(isSlow: boolean): Promise<void> {
  pending++;
  // Read in the same turn in which the checks start, so the checks have this policy.
  const version = authorizer.policy.version;
  const prefix = isSlow ? 'slow ' : '';
  const answers = await Promise.all([
    authorizer.can('ann', `${prefix}always`, 'doc'),
    authorizer.can('ann', `${prefix}only ${version}`, 'doc'),
    authorizer.can('ann', `${prefix}only another`, 'doc'),
  ]);
  if (isWrong(answers)) wrong.push(`${version}: ${answers.join()}`);
  checks += answers.length;
  pending--;
}

const follower = await followPolicies(authorizer, await sourceOf(task), {
  keys: task.publicKey as JWK,
  onChange: ({ version }) => send({ kind: 'changed', version: version ?? '' }),
  onError: (error) => errors.push(String(error)),
});
process.on('message', () => {
  isStopping = true;
});
send({ kind: 'ready' });

// Load: slow checks that span changes of the policy, and fast ones.
while (!isStopping) {
  if (pending < 50) void check(true).catch((error: unknown) => wrong.push(String(error)));
  // oxlint-disable-next-line no-await-in-loop -- one check after the other
  for (let i = 0; i < 20; i++) await check(false);
  // oxlint-disable-next-line no-await-in-loop -- notifications arrive between the checks
  await new Promise((resolve) => setImmediate(resolve));
}
const waitsUntil = Date.now() + 5_000;
// oxlint-disable-next-line no-await-in-loop -- the slow checks end
while (pending > 0 && Date.now() < waitsUntil) await new Promise((resolve) => setTimeout(resolve, 10));
await follower.close();
process.send!({ kind: 'done', checks, lost: pending, wrong, errors } satisfies ReplicaReport, () =>
  process.exit(),
);
