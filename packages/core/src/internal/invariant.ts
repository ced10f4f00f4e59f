/** Asserts a guarantee of our own code. A violation is a bug of ours, never an error of the policy or its data. */
export function invariant(holds: unknown, what: string): asserts holds {
  if (!holds) throw new Error(`bug in Nanook: ${what}`);
}
