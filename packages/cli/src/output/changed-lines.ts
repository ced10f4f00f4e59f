import { diffLines } from 'diff';
import type { Colors } from './io.js';

/** Unchanged lines between two changes that are shown. */
const maxBetween = 3;

/** Returns the lines in which two texts differ, with a sign before each: `-` for the old text, `+` for the new one. */
export function changedLines(before: string, after: string, { red, green, dim }: Colors): string[] {
  const parts = diffLines(before, after);
  return parts.flatMap(({ added, removed, value }, i) => {
    const lines = value.replace(/\n$/, '').split('\n');
    if (removed) return lines.map((line) => red(`- ${line}`));
    if (added) return lines.map((line) => green(`+ ${line}`));
    const isBetween = i > 0 && i < parts.length - 1;
    const shown = lines.map((line) => `  ${line}`.trimEnd());
    return isBetween && lines.length <= maxBetween ? shown : isBetween ? [dim('  …')] : [];
  });
}
