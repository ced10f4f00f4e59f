/** The state of the generator. Its seed is fixed, so that a failed run can be repeated. */
let state = 7;
/** Returns a random integer from 0 up to, but not including, `below`. */
export function random(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

/** Waits for a random time, or not at all, so that requests overtake each other. */
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
