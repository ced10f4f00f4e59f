/** Reached only by a bug of ours: a union gained a member that a switch does not know. */
export function assertNever(value: never): never {
  throw new Error(`bug in Nanook: unexpected ${JSON.stringify(value)}`);
}
