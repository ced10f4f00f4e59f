/** States what our own code guarantees. A violation is a bug of ours, never a fault of the policy or its data. */
export function invariant(holds: unknown, what: string): asserts holds {
  if (!holds) throw new Error(`bug in Nanook: ${what}`);
}
