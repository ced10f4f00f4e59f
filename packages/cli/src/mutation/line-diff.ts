/** The lines that differ between two texts. */
export interface LineDiff {
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** Compares two texts that differ in one place, line by line. Lines that only became empty are not added. */
export function lineDiff(before: string, after: string): LineDiff {
  const [old, changed] = [before.split(/\r?\n/), after.split(/\r?\n/)];
  let start = 0;
  while (start < old.length && start < changed.length && old[start] === changed[start]) start++;
  let end = 0;
  const room = Math.min(old.length, changed.length) - start;
  while (end < room && old.at(-1 - end) === changed.at(-1 - end)) end++;
  const isText = (line: string): boolean => line.trim() !== '';
  return {
    removed: old.slice(start, old.length - end).filter(isText),
    added: changed.slice(start, changed.length - end).filter(isText),
  };
}
