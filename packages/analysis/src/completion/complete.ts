import { expectedAt } from '../grammar/expected-at.js';
import type { Expectation, ReadPath } from '../grammar/expectation.js';
import { fieldText } from '../types/type-text.js';
import { nameSlotsOf } from '../symbols/name-slots.js';
import { membersOf, staticMembersOf, type Member } from '../types/members.js';
import type { Snapshot } from '../workspace/snapshot.js';
import { CompletionPlace } from './completion-place.js';
import { named, type Completion, type Completions } from './completion.js';
import { blockSnippets, ruleSnippets, statementSnippets, testSnippets } from './keywords.js';
import { parameterTypes } from './likely-types.js';
import { namesOfBlock } from './name-completions.js';
import { beforeNext } from './next-token.js';
import { rulesOf } from './rule-completions.js';
import { fixtures, lackingVariables, terms, variables } from './term-completions.js';
import { texts } from './text-completions.js';

/** Returns the texts that fit at an offset of a file. The statement there does not have to be correct. */
export function completionsAt(snapshot: Snapshot, file: string, offset: number): Completions | undefined {
  const text = snapshot.file(file)?.text;
  if (text === undefined) return undefined;
  const expected = expectedAt(text, offset);
  const { expectation, start, end, isInString } = expected;
  if (expectation.kind === 'free text') return undefined;
  const place = new CompletionPlace(snapshot, text, expected);
  const items = isInString ? texts(place, expectation) : words(place, expectation);
  return { replaces: { file, start, end }, items: unique(beforeNext(expected, items)) };
}

/** Keeps the first completion of each text. */
function unique(items: readonly Completion[]): readonly Completion[] {
  const seen = new Set<string>();
  return items.filter(({ label }) => label !== '' && label !== '""' && !seen.has(label) && seen.add(label));
}

/** Returns texts with their quotes. */
const quoted = (items: readonly Completion[]): readonly Completion[] =>
  items.map((item) => ({ ...item, label: JSON.stringify(item.label) }));

/** Returns the texts that fit outside of quotes. */
function words(place: CompletionPlace, expectation: Expectation): readonly Completion[] {
  const { snapshot } = place;
  switch (expectation.kind) {
    case 'statement':
      return [...heads(snapshot), ...statementSnippets];
    case 'rule name':
    case 'item of setup':
      return rulesOf(snapshot);
    case 'type of block':
      return typesForBlock(snapshot);
    case 'type of relation':
      return typeNames(snapshot, [...snapshot.outline.blocks.keys()]);
    case 'item of block':
      return [...quoted(namesOfBlock(snapshot, expectation.type)), ...blockSnippets];
    case 'relation name':
      return relationNames(place, expectation.type);
    case 'item of test':
      return testSnippets;
    case 'words':
      return named(
        'keyword',
        expectation.words.filter((word) => /^\w/.test(word)),
      );
    case 'parameter':
      return [
        ...lackingVariables(
          place,
          nameSlotsOf(expectation.rule).some(({ index }) => index === expectation.index),
        ),
        ...quoted(texts(place, expectation)),
        ...(place.expected.isInTest ? fixtures(place, []) : []),
        ...variables(place),
        ...parameterNames(snapshot, expectation),
        ...typeNames(snapshot),
      ];
    case 'type':
      return typeNames(snapshot, parameterTypes(place, expectation.rule, expectation.index));
    case 'member':
      return members(place, expectation.of);
    case 'key':
      return expectation.type === undefined ? [] : keys(place, expectation.type);
    case 'term':
    case 'argument':
    case 'value of key': {
      const fitting = texts(place, expectation);
      return [
        ...(expectation.kind === 'term' ? [] : lackingVariables(place, fitting.length > 0)),
        ...quoted(fitting),
        ...terms(place, expectation),
      ];
    }
    default:
      return quoted(texts(place, expectation));
  }
}

/** Returns the heads of rules, those of the policy first. */
const heads = (snapshot: Snapshot): readonly Completion[] =>
  rulesOf(snapshot).map((rule) => {
    const { [rule.label]: snippet = `${rule.snippet} if\n  $0;` } = ruleSnippets;
    return { ...rule, snippet };
  });

const unions = ['Actor', 'Resource'];

/** Returns the names of types, the likely ones first. */
function typeNames({ outline }: Snapshot, likely: readonly string[] = []): readonly Completion[] {
  const { types } = outline;
  const own = types.names.filter((name) => types.find(name)?.builtIn !== true);
  const builtIn = types.names.filter((name) => types.find(name)?.builtIn === true);
  return [
    ...named('type', [...likely, ...own]),
    ...named('type', unions, 'a union'),
    ...named('type', builtIn, 'built-in'),
  ];
}

/** Returns the types that have no block first. */
function typesForBlock({ outline }: Snapshot): readonly Completion[] {
  const own = outline.types.names.filter((name) => outline.types.find(name)?.builtIn !== true);
  const free = own.filter((name) => !outline.blocks.has(name));
  return named('type', [...free, ...own]);
}

/** Returns the names that other rules of the name have for a parameter. */
function parameterNames(
  { trees }: Snapshot,
  { rule, index }: Extract<Expectation, { readonly kind: 'parameter' }>,
): readonly Completion[] {
  const names = trees.flatMap(({ statements }) =>
    statements.flatMap((statement) => {
      const term = statement.kind === 'rule' && statement.name === rule && statement.parameters[index]?.term;
      return term !== false && term?.kind === 'variable' ? [term.name] : [];
    }),
  );
  return named('variable', names);
}

/** Returns the relations of a type, and those of its fields whose type has a block. */
function relationNames(place: CompletionPlace, type: string): readonly Completion[] {
  const { blocks } = place.snapshot.outline;
  const fields = place.membersOf(type).filter(({ field }) => {
    const of = field?.type.kind === 'list' ? field.type.of : field?.type;
    return of?.kind === 'named' && blocks.has(of.name);
  });
  const written = place.snapshot.symbols.all.flatMap(({ symbols }) =>
    symbols.filter((symbol) => symbol.kind === 'relation' && symbol.type === type),
  );
  return named(
    'relation',
    [...fields, ...written].map(({ name }) => name),
  );
}

function members(place: CompletionPlace, path: ReadPath): readonly Completion[] {
  const [first] = path;
  const { types } = place.snapshot.outline;
  const type = place.typeOf(path);
  if (type !== undefined) return membersOf(type, types).map(memberCompletion);
  const statics = path.length === 1 && first !== undefined ? staticMembersOf(first) : [];
  if (statics.length > 0) return statics.map(memberCompletion);
  // The type is not certain: the fields of all types.
  return types.names
    .flatMap((name) => place.membersOf(name))
    .filter(({ field }) => field !== undefined)
    .map(memberCompletion);
}

const keys = (place: CompletionPlace, type: string): readonly Completion[] =>
  place
    .membersOf(type)
    .filter(({ kind }) => kind !== 'method')
    .map(memberCompletion);

const memberCompletion = ({ name, kind, field, of }: Member): Completion => ({
  label: name,
  kind: kind === 'relation' ? 'relation' : kind,
  detail: field === undefined ? of : fieldText(field),
  ...(kind === 'method' && { snippet: `${name}($1)` }),
});
