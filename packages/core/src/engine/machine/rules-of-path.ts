import { maxRules } from '../proof.js';
import type { Frame, ProofPart } from './state/frame.js';

/** A rule of a proof. */
export interface ProvedRule {
  readonly frame: Frame;
  /** The rule that called it: in the proof of a question that was proved before, the one that used the answer. */
  readonly caller: Frame | undefined;
}

/** A part of a proof whose rules are being listed. */
interface Part {
  /** The frames that are left, the last one first. */
  readonly frames: Frame[];
  readonly question: ProofPart | undefined;
  /** The rule that used the answer of the question. */
  readonly user: Frame | undefined;
}

/**
 * Returns the rules of a proof, in the order in which they were entered.
 *
 * @param before the last rule that does not belong to it
 * @param listsOnce whether the proof of a question that was used several times is listed once
 */
export function rulesOfPath(last: Frame | undefined, before?: Frame, listsOnce = false): ProvedRule[] {
  const found: ProvedRule[] = [];
  const listed = new Set<ProofPart>();
  const parts: Part[] = [{ frames: framesOf(last, before), question: undefined, user: undefined }];
  for (let part = parts.at(-1); part !== undefined && found.length < maxRules; part = parts.at(-1)) {
    const frame = part.frames.pop();
    if (frame === undefined) parts.pop();
    else if (frame.reused !== undefined) {
      const { reused } = frame;
      if (listsOnce && listed.has(reused)) continue;
      listed.add(reused);
      parts.push({ frames: framesOf(reused.last, reused.before), question: reused, user: frame.caller });
    } else {
      const isOutermost = part.question !== undefined && frame.caller === part.question.caller;
      found.push({ frame, caller: isOutermost ? part.user : frame.caller });
    }
  }
  return found;
}

/** Returns the frames of a path, the last one first. */
function framesOf(last: Frame | undefined, before: Frame | undefined): Frame[] {
  const frames: Frame[] = [];
  for (let frame = last; frame !== undefined && frame !== before; frame = frame.previous) frames.push(frame);
  return frames;
}
