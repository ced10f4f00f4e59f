import { formatPolicy } from '@nanook/core/syntax';
import type { PolicyFile } from '../workspace/policy-file.js';
import type { TextEdit } from '../workspace/place.js';

/**
 * Formats a file as `nanook fmt` does. In a file with syntax errors, each statement without one is formatted on its own.
 *
 * @param range formats only the statements that touch this part
 */
export function formatFile(
  file: PolicyFile,
  range?: { readonly start: number; readonly end: number },
): readonly TextEdit[] {
  if (range === undefined && file.syntaxErrors.length === 0) {
    const { text } = formatPolicy({ name: file.name, source: file.text });
    return changes(file, 0, file.text, text);
  }
  const faults = file.syntaxErrors.map(({ span }) => span?.start ?? 0);
  const isWanted = ({ start, end }: { readonly start: number; readonly end: number }): boolean =>
    (range === undefined || (start <= range.end && range.start <= end)) &&
    !faults.some((at) => start <= at && at <= end);
  return file.tree.statements
    .map(({ span }) => span)
    .filter(isWanted)
    .flatMap(({ start, end }) => {
      const before = file.text.slice(start, end);
      const { text, diagnostics } = formatPolicy({ name: file.name, source: before });
      return diagnostics.length > 0 ? [] : changes(file, start, before, text.trimEnd());
    });
}

/** Returns the lines that differ between two texts, so that an editor keeps the cursor and the folded parts. */
function changes({ name }: PolicyFile, offset: number, before: string, after: string): readonly TextEdit[] {
  if (before === after) return [];
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let tail = 0;
  const most = Math.min(before.length, after.length) - start;
  while (tail < most && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return [
    {
      file: name,
      start: offset + start,
      end: offset + before.length - tail,
      text: after.slice(start, after.length - tail),
    },
  ];
}
