import type { Expectation } from '../grammar/expectation.js';
import type { CompletionPlace } from './completion-place.js';
import { named, type Completion } from './completion.js';
import { typeText } from '../types/type-text.js';
import { conditionWords, valueWords } from './keywords.js';
import { likelyTypes, likelyTypeValues } from './likely-types.js';
import { rulesOf } from './rule-completions.js';

/** Returns the variables of the statement that have only one other place. @param isName whether the place is that of a text, such as a role */
export const lackingVariables = (place: CompletionPlace, isName = false): readonly Completion[] =>
  variables(place).filter(
    ({ label, detail }) =>
      place.lacking.includes(label) && (!isName || detail === typeText(undefined) || detail === 'String'),
  );

/** Returns the variables of the statement, those behind the place first, because it lacks them. */
export function variables(place: CompletionPlace): readonly Completion[] {
  const { outline, settings } = place.snapshot;
  const known = place.variables;
  const others = place.names.filter((name) => !known.has(name));
  return [...others, ...known.keys()].flatMap((label): Completion[] =>
    label === '_' || outline.types.find(label) !== undefined || Object.hasOwn(settings.constants, label)
      ? []
      : [{ label, kind: 'variable', detail: typeText(known.get(label)) }],
  );
}

/** Returns the fixtures, those of likely types first. */
export function fixtures({ snapshot }: CompletionPlace, likely: readonly string[]): readonly Completion[] {
  const entries = Object.entries(snapshot.settings.fixtures);
  const isLikely = ([, type]: (typeof entries)[number]): boolean =>
    type !== undefined && likely.includes(type);
  return [...entries.filter(isLikely), ...entries].map(([label, type]) => ({
    label,
    kind: 'fixture',
    ...(type !== undefined && { detail: type }),
  }));
}

const constants = ({ snapshot }: CompletionPlace): readonly Completion[] => [
  ...named('constant', Object.keys(snapshot.settings.constants)),
  ...named('constant', ['Clock'], 'the current time'),
];

/** Returns the texts that can start a condition or a value. */
export function terms(
  place: CompletionPlace,
  expectation: Extract<Expectation, { readonly kind: 'term' | 'argument' | 'value of key' }>,
): readonly Completion[] {
  const { expected, snapshot } = place;
  const types = named('type', snapshot.outline.types.names);
  const values = [...constants(place), ...named('keyword', valueWords)];
  const isCondition = expectation.kind === 'term' && expectation.startsCondition;
  if (expected.isInTest) {
    const likely = expectation.kind === 'argument' ? likelyTypes(place, expectation) : [];
    const isFixture = ({ label }: Completion): boolean => Object.hasOwn(snapshot.settings.fixtures, label);
    const all = fixtures(place, likely);
    const isLikely = ({ detail }: Completion): boolean => detail !== undefined && likely.includes(detail);
    return [
      ...(isCondition ? rulesOf(snapshot) : []),
      ...likelyTypeValues(place, expectation),
      ...all.filter(isLikely),
      ...variables(place).filter((each) => !isFixture(each)),
      ...(likely.length > 0 ? values : []),
      ...all,
      ...values,
      ...types,
    ];
  }
  if (!isCondition) return [...variables(place), ...values, ...types];
  return [
    ...variables(place),
    ...rulesOf(snapshot),
    ...named('keyword', conditionWords),
    ...values,
    ...types,
  ];
}
