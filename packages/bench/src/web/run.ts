import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { commit, load, machine, versionOf } from '../machine.ts';
import { spreadOf } from '../measure.ts';
import type { Options } from '../options.ts';
import { Random } from '../random.ts';
import { connections, sendRequests } from './client.ts';
import { refusedRequests, timedRequests } from './notes.ts';
import type { WebCell, WebResults } from './results.ts';
import type { ServerReport } from './server.ts';
import { webFrameworkIds, webVariants, type WebFrameworkId, type WebVariant } from './web-app.ts';

const serverFile = fileURLToPath(new URL('server.ts', import.meta.url));
const stripTypes = new URL('strip-types.mjs', import.meta.url).href;
const packages = [
  'express',
  'koa',
  '@koa/router',
  'fastify',
  'hono',
  '@hono/node-server',
  '@nestjs/core',
  '@nestjs/platform-fastify',
];

/** A process that serves one application. */
class Contender {
  /** Microseconds of CPU for one request, in each round. */
  readonly rounds: number[] = [];

  readonly variant: WebVariant;
  /** The version of Node in the process. */
  readonly node: string;
  readonly #child: ChildProcess;
  readonly #port: number;

  private constructor(variant: WebVariant, child: ChildProcess, port: number, node: string) {
    this.variant = variant;
    this.node = node;
    this.#child = child;
    this.#port = port;
  }

  static async start(framework: WebFrameworkId, variant: WebVariant): Promise<Contender> {
    const otherNode = process.env['NANOOK_BENCH_NODE'];
    const child = fork(serverFile, [framework, variant], {
      ...(otherNode === undefined
        ? { execArgv: ['--disable-warning=ExperimentalWarning'] }
        : { execPath: otherNode, execArgv: ['--import', stripTypes] }),
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    try {
      const report = await next(child);
      if (report.kind !== 'listening')
        throw new Error(report.kind === 'failed' ? report.message : 'an unexpected report');
      return new Contender(variant, child, report.port, report.node);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  /** Verifies all responses, and runs the application until V8 has optimized it. */
  async prepare(requests: number): Promise<void> {
    if (this.variant === 'hand' || this.variant === 'nanook')
      await sendRequests(this.#port, refusedRequests, refusedRequests.length);
    await sendRequests(this.#port, timedRequests, timedRequests.length + requests);
  }

  async round(requests: number): Promise<void> {
    const before = await this.#cpu();
    await sendRequests(this.#port, timedRequests, requests);
    this.rounds.push(((await this.#cpu()) - before) / requests);
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }

  async #cpu(): Promise<number> {
    const report = next(this.#child);
    this.#child.send('cpu');
    const answer = await report;
    if (answer.kind !== 'cpu') throw new Error('an unexpected report');
    return answer.us;
  }
}

/** Returns the next report of a server; a failure when it ends instead. */
const next = (child: ChildProcess): Promise<ServerReport> =>
  new Promise((resolve) => {
    const end = (report: ServerReport) => {
      child.off('message', end).off('exit', onExit);
      resolve(report);
    };
    const onExit = () => end({ kind: 'failed', message: 'the server ended' });
    child.once('message', end).once('exit', onExit);
  });

/** Measures the applications of one framework. They take turns, so that each round compares them under the same load. */
async function measure(
  framework: WebFrameworkId,
  options: Options,
): Promise<{ readonly node: string; readonly cells: readonly WebCell[] }> {
  process.stderr.write(`${framework}: CPU per request\n`);
  const { requests, warmRequests } = requestsOf(options);
  const contenders: Contender[] = [];
  try {
    for (const variant of webVariants) {
      const contender = await Contender.start(framework, variant);
      contenders.push(contender);
      await contender.prepare(warmRequests);
    }
    const random = new Random(options.seed);
    for (let round = 0; round < options.rounds; round++)
      for (const contender of random.shuffle([...contenders])) await contender.round(requests);
  } finally {
    for (const contender of contenders) contender.stop();
  }
  const hand = contenders.find(({ variant }) => variant === 'hand')!;
  const cells = contenders.map(({ variant, rounds: us }) => ({
    framework,
    variant,
    us: spreadOf(us),
    overHand: spreadOf(us.map((value, round) => value - hand.rounds[round]!)),
  }));
  return { node: hand.node, cells };
}

const requestsOf = ({ quick }: Options) =>
  quick ? { requests: 1_000, warmRequests: 5_000 } : { requests: 4_000, warmRequests: 20_000 };

export async function measureWeb(options: Options): Promise<WebResults> {
  const before = load();
  const cells: WebCell[] = [];
  const { node: ownNode, ...ownMachine } = machine();
  let node = ownNode;
  for (const framework of webFrameworkIds) {
    if (!options.wants(framework)) continue;
    const measured = await measure(framework, options);
    cells.push(...measured.cells);
    ({ node } = measured);
  }
  const { requests } = requestsOf(options);
  const build = commit();
  return {
    at: new Date().toISOString(),
    quick: options.quick,
    rounds: options.rounds,
    requests,
    connections,
    machine: { ...ownMachine, node },
    ...(build === undefined ? {} : { build }),
    versions: Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
    load: [before, load()],
    cells,
  };
}
