import type { Breakpoint, LineBreakpoint } from './breakpoint-settings.js';
import { evaluate, holds, type Answering, type EvaluationPlace } from './evaluate.js';
import type { Step } from './step.js';
import { messageOf } from './message-of.js';

/** The decision of a breakpoint about a step: it passes, or stops because its condition holds or has a problem. */
export type Verdict = 'passes' | 'stops' | { readonly problem: string };

/**
 * A breakpoint with a condition, a hit condition or a message. It decides once for each step, so that going back and forward in the record
 * counts and prints nothing twice, and calls the application no more.
 */
export class ConditionalBreakpoint {
  #hits = 0;
  readonly #verdicts = new WeakMap<Step, Verdict>();

  constructor(readonly breakpoint: Breakpoint & Pick<LineBreakpoint, 'logMessage'>) {}

  /** Returns the verdict on a step of the record. A breakpoint that is newer than the step stops there. */
  verdictOn(step: Step): Verdict {
    const { logMessage } = this.breakpoint;
    return this.#verdicts.get(step) ?? (logMessage === undefined ? 'stops' : 'passes');
  }

  *decide(place: EvaluationPlace, log: (text: string) => void): Answering<Verdict> {
    const known = this.#verdicts.get(place.step);
    if (known !== undefined) return known;
    const verdict = yield* this.#verdict(place, log);
    this.#verdicts.set(place.step, verdict);
    return verdict;
  }

  *#verdict(place: EvaluationPlace, log: (text: string) => void): Answering<Verdict> {
    const { condition, hitCondition, logMessage } = this.breakpoint;
    if (condition !== undefined) {
      try {
        if (!(yield* holds(condition, place))) return 'passes';
      } catch (error) {
        return {
          problem: `the condition \`${condition}\` of the breakpoint cannot be decided: ${messageOf(error)}`,
        };
      }
    }
    this.#hits++;
    if (hitCondition !== undefined) {
      const isHit = readHitCondition(hitCondition);
      if (isHit === undefined) return { problem: hitConditionProblem(hitCondition) };
      if (!isHit(this.#hits)) return 'passes';
    }
    if (logMessage === undefined) return 'stops';
    log(yield* logText(logMessage, place));
    return 'passes';
  }
}

/** Replaces the expressions in braces by their values, or by the message of an error. */
function* logText(message: string, place: EvaluationPlace): Answering<string> {
  let text = '';
  for (const part of partsOf(message)) {
    if (part.kind === 'text') {
      text += part.text;
      continue;
    }
    try {
      text += (yield* evaluate(part.text, place)).join('; ');
    } catch (error) {
      text += `{${part.text}: ${messageOf(error)}}`;
    }
  }
  return text;
}

/** Reads a hit condition; undefined for another text. A number alone is one time. */
export function readHitCondition(text: string): ((hits: number) => boolean) | undefined {
  const [, operator = '=', digits] = /^\s*(>=|<=|>|<|={1,3}|%)?\s*(\d{1,9})\s*$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const number = Number(digits);
  switch (operator) {
    case '>=':
      return (hits) => hits >= number;
    case '>':
      return (hits) => hits > number;
    case '<=':
      return (hits) => hits <= number;
    case '<':
      return (hits) => hits < number;
    case '%':
      return number === 0 ? undefined : (hits) => hits % number === 0;
    default:
      return (hits) => hits === number;
  }
}

export const hitConditionProblem = (found: string): string =>
  `the hit condition of the breakpoint must be a number, or >=, >, <=, <, = or % with a number, found \`${found}\``;

/** Divides a message into its text and the expressions in braces. Braces in an expression, and in its strings, belong to it. */
export function partsOf(
  message: string,
): readonly { readonly kind: 'text' | 'expression'; readonly text: string }[] {
  const parts: { kind: 'text' | 'expression'; text: string }[] = [];
  let start = 0;
  for (let i = message.indexOf('{'); i !== -1; i = message.indexOf('{', start)) {
    const end = closingBrace(message, i);
    if (end === undefined) break;
    parts.push({ kind: 'text', text: message.slice(start, i) });
    parts.push({ kind: 'expression', text: message.slice(i + 1, end) });
    start = end + 1;
  }
  return [...parts, { kind: 'text', text: message.slice(start) }];
}

function closingBrace(message: string, open: number): number | undefined {
  let depth = 0;
  const tokens = /"(?:[^"\\]|\\.)*"|[{}]/gs;
  tokens.lastIndex = open;
  for (let found = tokens.exec(message); found !== null; found = tokens.exec(message)) {
    if (found[0] === '{') depth++;
    if (found[0] === '}' && --depth === 0) return found.index;
  }
  return undefined;
}
