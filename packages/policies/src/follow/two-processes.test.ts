import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { signBundle } from '../bundle/index.js';
import { publishToNats } from '../nats/index.js';
import { publishToPostgres } from '../postgres/index.js';
import { load, privateKey, publicKey, until } from '../testing/bundles.fixture.js';
import {
  policyOf,
  slowConstants,
  type ReplicaReport,
  type ReplicaTask,
} from '../testing/replica-task.fixture.js';
import { natsBucket, natsUrl, postgresUrl, serverTable } from '../testing/servers.fixture.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  // oxlint-disable-next-line no-await-in-loop -- in the opposite order
  for (const close of closing.splice(0).reverse()) await close();
});

const signed = async (revision: number): Promise<string> =>
  signBundle(await load(policyOf(`v${revision}`), { constants: slowConstants }), {
    key: privateKey,
    revision,
    version: `v${revision}`,
  });

/** Starts a process that follows a source and checks its answers. */
function replicaOf(task: ReplicaTask) {
  const file = fileURLToPath(new URL('../testing/replica.fixture.ts', import.meta.url));
  const child = fork(file, [JSON.stringify(task)], {
    execArgv: ['--import', 'tsx', '--conditions', '@nanook/source'],
    // `tsx` is a dependency of this package.
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const state = {
    isReady: false,
    version: 'start',
    changedAt: 0,
    done: undefined as Extract<ReplicaReport, { kind: 'done' }> | undefined,
    hasExited: false,
  };
  child.on('exit', () => (state.hasExited = true));
  child.on('message', (report: ReplicaReport) => {
    if (report.kind === 'ready') state.isReady = true;
    else if (report.kind === 'done') state.done = report;
    else {
      state.version = report.version;
      state.changedAt = performance.now();
    }
  });
  closing.push(async () => {
    if (child.exitCode !== null) return;
    const exited = new Promise((resolve) => void child.once('exit', resolve));
    child.kill();
    await exited;
  });
  return { state, stop: () => child.send('stop') };
}

async function runReplicas(task: ReplicaTask, publish: (bundle: string) => Promise<void>): Promise<void> {
  await publish(await signed(1));
  const replicas = [replicaOf(task), replicaOf(task)];
  const waitFor = (condition: (state: (typeof replicas)[0]['state']) => boolean) =>
    until(
      () => {
        for (const { state } of replicas)
          if (state.hasExited && state.done === undefined) throw new Error('a process has ended');
        return replicas.every(({ state }) => condition(state));
      },
      String(condition),
      30_000,
    );
  await waitFor(({ isReady }) => isReady);
  const latencies: number[] = [];
  for (let revision = 2; revision <= 10; revision++) {
    const bundle = await signed(revision);
    const publishedAt = performance.now();
    await publish(bundle);
    await waitFor(({ version }) => version === `v${revision}`);
    latencies.push(...replicas.map(({ state }) => state.changedAt - publishedAt));
  }
  // Many at once: the processes end with the last one.
  for (let revision = 11; revision <= 20; revision++) await publish(await signed(revision));
  await waitFor(({ version }) => version === 'v20');
  // Bundles that are never used: one that was changed, and an older one.
  await publish((await signed(21)).replace('always', 'another'));
  await publish(await signed(22));
  await waitFor(({ version }) => version === 'v22');
  await expect(publish(await signed(5))).rejects.toMatchObject({ code: 'NANOOK_POLICIES_REVISION_TAKEN' });
  for (const { stop } of replicas) stop();
  await waitFor(({ done }) => done !== undefined);
  for (const { state } of replicas) {
    expect(state.done).toMatchObject({ wrong: [], lost: 0 });
    // A process that reads the next bundle first does not see the changed one.
    for (const error of state.done?.errors ?? []) expect(error).toContain('was changed after it was signed');
  }
  if (process.env['NANOOK_TEST_REPORT'] !== undefined)
    console.info(
      `${task.kind}: ${replicas.map(({ state }) => state.done?.checks).join(' and ')} checks; ` +
        `new policy in use after ${Math.round(Math.max(...latencies))} ms at most`,
    );
}

describe('two processes under load', () => {
  it.skipIf(natsUrl === undefined)(
    'change the policy without a wrong or a lost answer, over NATS (needs NANOOK_TEST_NATS_URL)',
    async () => {
      const { kv, bucket, close } = await natsBucket(natsUrl!);
      closing.push(close);
      const task: ReplicaTask = { kind: 'nats', url: natsUrl!, place: bucket, publicKey };
      await runReplicas(task, (bundle) => publishToNats(kv, bundle));
    },
    90_000,
  );

  it.skipIf(postgresUrl === undefined)(
    'change the policy without a wrong or a lost answer, over PostgreSQL (needs NANOOK_TEST_POSTGRES_URL)',
    async () => {
      const { pool, table, close } = await serverTable(postgresUrl!);
      closing.push(close);
      const task: ReplicaTask = { kind: 'postgres', url: postgresUrl!, place: table, publicKey };
      await runReplicas(task, (bundle) => publishToPostgres(pool, bundle, { table }));
    },
    90_000,
  );
});
