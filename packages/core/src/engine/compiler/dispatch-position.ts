import type { CompiledFunction } from './compiled-function.js';
import type { Linker } from './linker.js';

/** Returns the argument that a function dispatches on. Arguments whose types distinguish rules come first, and literals last. */
export function dispatchPosition({ predicate, known }: CompiledFunction, linker: Linker): number {
  const open = known.flatMap((_, i) => (linker.dispatchesOn(predicate, known, i) ? [i] : []));
  const index = linker.indexOf(predicate, known.length);
  return open.findLast((i) => index.hasSpecializerAt(i)) ?? open[0]!;
}
