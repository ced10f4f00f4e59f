import type { NamedPolicy } from '@nanook/core';
import { parse, print, type Diagnostic, type PolicyNode } from '@nanook/core/syntax';
import { findingOf } from '../findings/finding.js';
import { applySound, type Candidate, type FixedText } from './apply-fixes.js';
import { candidatesFrom } from './fix-of.js';

/** A part of a text, as offsets. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Corrects the syntax errors of one file. A statement that still has an error after all corrections keeps its text, because the policy
 * would not load with them either.
 *
 * @param maxRounds the number of parses that correct the errors of the one before
 */
export function fixSyntax(policy: NamedPolicy, maxRounds = Infinity): FixedText {
  const kept: Range[] = [];
  for (;;) {
    const { source, rounds } = fixOutside(kept, policy, maxRounds);
    const broken = brokenParts({ ...policy, source }).map(({ start, end }) => ({
      start: offsetBefore(rounds, start),
      end: offsetBefore(rounds, end),
    }));
    const applied = rounds.flatMap((fixes, round) =>
      fixes.map((candidate) => ({
        candidate,
        start: offsetBefore(rounds.slice(0, round), candidate.fix.span.start),
      })),
    );
    const useless = broken.filter((part) => applied.some(({ start }) => isIn(start, part)));
    if (useless.length === 0) return { source, applied: applied.map(({ candidate }) => candidate) };
    kept.push(...useless);
  }
}

const isIn = (offset: number, { start, end }: Range): boolean => offset >= start && offset <= end;

/** Corrects until no correction is left: one can reveal another error. @param kept the parts of the original text that stay */
function fixOutside(
  kept: readonly Range[],
  policy: NamedPolicy,
  maxRounds: number,
): { readonly source: string; readonly rounds: readonly (readonly Candidate[])[] } {
  const rounds: (readonly Candidate[])[] = [];
  let { source } = policy;
  for (;;) {
    const candidates = candidatesFrom(parse({ ...policy, source }).diagnostics.map(findingOf)).filter(
      ({ fix }) => !kept.some((part) => isIn(offsetBefore(rounds, fix.span.start), part)),
    );
    const fixed = applySound(source, candidates, isCorrection(policy.name));
    if (fixed.applied.length === 0 || rounds.length === maxRounds) return { source, rounds };
    rounds.push(fixed.applied);
    source = fixed.source;
  }
}

/** Returns the offset in the text before the corrections that an offset after them had. */
function offsetBefore(rounds: readonly (readonly Candidate[])[], offset: number): number {
  return rounds.reduceRight((after, fixes) => {
    let moved = 0;
    for (const { fix } of fixes) {
      const { start, end } = fix.span;
      if (start + moved >= after) break;
      moved += fix.text.length - (end - start);
    }
    return after - moved;
  }, offset);
}

/**
 * Returns a check that corrections keep the tree, which the parser builds after it has reported `&&` as `and`, and that each of them
 * removes an error.
 */
export const isCorrection =
  (name: string) =>
  (before: string, after: string, fixes: readonly Candidate[]): boolean => {
    const [old, next] = [before, after].map((source) => parse({ name, source })) as [Parsed, Parsed];
    if (print(old.policy) !== print(next.policy)) return false;
    // The parser reports only the first errors of a text with many, so that further ones appear behind the last of them.
    const last = after.length - (before.length - Math.max(...old.diagnostics.map(endOf)));
    const left = next.diagnostics.filter((each) => endOf(each) <= last);
    return left.length <= old.diagnostics.length - fixes.length;
  };

interface Parsed {
  readonly policy: PolicyNode;
  readonly diagnostics: readonly Diagnostic[];
}

const endOf = ({ span }: Diagnostic): number => span?.end ?? 0;

/** Returns the parts of a text with errors: each reaches from the correct statement before the error to the one behind it. */
function brokenParts(policy: NamedPolicy): readonly Range[] {
  const { policy: tree, diagnostics } = parse(policy);
  const errors = diagnostics.flatMap(({ span }) => span ?? []);
  const correct = tree.statements
    .map(({ span }) => span)
    .filter(({ start, end }) => !errors.some((error) => error.start <= end && error.end >= start));
  return errors.map((error) => ({
    start: Math.max(0, ...correct.filter(({ end }) => end <= error.start).map(({ end }) => end)),
    end: Math.min(
      policy.source.length,
      ...correct.filter(({ start }) => start >= error.end).map(({ start }) => start),
    ),
  }));
}
