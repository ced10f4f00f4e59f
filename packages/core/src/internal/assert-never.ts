/** Throws for a case that a switch does not handle. It is reached only through a bug of ours: a union gained a member. */
export function assertNever(value: never): never {
  throw new Error(`bug in Nanook: unexpected ${JSON.stringify(value)}`);
}
