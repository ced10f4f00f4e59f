import type { FieldType } from '@nanook/core/syntax';
import type { Expected } from '../grammar/expected-at.js';
import type { ReadPath } from '../grammar/expectation.js';
import { membersOf, type Member } from '../types/members.js';
import type { Snapshot } from '../workspace/snapshot.js';
import { tokensAround, typeOfArgument, variableCounts, type Argument } from './call-arguments.js';
import { statementTypes, type StatementTypes } from './statement-types.js';

/** The place of a completion, and the types that are known there. */
export class CompletionPlace {
  #types: StatementTypes | undefined;

  constructor(
    readonly snapshot: Snapshot,
    readonly text: string,
    readonly expected: Expected,
  ) {}

  /** The variables of the statement with their types. */
  get variables(): StatementTypes['variables'] {
    return this.#statement.variables;
  }

  /** The names that the statement uses as variables, also behind the place. */
  get names(): readonly string[] {
    return [...this.#counts.keys()];
  }

  /** The variables with one other place in the statement. A variable has two at least, so the place probably lacks one of these. */
  get lacking(): readonly string[] {
    return [...this.#counts].flatMap(([name, count]) => (count === 1 ? [name] : []));
  }

  get #counts(): ReadonlyMap<string, number> {
    const { text, expected, snapshot } = this;
    const { start, end } = expected;
    const others = tokensAround(text, expected).filter((token) => token.end <= start || token.start >= end);
    const counts = variableCounts(others, expected.isInTest);
    const { outline, settings } = snapshot;
    const isKnown = (name: string): boolean =>
      outline.types.find(name) !== undefined ||
      Object.hasOwn(settings.constants, name) ||
      (expected.isInTest && Object.hasOwn(settings.fixtures, name));
    return new Map([...counts].filter(([name]) => !isKnown(name)));
  }

  get #statement(): StatementTypes {
    return (this.#types ??= statementTypes(this.text, this.expected, this.snapshot));
  }

  typeOf(path: ReadPath): FieldType | undefined {
    return this.#statement.typeOf(path);
  }

  typeOfArgument(argument: Argument | undefined): string | undefined {
    return typeOfArgument(
      argument,
      (name) => this.snapshot.outline.types.find(name) !== undefined,
      (path) => {
        const type = this.typeOf(path);
        return type?.kind === 'named' ? type.name : undefined;
      },
    );
  }

  /** Returns the members of the values of a declared type. */
  membersOf(type: string): readonly Member[] {
    return membersOf({ kind: 'named', name: type }, this.snapshot.outline.types);
  }
}
