import { textOf, type TracedCall } from '@nanook/core/compat';
import { childrenOf, parse, parseTerm, type Node, type Span } from '@nanook/core/syntax';
import { placeText } from './excerpt.js';
import { conditionsAround, contains, type Conditions } from './evaluated-conditions.js';

/** An entry of a trace: a condition, and the rule that it is part of. */
interface Entry {
  readonly text: string;
  readonly where: string;
}

/** The value that is the last entry of a trace, instead of the term that has it. */
export interface TracedValue {
  readonly text: string;
  /** The place of a literal; undefined for a value of the application. */
  readonly span: Span | undefined;
}

/**
 * Returns the trace of an error: for the query and for each rule that led to it, the conditions around the place, outermost first.
 *
 * @param calls the rules that led to the error, innermost first
 * @param query the text of the query, if it was a call with values of the application
 * @param value the value of the term at the place, if the term is a condition
 */
export function traceText(
  calls: readonly TracedCall[],
  span: Span,
  query: string | undefined,
  value?: TracedValue,
): string {
  let entries: Entry[] = [];
  let unprinted = 0;
  let place: Span | undefined = span;
  for (const { rule, callSpan } of calls) {
    if (place === undefined) break;
    if (rule === undefined && query !== undefined) {
      entries = [{ text: query, where: '' }, ...entries];
      break;
    }
    const body = bodyOf(rule, place);
    const around: Conditions =
      body === undefined
        ? { spans: [place], isNegated: false }
        : conditionsAround(body, place, rule === undefined ? 'query' : 'operand');
    // The trace begins anew below a negation, where oso names no rule.
    const name = rule === undefined || around.isNegated ? 'query' : `rule ${rule.name}`;
    const entryOf = (each: Span): Entry => ({ text: textOf(each), where: whereText(name, each) });
    const found = around.spans.map((each) => entryOf(withoutHead(each, rule, body)));
    if (place === span && value !== undefined) {
      const where = value.span === undefined ? '' : whereText(name, value.span);
      found.splice(-1, 1, { text: value.text, where });
    }
    entries = [...found, ...entries];
    if (around.isNegated) break;
    // A body of one condition is a conjunction that oso counts, and does not print.
    if (rule !== undefined && body?.kind !== 'and') unprinted++;
    place = callSpan;
  }
  const last = entries.length + unprinted - 1;
  const lines = entries.map(
    ({ text, where }, i) => `  ${String(last - i).padStart(3, '0')}: ${text}\n${where}`,
  );
  return `trace (most recent evaluation last):\n${lines.join('')}\n`;
}

/** Returns the place of a condition. The conjunction of a rule like `"read" if "member" on "parent"` has the place of `"member"`. */
const withoutHead = (condition: Span, rule: TracedCall['rule'], body: Node | undefined): Span =>
  body?.kind === 'and' && condition === body.span && rule?.shorthandOf !== undefined
    ? childrenOf(body).at(-1)!.span
    : condition;

const whereText = (name: string, span: Span): string => `    in ${name}${placeText(span)}\n`;

/** Returns the body of a rule, or the term of the query that contains a place. */
export function bodyOf(rule: TracedCall['rule'], place: Span): Node | undefined {
  if (rule !== undefined) return rule.body as Node | undefined;
  const { text, name } = place.source;
  const named = name === undefined ? text : { source: text, name };
  const inline = childrenOf(parse(named).policy).find(
    (each) => each.kind === 'inline-query' && contains(each.span, place),
  );
  return inline === undefined ? parseTerm(named).term : childrenOf(inline)[0];
}
