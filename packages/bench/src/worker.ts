// Runs one library in one scenario in a separate process, so that no other library affects machine code, heap or caches. It creates
// the world, loads the policy and verifies the results. Afterwards it runs a round for each message.
import { cpuTime, elapsedTime, Loop, verify } from './measure.ts';
import type { Library } from './library.ts';
import { scenarios } from './scenarios/index.ts';
import type { Shape } from './shape.ts';
import { prepare } from './scenarios/prepare.ts';

export interface Job {
  readonly scenario: string;
  readonly library: Library;
  readonly shape: Shape;
  readonly size: number;
  readonly seed: number;
  readonly checks: number;
  readonly cpu: boolean;
  readonly verifyMs: number;
}

export interface Ready {
  readonly kind: 'ready';
  readonly checked: number;
  readonly of: number;
  readonly firstMs: readonly number[];
  readonly loadMs?: number;
  readonly engine?: string;
}

export type Report =
  | Ready
  | { readonly kind: 'round'; readonly ns: number }
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'failed'; readonly message: string };

const report = (message: Report): void => void process.send?.(message);
const job = JSON.parse(process.argv[2]!) as Job;

try {
  const scenario = scenarios.find(({ id }) => id === job.scenario)!;
  const world = scenario.world(job);
  const prepared = await prepare(scenario, job.library, job.shape, world);
  if (prepared === undefined) {
    report({ kind: 'unavailable' });
  } else {
    const { check, mix, loadMs, engine } = prepared;
    const isAsync = job.library === 'oso' || scenario.isAsync === true;
    const verified = await verify(check, mix, job.verifyMs);
    const loop = new Loop(check, mix, verified, isAsync, job.cpu ? cpuTime : elapsedTime);
    report({
      kind: 'ready',
      checked: verified.checked,
      of: mix.allowed.length,
      firstMs: verified.firstMs,
      ...(loadMs === undefined ? {} : { loadMs }),
      ...(engine === undefined ? {} : { engine }),
    });
    process.on('message', (budgetMs: number) => {
      loop.round(budgetMs).then(
        (ns) => report({ kind: 'round', ns }),
        (error: unknown) => report({ kind: 'failed', message: String(error) }),
      );
    });
  }
} catch (error) {
  report({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
}
