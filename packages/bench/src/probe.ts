// Measures an import, a load, first checks, a reload, a compilation, or memory, in a new process. Prints one JSON value.
import { performance } from 'node:perf_hooks';
import { importNanook, loadNanook, optionsOf } from './libraries/nanook.ts';
import { cpuTime, verify } from './measure.ts';
import { scenarios } from './scenarios/index.ts';
import { setupOf, shaped } from './scenarios/shaped.ts';
import type { Shape } from './shape.ts';

interface Data {
  readonly scenario: string;
  readonly size: number;
  readonly seed: number;
}

export type Probe =
  | { readonly kind: 'import'; readonly library: string }
  | ({ readonly kind: 'load' | 'memory' | 'compile' } & Data)
  | ({ readonly kind: 'first checks'; readonly shape: Shape } & Data)
  | ({ readonly kind: 'reload'; readonly change: 'none' | 'one rule' } & Data);

const imports: Record<string, () => Promise<unknown>> = {
  nanook: importNanook,
  'nanook, ahead of time': () => import('@nanook/core/compiled'),
  oso: () => import('oso'),
  casl: () => import('@casl/ability'),
  casbin: () => import('casbin'),
  cedar: () => import('@cedar-policy/cedar-wasm/nodejs'),
  accesscontrol: () => import('accesscontrol'),
};

const elapsed = async (run: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await run();
  return performance.now() - started;
};

const processor = async (run: () => Promise<unknown>): Promise<number> => {
  const started = cpuTime();
  await run();
  return cpuTime() - started;
};

const scenarioOf = ({ scenario }: Data) => scenarios.find(({ id }) => id === scenario)!;

async function run(probe: Probe): Promise<number | undefined> {
  if (probe.kind === 'import') return elapsed(imports[probe.library]!);
  const scenario = scenarioOf(probe);
  const world = scenario.world({ ...probe, checks: 1_000 });
  if (probe.kind === 'first checks') {
    const loaded = await loadNanook(setupOf(scenario, probe.shape, world), 'nanook');
    const { check, mix } = await shaped(scenario, 'nanook', probe.shape, world, loaded!.check);
    return processor(() => verify(check, mix, Infinity));
  }
  const setup = scenario.nanook(world);
  if (probe.kind === 'load') return (await loadNanook(setup, 'nanook'))?.loadMs;
  if (probe.kind === 'compile') {
    const { compilePolicy } = await import('@nanook/core/compile');
    const { policies, types } = optionsOf(setup, 'nanook');
    return processor(() => compilePolicy({ policies, ...(types === undefined ? {} : { types }) }));
  }
  if (probe.kind === 'reload') {
    const { Authorizer } = await importNanook();
    const authorizer = await Authorizer.load(optionsOf(setup, 'nanook'));
    const check = (actor: unknown, action: string, resource: unknown) =>
      authorizer.canSync(actor, action, resource);
    await verify(check, world.mix, Infinity);
    const added = probe.change === 'none' ? '' : '\nallow(_: User, "added", _: User);';
    return processor(async () => {
      await authorizer.reload({ name: 'policy.polar', source: `${setup.policy}${added}` });
      await verify(check, world.mix, Infinity);
    });
  }
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
