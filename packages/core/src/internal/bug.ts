/** Throws for a case that a switch does not handle. It is reached only through a bug of ours: a union gained a member. */
export function assertNever(value: never): never {
  throw new Error(`bug in Nanook: unexpected ${JSON.stringify(value)}`);
}

/** Asserts a guarantee of our own code. A violation is a bug of ours, never an error of the policy or its data. */
export function invariant(holds: unknown, what: string): asserts holds {
  if (!holds) throw new Error(`bug in Nanook: ${what}`);
}
