import type { TracedCall } from '@nanook/core/compat';
import { childrenOf, type Node, type Span } from '@nanook/core/syntax';
import { contains } from './evaluated-conditions.js';
import { bodyOf } from './trace.js';

/**
 * Returns the place of the literal that is the value of a term; undefined for a value of the application. oso keeps the place of a literal with
 * its value, so a message about a parameter names the argument of the call.
 *
 * @param calls the rules that led to the term, innermost first
 * @param isApi whether the query is a call with values of the application
 */
export function literalPlace(
  term: Node,
  value: unknown,
  calls: readonly TracedCall[],
  isApi: boolean,
): Span | undefined {
  if (['literal', 'list', 'dictionary'].includes(term.kind)) return term.span;
  const [frame, ...callers] = calls;
  if (term.kind !== 'variable' || frame === undefined) return undefined;
  const { rule, callSpan } = frame;
  const body = rule === undefined && isApi ? undefined : bodyOf(rule, term.span);
  const assigned = body && assignedTo(body, term.name, value);
  if (assigned !== undefined) return literalPlace(assigned, value, calls, isApi);
  const position = (rule?.parameters as readonly { readonly term: Node }[] | undefined)?.findIndex(
    ({ term: each }) => each.kind === 'variable' && each.name === term.name,
  );
  const caller = callers[0];
  if (position === undefined || position === -1 || callSpan === undefined || caller === undefined)
    return undefined;
  if (caller.rule === undefined && isApi) return undefined;
  const around = bodyOf(caller.rule, callSpan);
  const call = around && nodeAt(around, callSpan);
  const argument = call?.kind === 'call' ? call.args[position] : undefined;
  return argument && literalPlace(argument, value, callers, isApi);
}

/** Returns the term that a condition before the variable gives it: the literal, or another variable. */
function assignedTo(node: Node, name: string, value: unknown): Node | undefined {
  const pairs: (readonly [Node, Node])[] = [];
  if (node.kind === 'unify') pairs.push([node.left, node.right]);
  if (node.kind === 'assign') pairs.push([node.variable, node.value]);
  if (node.kind === 'in' && node.collection.kind === 'list')
    pairs.push(...node.collection.items.map((item) => [node.item, item] as const));
  for (const [left, right] of pairs) {
    if (isNamed(left, name) && isSource(right, value)) return right;
    // `x = y` gives the variable on the left the value of the other one.
    if (isNamed(right, name) && left.kind === 'literal' && left.value === value) return left;
  }
  for (const child of childrenOf(node)) {
    const found = assignedTo(child, name, value);
    if (found !== undefined) return found;
  }
  return undefined;
}

const isNamed = (node: Node, name: string): boolean => node.kind === 'variable' && node.name === name;

const isSource = (node: Node, value: unknown): boolean =>
  node.kind === 'literal' ? node.value === value : node.kind === 'variable';

/** Returns the node at a place. */
export function nodeAt(root: Node, place: Span): Node | undefined {
  if (root.span.start === place.start && root.span.end === place.end) return root;
  const child = childrenOf(root).find((each) => contains(each.span, place));
  return child && nodeAt(child, place);
}
