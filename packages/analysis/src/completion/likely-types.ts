import type { Expectation } from '../grammar/expectation.js';
import { nameSlotsOf } from '../symbols/name-slots.js';
import { argumentsAround } from './call-arguments.js';
import type { CompletionPlace } from './completion-place.js';
import { named, type Completion } from './completion.js';
import { rulesByName } from './rule-completions.js';

/** Returns the types of an argument: those that declare the name beside it, and those of the parameters of rules. */
export function likelyTypes(
  place: CompletionPlace,
  { rule, index }: Extract<Expectation, { readonly kind: 'argument' }>,
): readonly string[] {
  const { snapshot } = place;
  const slot = nameSlotsOf(rule).find(({ owner }) => owner === index);
  const name = slot && nameIn(place, slot.index);
  const owners = [...snapshot.outline.blocks.values()]
    .filter(({ declarations }) => name !== undefined && declarations.get(name)?.kind === slot?.kind)
    .map(({ type }) => type);
  return [...owners, ...parameterTypes(place, rule, index)];
}

/** Returns the types in the heads of the rules of a name, the most frequent one first. */
export function parameterTypes(
  { snapshot }: CompletionPlace,
  rule: string | undefined,
  index: number,
): readonly string[] {
  const counts = new Map<string, number>();
  for (const { parameters } of rulesByName(snapshot).get(rule ?? '') ?? []) {
    const pattern = parameters[index]?.specializer;
    if (pattern?.kind === 'instance-pattern')
      counts.set(pattern.className, (counts.get(pattern.className) ?? 0) + 1);
  }
  return [...counts].toSorted((a, b) => b[1] - a[1]).map(([type]) => type);
}

/** Returns the types that are the resource themselves for the action of a call: `allow(ann, "create", ‹Note›)`. */
export function likelyTypeValues(place: CompletionPlace, expectation: Expectation): readonly Completion[] {
  if (expectation.kind !== 'argument') return [];
  const { rule, index } = expectation;
  const slot = nameSlotsOf(rule).find(({ owner }) => owner === index);
  const name = slot && nameIn(place, slot.index);
  if (slot === undefined || name === undefined) return [];
  const { outline } = place.snapshot;
  const types = (rulesByName(place.snapshot).get(rule) ?? []).flatMap(({ parameters }) => {
    const [text, owner] = [parameters[slot.index]?.term, parameters[index]];
    const isType =
      owner?.term.kind === 'variable' &&
      owner.specializer === undefined &&
      outline.types.find(owner.term.name) !== undefined;
    return text?.kind === 'literal' && text.value === name && isType && owner.term.kind === 'variable'
      ? [owner.term.name]
      : [];
  });
  return named('type', types);
}

/** Returns the text of an argument of the call around the place. */
function nameIn(place: CompletionPlace, index: number): string | undefined {
  const [token, ...others] = argumentsAround(place.text, place.expected)[index] ?? [];
  return token?.kind === 'string' && others.length === 0 ? token.text.slice(1, -1) : undefined;
}
