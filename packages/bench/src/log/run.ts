import type { Authorizer } from '@nanook/core';
import { decisionLog } from '@nanook/log';
import { jsonLines } from '@nanook/log/json-lines';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { commit, load, machine } from '../machine.ts';
import { cpuTime, elapsedTime, spreadOf } from '../measure.ts';
import type { Options } from '../options.ts';
import { hookIds, type HookCell, type HookId, type LogResults } from './results.ts';
import { checkMany, loadAuthorizer } from './world.ts';

/** The number of decisions in a second. */
export const wantedRate = 100_000;

interface Hook {
  readonly authorizer: Authorizer;
  /** Waits for all records, and returns their number. */
  readonly stored: () => Promise<number | undefined>;
}

async function openHook(hook: HookId): Promise<Hook> {
  if (hook !== 'json-lines') {
    const options = hook === 'none' ? {} : { onDecision: () => {} };
    return { authorizer: await loadAuthorizer(options), stored: async () => undefined };
  }
  const folder = mkdtempSync(join(tmpdir(), 'nanook-bench-'));
  const log = decisionLog({ sinks: [jsonLines({ folder })] });
  return {
    authorizer: await loadAuthorizer(log.hooks),
    stored: async () => {
      await log.close({ timeoutMs: 60_000 });
      const count = readdirSync(folder)
        .map((name) => readFileSync(join(folder, name)).filter((byte) => byte === 10).length)
        .reduce((sum, lines) => sum + lines, 0);
      rmSync(folder, { recursive: true });
      return count;
    },
  };
}

/** Makes checks at the wanted rate, as requests do: some in each turn of the event loop. */
async function runRound(authorizer: Authorizer, seconds: number) {
  const [started, cpuStarted] = [elapsedTime(), cpuTime()];
  let [checks, callerMs] = [0, 0];
  for (let now = started; now - started < seconds * 1_000; now = elapsedTime()) {
    const due = Math.floor(((now - started) / 1_000) * wantedRate) - checks;
    checkMany(authorizer, due);
    callerMs += elapsedTime() - now;
    checks += due;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return {
    checks,
    rate: checks / ((elapsedTime() - started) / 1_000),
    callerUs: (callerMs * 1_000) / checks,
    cpuUs: ((cpuTime() - cpuStarted) * 1_000) / checks,
  };
}

/** Measures the processor time of checks in a row. Nothing else runs in the process meanwhile. */
function cpuOfChecks(authorizer: Authorizer, count: number): number {
  const before = cpuTime();
  checkMany(authorizer, count);
  return ((cpuTime() - before) * 1_000) / count;
}

/** Measures the checks with one hook. */
export async function measureHook(
  hook: HookId,
  rounds: number,
  seconds: number,
  usesCpuTime = false,
): Promise<HookCell> {
  const { authorizer, stored } = await openHook(hook);
  let checks = 0;
  for (let i = 0; i < 20; i++) {
    checkMany(authorizer, 1_000);
    checks += 1_000;
    await new Promise((resolve) => setImmediate(resolve));
  }
  const results: Awaited<ReturnType<typeof runRound>>[] = [];
  for (let round = 0; round < rounds; round++) {
    const result = await runRound(authorizer, seconds);
    if (!usesCpuTime) results.push(result);
    else {
      await new Promise((resolve) => setTimeout(resolve, 500)); // the queue gets empty
      const inARow = 40_000;
      const callerUs = cpuOfChecks(authorizer, inARow);
      results.push({ ...result, callerUs, checks: result.checks + inARow });
    }
  }
  return {
    hook,
    callerUs: spreadOf(results.map(({ callerUs }) => callerUs)),
    cpuUs: spreadOf(results.map(({ cpuUs }) => cpuUs)),
    rate: spreadOf(results.map(({ rate }) => rate)),
    checks: results.reduce((sum, result) => sum + result.checks, checks),
    stored: await stored(),
  };
}

/** Measures the heap while a sink never finishes its first write. */
export async function measureStuck(counts: readonly number[]): Promise<LogResults['stuck']> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heapMb = () => {
    collect();
    return process.memoryUsage().heapUsed / 2 ** 20;
  };
  const log = decisionLog({
    sinks: [{ name: 'stuck', write: () => new Promise<never>(() => {}) }],
    onError: () => {},
  });
  const authorizer = await loadAuthorizer(log.hooks);
  const before = heapMb();
  let made = 0;
  const stuck: { decisions: number; heapMb: number }[] = [];
  for (const decisions of counts) {
    checkMany(authorizer, decisions - made);
    made = decisions;
    await new Promise((resolve) => setTimeout(resolve, 50));
    stuck.push({ decisions, heapMb: heapMb() - before });
  }
  await log.close({ timeoutMs: 1 }).catch(() => {});
  return stuck;
}

export async function measureLog({ quick, rounds, cpu }: Options): Promise<LogResults> {
  const before = load();
  const seconds = quick ? 1 : 3;
  const cells: HookCell[] = [];
  for (const hook of hookIds) {
    process.stderr.write(`${hook}: time of a check\n`);
    cells.push(await measureHook(hook, rounds, seconds, cpu));
  }
  const stuck = await measureStuck([50_000, 500_000, quick ? 1_000_000 : 5_000_000]);
  const build = commit();
  return {
    at: new Date().toISOString(),
    quick,
    cpu,
    rounds,
    seconds,
    machine: machine(),
    ...(build === undefined ? {} : { build }),
    load: [before, load()],
    cells,
    stuck,
  };
}
