/** Returns the edit distance of two names, where a swap of neighbors is one edit. Stops above `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  // The last three rows of the table. An array is used again once its row is not needed any more.
  let before: number[] = [];
  let previous: number[] = [];
  let row: number[] = [];
  for (let j = 0; j <= b.length; j++) previous[j] = j;
  for (let i = 1; i <= a.length; i++) {
    row[0] = i;
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, before[j - 2]! + 1);
      row[j] = best;
      if (best < least) least = best;
    }
    // No later value is less than all values of a row.
    if (least > limit) return limit + 1;
    [before, previous, row] = [previous, row, before];
  }
  return previous[b.length]!;
}

/**
 * Returns the known names that are most similar to a misspelled `name`, nearest first; `[]` when none is near.
 *
 * @internal for the adapters
 */
export function nearNames(name: string, known: Iterable<string>, count = 3): string[] {
  const names = new Set(known);
  // Too many names to compare.
  if (name.length > 64 || names.size > 2_000) return [];
  const limit = name.length < 5 ? 1 : name.length < 8 ? 2 : 3;
  const lower = name.toLowerCase();
  const near: { readonly candidate: string; readonly far: number }[] = [];
  for (const candidate of names) {
    if (candidate === name) continue;
    const far = distance(lower, candidate.toLowerCase(), limit);
    if (far <= limit) near.push({ candidate, far });
  }
  return near
    .sort((a, b) => a.far - b.far || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** Returns `` `a` or `b` ``. */
export const orListed = (names: readonly string[]): string => names.map((n) => `\`${n}\``).join(' or ');

/** Returns ``; did you mean `a` or `b`?``, or an empty text when no known name is near. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const near = nearNames(name, known);
  if (near.length === 0) return '';
  return `; did you mean ${orListed(near)}?`;
}
