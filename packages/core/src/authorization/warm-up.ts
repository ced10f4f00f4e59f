import { DeferredPolicy } from './deferred-policy.js';
import type { LoadedPolicy } from './loaded-policy.js';
import type { WarmUpOptions } from './query-options.js';

/** Compiles the code for the checks of all declared types and actions of a policy, in short slices. */
export async function warmUp(
  { compiled }: Pick<LoadedPolicy, 'compiled'>,
  { sliceMs = 10 }: WarmUpOptions,
): Promise<void> {
  const policy = compiled instanceof DeferredPolicy ? await compiled.ready() : compiled;
  const building = policy?.buildAll();
  if (building === undefined) return;
  let startedAt = performance.now();
  while (building.next().done !== true) {
    if (performance.now() - startedAt < sliceMs) continue;
    // oxlint-disable-next-line no-await-in-loop -- other work of the process runs here
    await new Promise((resolve) => setTimeout(resolve, 0));
    startedAt = performance.now();
  }
}
