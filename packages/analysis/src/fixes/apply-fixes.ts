import type { Finding } from '../findings/finding.js';
import type { Fix } from './fix.js';

/** A finding with its fix. */
export interface Candidate {
  readonly finding: Finding;
  readonly fix: Fix;
}

/** A text after fixes, and the fixes. */
export interface FixedText {
  readonly source: string;
  readonly applied: readonly Candidate[];
}

/** Returns whether fixes keep what they have to keep. */
export type SoundnessCheck = (before: string, after: string, fixes: readonly Candidate[]) => boolean;

/**
 * Applies the fixes that are sound together. If all of them are not, each half of them is tried, so that one wrong fix among many costs
 * few checks. A fix that overlaps with an earlier one is left out.
 */
export function applySound(
  source: string,
  candidates: readonly Candidate[],
  isSound: SoundnessCheck,
): FixedText {
  return applyEach(source, withoutOverlaps(candidates), isSound);
}

function applyEach(source: string, fixes: readonly Candidate[], isSound: SoundnessCheck): FixedText {
  if (fixes.length === 0) return { source, applied: [] };
  const after = textAfter(source, fixes);
  if (isSound(source, after, fixes)) return { source: after, applied: fixes };
  if (fixes.length === 1) return { source, applied: [] };
  const middle = fixes.length >> 1;
  // The later half comes first, because it moves no place of the earlier half.
  const later = applyEach(source, fixes.slice(middle), isSound);
  const earlier = applyEach(later.source, fixes.slice(0, middle), isSound);
  return { source: earlier.source, applied: [...earlier.applied, ...later.applied] };
}

/** Sorts fixes by their place, and leaves out those that overlap with one before them. */
function withoutOverlaps(candidates: readonly Candidate[]): readonly Candidate[] {
  let end = -1;
  return [...candidates]
    .sort((a, b) => a.fix.span.start - b.fix.span.start)
    .filter(({ fix: { span } }) => {
      if (span.start < end) return false;
      end = span.end;
      return true;
    });
}

function textAfter(source: string, fixes: readonly Candidate[]): string {
  let end = 0;
  const parts = fixes.map(({ fix: { span, text } }) => {
    const part = source.slice(end, span.start) + text;
    end = span.end;
    return part;
  });
  return parts.join('') + source.slice(end);
}
