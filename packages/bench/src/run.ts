import { type ChildProcess, execFile, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bundleSizes } from './bundle-size.ts';
import { otherBuild } from './libraries/nanook.ts';
import { commit, load, machine, versions } from './machine.ts';
import { spreadOf } from './measure.ts';
import type { Options } from './options.ts';
import type { Probe } from './probe.ts';
import { Random } from './random.ts';
import type { Cell, Once, Results } from './results.ts';
import { isPeer, type Library, libraries } from './library.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { isPlanned, whyNot } from './scenarios/prepare.ts';
import { hasShape, hasShapeAt } from './scenarios/shaped.ts';
import type { Shape } from './shape.ts';
import type { Job, Ready, Report } from './worker.ts';

const workerFile = fileURLToPath(new URL('worker.ts', import.meta.url));
const probeFile = fileURLToPath(new URL('probe.ts', import.meta.url));
const run = promisify(execFile);

const log = (text: string): void => void process.stderr.write(`${text}\n`);

/** A process that runs the checks of one library. */
class Contender {
  readonly rounds: number[] = [];
  failure: string | undefined;
  readonly library: Library;
  readonly #child: ChildProcess;

  constructor(library: Library, job: Job) {
    this.library = library;
    this.#child = fork(workerFile, [JSON.stringify(job)], {
      // Default stack size and no flags for the compiler, as in an application.
      execArgv: ['--disable-warning=ExperimentalWarning'],
      // Outside production, Nanook also searches for mistakes in denied calls.
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
  }

  /** Returns the next report of the process, or a failure when it takes too long or exits. */
  next(timeoutMs: number): Promise<Report> {
    return new Promise((resolve) => {
      const end = (report: Report) => {
        clearTimeout(timer);
        this.#child.off('message', end).off('exit', onExit);
        resolve(report);
      };
      const onExit = (code: number | null, signal: string | null) =>
        end({ kind: 'failed', message: `ended with ${signal ?? `code ${code}`}` });
      const timer = setTimeout(
        () => end({ kind: 'failed', message: `no answer within ${timeoutMs / 1000} s` }),
        timeoutMs,
      );
      this.#child.once('message', end).once('exit', onExit);
    });
  }

  async round(budgetMs: number, timeoutMs: number): Promise<number | undefined> {
    const report = this.next(timeoutMs);
    this.#child.send(budgetMs);
    const answer = await report;
    if (answer.kind === 'round') return answer.ns;
    this.failure = answer.kind === 'failed' ? answer.message : 'an unexpected report';
    return undefined;
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}

/** Measures all libraries with one shape at one size of one scenario. They start one after another, and then take turns. */
async function measure(scenario: Scenario, size: number, shape: Shape, options: Options): Promise<Cell[]> {
  const cells: Cell[] = [];
  const running: { readonly contender: Contender; readonly ready: Ready }[] = [];
  const label = scenario.size === undefined ? scenario.id : `${scenario.id}, ${scenario.size.name} = ${size}`;
  log(`${label}, ${shape}: ${scenario.title}`);
  try {
    for (const library of libraries) {
      if (!options.libraries.includes(library) || !isPlanned(scenario, library, shape)) continue;
      const base = { scenario: scenario.id, size, shape, library };
      const reason = whyNot(scenario, library);
      if (reason !== undefined) {
        cells.push({ ...base, note: reason });
        continue;
      }
      const limit = isPeer(library) ? scenario.tooLarge?.[library] : undefined;
      if (limit !== undefined && size >= limit) {
        cells.push({ ...base, note: 'too slow at this size' });
        continue;
      }
      for (let process = 0; process < options.processes; process++) {
        const { seed, checks, cpu, verifyMs, ownVerifyMs } = options;
        const contender = new Contender(library, {
          scenario: scenario.id,
          library,
          shape,
          size,
          seed,
          checks,
          cpu,
          verifyMs: isPeer(library) ? verifyMs : ownVerifyMs,
        });
        const report = await contender.next(options.startMs);
        if (report.kind === 'ready') {
          running.push({ contender, ready: report });
          continue;
        }
        contender.stop();
        const note = report.kind === 'failed' ? report.message : 'not in this build';
        log(`  ${library}: ${note}`);
        cells.push({ ...base, note });
        break;
      }
    }

    for (const { contender } of running) await contender.round(options.warmMs, options.startMs);
    const random = new Random(options.seed);
    for (let round = 0; round < options.rounds; round++) {
      // The order changes, so that no library always runs after the same one.
      for (const { contender } of random.shuffle([...running])) {
        if (contender.failure !== undefined) continue;
        const ns = await contender.round(options.roundMs, options.startMs);
        if (ns !== undefined) contender.rounds.push(ns);
      }
    }
  } finally {
    for (const { contender } of running) contender.stop();
  }

  for (const library of libraries) {
    const same = running.filter(({ contender }) => contender.library === library);
    const [first] = same;
    if (first === undefined) continue;
    const base = { scenario: scenario.id, size, shape, library };
    const failure = same.find(({ contender }) => contender.failure !== undefined)?.contender.failure;
    if (failure !== undefined) {
      log(`  ${library}: ${failure}`);
      cells.push({ ...base, note: failure });
      continue;
    }
    const { checked, of, firstMs, loadMs, engine } = first.ready;
    const [veryFirstMs, ...otherFirst] = firstMs;
    cells.push({
      ...base,
      ns: spreadOf(same.flatMap(({ contender }) => contender.rounds)),
      checked,
      of,
      ...(loadMs === undefined ? {} : { loadMs }),
      ...(engine === undefined ? {} : { engine }),
      first: {
        count: firstMs.length,
        veryFirstMs: veryFirstMs!,
        ms: spreadOf(otherFirst.length === 0 ? firstMs : otherFirst),
      },
    });
  }
  return cells;
}

/** Runs a probe several times, each time in a new process. */
async function once(what: string, unit: Once['unit'], probe: Probe, times: number): Promise<Once> {
  const values: number[] = [];
  for (let i = 0; i < times; i++) {
    const { stdout } = await run(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--expose-gc', probeFile, JSON.stringify(probe)],
      { env: { ...process.env, NODE_ENV: 'production' } },
    );
    values.push(JSON.parse(stdout) as number);
  }
  return { what, unit, value: spreadOf(values) };
}

async function measureOnce({ seed, quick, libraries: wanted }: Options): Promise<Once[]> {
  log('import, load, first checks, reload, memory');
  const times = quick ? 3 : 11;
  const found: Once[] = [];
  const importable: readonly (readonly [string, Library])[] = [
    ['nanook', 'nanook'],
    ['nanook, ahead of time', 'nanook-ahead'],
    ['oso', 'oso'],
    ['casl', 'casl'],
    ['casbin', 'casbin'],
    ['cedar', 'cedar'],
    ['accesscontrol', 'accesscontrol'],
  ];
  for (const [library, id] of importable)
    if (wanted.includes(id))
      found.push(await once(`import ${library}`, 'ms', { kind: 'import', library }, times));
  if (!wanted.includes('nanook')) return found;
  const data = (scenario: string, size: number) => ({ scenario, size, seed });
  const inTime: readonly (readonly [what: string, probe: Probe])[] = [
    ["load S1's policy", { kind: 'load', ...data('S1', 1) }],
    ["load S4's policy, 30 types", { kind: 'load', ...data('S4', 10) }],
    ["load S4's policy, 300 types", { kind: 'load', ...data('S4', 100) }],
    ["load S4's policy, 3,000 types", { kind: 'load', ...data('S4', 1_000) }],
    ['load 20 flat rules', { kind: 'load', ...data('Flat', 20) }],
    ['load 20,000 flat rules', { kind: 'load', ...data('Flat', 20_000) }],
    ['first 1,000 checks, 60 types, rows', { kind: 'first checks', shape: 'typed', ...data('S4', 20) }],
    ['first 1,000 checks, 60 types', { kind: 'first checks', shape: 'instances', ...data('S4', 20) }],
    [
      'reload without a change, then 1,000 checks, 60 types',
      { kind: 'reload', change: 'none', ...data('S4', 20) },
    ],
    [
      'reload with one more rule, then 1,000 checks, 60 types',
      { kind: 'reload', change: 'one rule', ...data('S4', 20) },
    ],
    ['compile ahead of time, 300 types', { kind: 'compile', ...data('S4', 100) }],
  ];
  for (const [what, probe] of inTime)
    found.push(await once(what, 'ms', probe, probe.kind === 'compile' ? 3 : times));
  found.push(
    await once("heap after S1's load", 'MB', { kind: 'memory', ...data('S1', 1) }, times),
    await once("heap after S4's load, 3,000 types", 'MB', { kind: 'memory', ...data('S4', 1_000) }, 3),
  );
  return found;
}

export async function measureAll(options: Options): Promise<Results> {
  const before = load();
  const cells: Cell[] = [];
  for (const scenario of scenarios) {
    if (!options.wants(scenario.id)) continue;
    for (const size of scenario.size?.of ?? [1]) {
      if (options.maxSize !== undefined && size > options.maxSize) continue;
      for (const shape of options.shapes)
        if (hasShape(scenario, shape) && hasShapeAt(scenario, shape, size))
          cells.push(...(await measure(scenario, size, shape, options)));
    }
  }
  const found = options.wants('once') ? await measureOnce(options) : [];
  const sizes = options.wants('size') ? await bundleSizes() : [];
  const build = otherBuild ?? commit();
  return {
    at: new Date().toISOString(),
    quick: options.quick,
    seed: options.seed,
    rounds: options.rounds * options.processes,
    roundMs: options.roundMs,
    machine: machine(),
    versions: versions(),
    ...(build === undefined ? {} : { build }),
    load: [before, load()],
    cells,
    once: found,
    sizes,
  };
}
