import type { Source } from '../diagnostics/source.js';
import { positionOf, spanOver, textOf, type Span } from '../diagnostics/span.js';
import type { Frame } from '../engine/machine/state/frame.js';
import type { Continuation, MachineGoal } from '../engine/machine/state/goal-stack.js';
import { emptySlot } from '../engine/machine/state/term-value.js';
import { goalOperands } from '../explanation/goal-operands.js';
import { printable } from '../explanation/shown-values.js';
import { Variable } from '../terms/variable.js';
import type { DebugMachine } from './debug-machine.js';
import type { Halt } from './halt.js';
import { messageOf } from './message-of.js';
import type { PastValues } from './past-values.js';
import type { OpenChoice, Step } from './step.js';
import type { ValueParts } from './value-parts.js';
import type { FrameView, PlaceView, SourceLine, StopView, TextView, ValueView } from './stop-view.js';

/** Number of rules of the stack, of goals and of alternatives that are shown. */
const maxShown = 50;
/** Number of lines before and after the current one. */
const contextLines = 3;
const maxText = 300;

/** Describes a stop of a query. It calls no code of the application. */
export function viewOf(
  query: number,
  queryText: string,
  { step, reason, isEarlier, problem }: Halt,
  machine: DebugMachine,
  parts?: ValueParts,
): StopView {
  const view = new StepView(step, machine, queryText, parts);
  return {
    query,
    queryText,
    reason,
    step: step.number,
    isEarlier,
    text: view.text(),
    values: view.operands(),
    message: step.error === undefined ? problem : messageOf(machine.redact(step.error)),
    failed: step.failed && view.textView(step.failed.span),
    stack: view.stack(),
    goals: view.goals(),
    alternatives: view.alternatives(),
    lines: view.lines(),
  };
}

/** Returns the place of a step. */
export const placeOf = (step: Step, machine: DebugMachine, queryText: string): PlaceView =>
  new StepView(step, machine, queryText, undefined).place(step.span);

class StepView {
  readonly #values: PastValues;

  constructor(
    readonly step: Step,
    readonly machine: DebugMachine,
    readonly queryText: string,
    /** Notes the values that a user can look into. */
    readonly parts: ValueParts | undefined,
  ) {
    this.#values = machine.trail.valuesAt(step.time);
  }

  text(): string {
    const { kind, span } = this.step;
    if (kind === 'answer' || kind === 'end' || this.#isCheck(span)) return this.queryText;
    return shortText(textOf(span));
  }

  operands(): ValueView[] {
    const { goal, frame, span, kind } = this.step;
    if (kind === 'answer' && !this.#isCheck(span)) return this.bindings(frame);
    if (goal === undefined || this.#isCheck(span)) return [];
    const order = this.machine.orderOf(frame.rule);
    const source = order.has(goal) ? goal : order.findAt(goal.span);
    if (source === undefined) return [];
    const args = source.kind === 'call' ? source.args : goalOperands(source);
    return args.flatMap((term) => {
      const name = order.nameOf(term);
      if (name === undefined) return [];
      return [this.#value(shownName(name), this.#values.term(term, frame.slots))];
    });
  }

  stack(): FrameView[] {
    const views: FrameView[] = [];
    let { span } = this.step;
    for (let frame: Frame | undefined = this.step.frame; frame !== undefined; frame = frame.caller) {
      if (views.length === maxShown) break;
      views.push({ rule: frame.rule?.name, place: this.place(span), bindings: this.bindings(frame) });
      span = frame.callSpan ?? span;
    }
    return views;
  }

  /** Returns the variables of a rule that have a value or a condition, with their names in the policy. */
  bindings({ slots, rule }: Frame): ValueView[] {
    const names = rule === undefined ? this.machine.query.slotNames : rule.slotNames;
    return names.flatMap((name, slot) => {
      const value = this.#values.slot(slots, slot);
      if (name === '_' || value === emptySlot) return [];
      return [this.#binding(shownName(name), value)];
    });
  }

  goals(): TextView[] {
    const found: TextView[] = [];
    const { goal, rest } = this.step;
    // The first goal is the current one, except after it was replaced by the goals of a rule.
    let isCurrent = goal !== undefined;
    for (let part: Continuation | undefined = rest; part !== undefined; part = part.next) {
      for (const left of part.goals.slice(part.index)) {
        if (found.length === maxShown) return found;
        if (!isCurrent && !isAdded(left)) found.push(this.textView(left.span));
        isCurrent = false;
      }
    }
    return found;
  }

  alternatives(): TextView[] {
    const found: TextView[] = [];
    let choice: OpenChoice | undefined = this.step.choices;
    for (; choice !== undefined && found.length < maxShown; choice = choice.below)
      for (const span of spansOf(choice)) if (found.length < maxShown) found.push(this.textView(span));
    return found;
  }

  textView(span: Span): TextView {
    return { text: this.#isCheck(span) ? this.queryText : shortText(textOf(span)), place: this.place(span) };
  }

  place(span: Span): PlaceView {
    const { source, end } = span;
    const { line, column } = positionOf(span);
    const last = source.positionAt(end);
    if (this.#isCheck(span))
      return {
        source: querySource,
        line: 1,
        column: 1,
        endLine: 1,
        endColumn: [...this.queryText].length + 1,
      };
    return {
      source: source === this.machine.query.span.source ? querySource : nameOf(source),
      line,
      column,
      endLine: last.line,
      endColumn: last.column,
    };
  }

  lines(): SourceLine[] {
    const { span } = this.step;
    return this.#isCheck(span) ? [{ number: 1, text: this.queryText }] : linesAround(span);
  }

  /** Returns whether a place is a call by the application, whose arguments are shown by their values. */
  #isCheck({ source }: Span): boolean {
    const { span } = this.machine.query;
    return source === span.source && this.queryText !== textOf(span);
  }

  #value(name: string, value: unknown): ValueView {
    return this.parts?.view(name, value) ?? { name, value: this.machine.show(value) };
  }

  #binding(name: string, value: unknown): ValueView {
    const found = this.#values.deref(value);
    if (!(found instanceof Variable)) return this.#value(name, this.#values.resolve(found));
    const conditions: string[] = [];
    for (let list = this.step.constraints; list !== undefined; list = list.next) {
      const { goal, watched } = list.constraint;
      if (watched.some((one) => this.#values.isBound(one))) continue;
      if (watched.includes(found)) conditions.push(shortText(textOf(goal.span)));
    }
    return { name, value: conditions.length === 0 ? '_' : `_ with ${conditions.reverse().join(' and ')}` };
  }
}

/** The arguments of a check have no names in a policy. */
const shownName = (name: string): string => {
  const position = /^_argument (\d+)$/.exec(name)?.[1];
  return position === undefined ? name : `argument ${Number(position) + 1}`;
};

/** Returns whether the machine has added a goal, which belongs to a goal of the policy. */
const isAdded = ({ kind }: MachineGoal): boolean =>
  kind === 'refute' ||
  kind === 'answer' ||
  kind === 'next-item' ||
  kind === 'receive' ||
  kind === 'unify-values';

/** Returns the alternatives of a choice point that were not tried. */
function spansOf({ point, index }: OpenChoice): Span[] {
  switch (point.kind) {
    case 'rules':
      return point.candidates.slice(index, index + maxShown).map(({ rule }) => rule.origin.span);
    case 'or':
      return point.alternatives.slice(index, index + maxShown).flatMap((goals) => {
        const [first] = goals;
        return first === undefined ? [] : [spanOver(first.span, goals.at(-1)!.span)];
      });
    case 'retry': {
      const goal = point.goals[point.index];
      return goal === undefined ? [] : [goal.span];
    }
    case 'negation':
      return [point.span];
    case 'question':
      // The rules of a question that is being answered have choice points of their own.
      return point.inner === undefined ? [point.span] : [];
  }
}

/** The name of the text of a query. */
export const querySource = 'query';

/** Returns the name of a policy. One that was loaded as text can have none. */
export const nameOf = ({ name }: Source): string => name ?? 'policy';

function linesAround(span: Span): SourceLine[] {
  const { line } = positionOf(span);
  const { source } = span;
  const first = Math.max(1, line - contextLines);
  // The text after the last line break is a line only if there is one.
  const count = source.lineText(source.lineCount) === '' ? source.lineCount - 1 : source.lineCount;
  const last = Math.max(line, Math.min(count, line + contextLines));
  return Array.from({ length: last - first + 1 }, (_, i) => ({
    number: first + i,
    text: printable(source.lineText(first + i)),
  }));
}

function shortText(text: string): string {
  const [line = '', ...others] = text.split('\n');
  const shown = others.length > 0 ? `${line.trimEnd()} …` : line;
  return printable(shown.length > maxText ? `${shown.slice(0, maxText)}…` : shown);
}
