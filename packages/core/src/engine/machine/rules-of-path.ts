import { maxRules } from '../proof.js';
import type { Frame, ProofPart } from './state/frame.js';

/**
 * Returns the rules of a proof, in the order in which they were entered.
 *
 * @param before the last rule that does not belong to it
 * @param listsOnce whether a proof that was used several times is listed once
 */
export function rulesOfPath(last: Frame | undefined, before?: Frame, listsOnce = false): Frame[] {
  const frames: Frame[] = [];
  const listed = new Set<ProofPart>();
  // A path is a list that begins with its last rule.
  const pending: Frame[][] = [framesOf(last, before)];
  for (let path = pending.at(-1); path !== undefined && frames.length < maxRules; path = pending.at(-1)) {
    const frame = path.pop();
    if (frame === undefined) pending.pop();
    else if (frame.reused === undefined) frames.push(frame);
    else if (!listsOnce || !listed.has(frame.reused)) {
      listed.add(frame.reused);
      pending.push(framesOf(frame.reused.last, frame.reused.before));
    }
  }
  return frames;
}

/** Returns the frames of a path, the last one first. */
function framesOf(last: Frame | undefined, before: Frame | undefined): Frame[] {
  const frames: Frame[] = [];
  for (let frame = last; frame !== undefined && frame !== before; frame = frame.previous) frames.push(frame);
  return frames;
}
