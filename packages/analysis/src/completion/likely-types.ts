import type { Expectation } from '../grammar/expectation.js';
import { nameSlotsOf } from '../symbols/name-slots.js';
import { argumentsAround, textsComparedWith, tokensAround } from './call-arguments.js';
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
  const names = slot === undefined ? [] : namesIn(place, slot.index);
  const owners = [...snapshot.outline.blocks.values()]
    .filter(
      ({ declarations }) =>
        names.length > 0 && names.every((name) => declarations.get(name)?.kind === slot?.kind),
    )
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

/**
 * Returns the types that are the resource themselves for the action of a call, `allow(ann, "create", ‹Note›)`, and then the other types of the
 * application.
 */
export function likelyTypeValues(place: CompletionPlace, expectation: Expectation): readonly Completion[] {
  if (expectation.kind !== 'argument') return [];
  const { rule, index } = expectation;
  const slot = nameSlotsOf(rule).find(({ owner }) => owner === index);
  if (slot === undefined) return [];
  const names = namesIn(place, slot.index);
  const { types } = place.snapshot.outline;
  const found = (rulesByName(place.snapshot).get(rule) ?? []).flatMap(({ parameters }) => {
    const [text, owner] = [parameters[slot.index]?.term, parameters[index]];
    const isType =
      owner?.term.kind === 'variable' &&
      owner.specializer === undefined &&
      types.find(owner.term.name) !== undefined;
    return text?.kind === 'literal' && names.includes(String(text.value)) && isType ? [owner.term.name] : [];
  });
  const others = types.names.filter((name) => types.find(name)?.builtIn !== true);
  return found.length === 0 ? [] : named('type', [...found, ...others]);
}

/** Returns the text of an argument of the call around the place, or the texts with which the statement compares its variable. */
function namesIn(place: CompletionPlace, index: number): readonly string[] {
  const [token, ...others] = argumentsAround(place.text, place.expected)[index] ?? [];
  if (token === undefined || others.length > 0) return [];
  if (token.kind === 'string') return [token.text.slice(1, -1)];
  return textsComparedWith(tokensAround(place.text, place.expected), token.text);
}
