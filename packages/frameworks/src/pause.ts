/** A seeded generator: a run that failed can be run again. */
let state = 7;
export function random(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

/** Waits now and then, and sometimes not at all, so that requests overtake each other. */
export async function pause(): Promise<void> {
  switch (random(4)) {
    case 0:
      return;
    case 1:
      return Promise.resolve();
    case 2:
      return new Promise((resolve) => setImmediate(resolve));
    default:
      return new Promise((resolve) => setTimeout(resolve, random(4)));
  }
}
