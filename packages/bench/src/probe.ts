// Measures the time of an import or a load, or memory, in a new process. Prints one JSON value.
import { performance } from 'node:perf_hooks';
import { importNanook, loadNanook } from './libraries/nanook.ts';
import { scenarios } from './scenarios/index.ts';

export type Probe =
  | { readonly kind: 'import'; readonly library: string }
  | { readonly kind: 'load'; readonly scenario: string; readonly size: number; readonly seed: number }
  | { readonly kind: 'memory'; readonly scenario: string; readonly size: number; readonly seed: number };

const imports: Record<string, () => Promise<unknown>> = {
  nanook: importNanook,
  'nanook, ahead of time': () => import('@nanook/core/compiled'),
  oso: () => import('oso'),
  casl: () => import('@casl/ability'),
  casbin: () => import('casbin'),
  cedar: () => import('@cedar-policy/cedar-wasm/nodejs'),
  accesscontrol: () => import('accesscontrol'),
};

async function run(probe: Probe): Promise<number | undefined> {
  if (probe.kind === 'import') {
    const started = performance.now();
    await imports[probe.library]!();
    return performance.now() - started;
  }
  const scenario = scenarios.find(({ id }) => id === probe.scenario)!;
  const setup = scenario.nanook(scenario.world({ ...probe, checks: 20 }));
  if (probe.kind === 'load') return (await loadNanook(setup, 'nanook'))?.loadMs;
  const before = heap();
  const loaded = await loadNanook(setup, 'nanook');
  const after = heap();
  // This use keeps the authorizer in memory until the second measurement.
  if (loaded === undefined) return undefined;
  void loaded.check;
  return (after - before) / 1e6;
}

function heap(): number {
  for (let i = 0; i < 4; i++) globalThis.gc!();
  return process.memoryUsage().heapUsed;
}

process.stdout.write(JSON.stringify(await run(JSON.parse(process.argv[2]!) as Probe)));
