import { parse, tokensOf, type FieldType, type PolicyToken } from '@nanook/core/syntax';
import type { Expected } from '../grammar/expected-at.js';
import type { ReadPath } from '../grammar/expectation.js';
import { memberType } from '../types/members.js';
import type { Snapshot } from '../workspace/snapshot.js';

/** The types of the variables of a statement that is not complete, and the names that it uses. */
export interface StatementTypes {
  readonly variables: ReadonlyMap<string, FieldType | undefined>;
  /** Returns the type of a path such as `note.owner`; undefined if it is not certain. */
  typeOf(path: ReadPath): FieldType | undefined;
}

const named = (name: string): FieldType => ({ kind: 'named', name });
const opening: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Reads the types that the conditions before a place give to variables. */
export function statementTypes(
  text: string,
  expected: Expected,
  { outline, settings }: Snapshot,
): StatementTypes {
  const from = expected.statementStart;
  const end = expected.isInString ? expected.start - 1 : expected.start;
  const before = tokensOf(text.slice(from, Math.max(from, end)));
  const variables = new Map<string, FieldType | undefined>();
  const rest = tokensOf(text.slice(end, end + 2000)).slice(1);
  for (const [name, type] of annotatedTypes(restOfStatement(rest))) variables.set(name, named(type));
  for (const [name, type] of annotatedTypes(before)) variables.set(name, named(type));
  for (const [name, type] of longestPrefix(text.slice(from, end), before))
    if (type !== undefined || !variables.has(name)) variables.set(name, type);
  return { variables, typeOf };

  /** Returns the types at the end of the longest part of the statement that is correct. */
  function longestPrefix(
    start: string,
    tokens: readonly PolicyToken[],
  ): Iterable<[string, FieldType | undefined]> {
    const cuts = tokens.filter(({ text: word }) => ['and', 'or', 'if'].includes(word)).slice(-6);
    for (const cut of cuts.reverse()) {
      const kept = tokens.filter((token) => token.end <= cut.start);
      const source = `${start.slice(0, cut.start)}${closed(kept)};`;
      const [rule] = parse(source).policy.statements;
      if (rule?.kind === 'rule') return outline.types.termTypesIn(rule).variables;
    }
    return [];
  }

  function typeOf([first, ...fields]: ReadPath): FieldType | undefined {
    if (first === undefined) return undefined;
    const isFixture = expected.isInTest && Object.hasOwn(settings.fixtures, first);
    const fixture = isFixture ? settings.fixtures[first] : undefined;
    const start = variables.get(first) ?? (fixture === undefined ? undefined : named(fixture));
    return fields.reduce<FieldType | undefined>(
      (type, field) => memberType(type, field, outline.types),
      start,
    );
  }
}

/** Returns the brackets that close the open ones. */
function closed(tokens: readonly PolicyToken[]): string {
  const open: string[] = [];
  for (const { text, kind } of tokens) {
    if (kind !== 'punctuation') continue;
    if (opening[text] !== undefined) open.unshift(opening[text]);
    else if (text === open[0]) open.shift();
  }
  return open.join('');
}

/** Returns the tokens up to the `;`. */
function restOfStatement(tokens: readonly PolicyToken[]): readonly PolicyToken[] {
  const end = tokens.findIndex(({ text }) => text === ';');
  return end === -1 ? tokens : tokens.slice(0, end);
}

/** Returns the variables with a type: `note: Note`, `note matches Note`. */
function annotatedTypes(tokens: readonly PolicyToken[]): readonly [name: string, type: string][] {
  return tokens.flatMap((token, i): [string, string][] => {
    const type = tokens[i + 2];
    const isTyped = tokens[i + 1]?.text === ':' || tokens[i + 1]?.text === 'matches';
    return token.kind === 'name' && isTyped && type?.kind === 'name' ? [[token.text, type.text]] : [];
  });
}
