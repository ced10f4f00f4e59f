import { textOf, type TracedCall } from '@nanook/core/compat';
import { childrenOf, parseTerm, type Node, type Span } from '@nanook/core/syntax';
import { placeText } from './excerpt.js';

/** An entry of a trace: a condition, and the rule that it is part of. */
interface Entry {
  readonly text: string;
  readonly where: string;
}

/**
 * Returns the trace of an error: for the query and for each rule that led to it, the conditions around the place, outermost first.
 *
 * @param calls the rules that led to the error, innermost first
 * @param query the text of the query, if it was a call with values of the application
 */
export function traceText(calls: readonly TracedCall[], span: Span, query: string | undefined): string {
  const entries: Entry[] = [];
  let place: Span | undefined = span;
  let first = 1;
  for (const { rule, callSpan } of calls) {
    if (place !== undefined && rule === undefined && query !== undefined)
      entries.push({ text: query, where: '' });
    else if (place !== undefined) {
      const where = rule === undefined ? 'query' : `rule ${rule.name}`;
      const body = rule === undefined ? parseTerm(place.source.text).term : (rule.body as Node | undefined);
      const around = conditionsAround(body, place);
      for (const each of around.reverse())
        entries.push({ text: textOf(each), where: `    in ${where}${placeText(each)}\n` });
      // A member that is a condition by itself is evaluated in two steps.
      if (place === span && isMemberAlone(body, span)) {
        entries.unshift(entries[0]!);
        if (rule === undefined) first = 0;
      }
    }
    place = callSpan;
  }
  const last = entries.length - 1 + first;
  const lines = entries
    .reverse()
    .map(({ text, where }, i) => `  ${String(last - i).padStart(3, '0')}: ${text}\n${where}`);
  return `trace (most recent evaluation last):\n${lines.join('')}\n`;
}

/** Returns the places of the terms that contain a place, outermost first. */
function conditionsAround(body: Node | undefined, place: Span): Span[] {
  const found = nodesAround(body, place).map((node) => node.span);
  return found.length > 0 ? found : [place];
}

function nodesAround(body: Node | undefined, place: Span): Node[] {
  const found: Node[] = [];
  let node: Node | undefined = body;
  while (node !== undefined && contains(node.span, place)) {
    found.push(node);
    if (isSame(node.span, place)) break;
    node = childrenOf(node).find((child) => contains(child.span, place));
  }
  return found;
}

/** Returns whether a place is a look-up or a method call that is a condition by itself. */
function isMemberAlone(body: Node | undefined, place: Span): boolean {
  const [node, parent] = nodesAround(body, place).reverse();
  const isMember = node?.kind === 'lookup' || node?.kind === 'method-call';
  return isMember && (parent === undefined || ['and', 'or', 'not'].includes(parent.kind));
}

const contains = (outer: Span, inner: Span): boolean => outer.start <= inner.start && inner.end <= outer.end;
const isSame = (one: Span, other: Span): boolean => one.start === other.start && one.end === other.end;
