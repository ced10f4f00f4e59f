import { visit, type Node } from '@nanook/core/syntax';

/** The types of the variables of a rule. A variable with several types has one of them, but it is not known which. */
export class VariableTypes {
  readonly #types: Map<string, string | undefined>;

  constructor(known: readonly (readonly [string, string])[] = []) {
    this.#types = new Map(known);
  }

  add(term: Node, pattern: Node | undefined): void {
    if (term.kind !== 'variable' || pattern?.kind !== 'instance-pattern') return;
    const { className } = pattern;
    const isOther = this.#types.has(term.name) && this.#types.get(term.name) !== className;
    this.#types.set(term.name, isOther ? undefined : className);
  }

  /** Adds the conditions `x matches Type` of a body that always hold. */
  addMatches(body: Node): void {
    visit(body, {
      matches: ({ value, pattern }) => this.add(value, pattern),
      // A value has the types of these conditions only in one alternative, or does not have them.
      or: () => false,
      not: () => false,
      forall: () => false,
    });
  }

  of(term: Node): string | undefined {
    return term.kind === 'variable' ? (term.entity?.type ?? this.#types.get(term.name)) : undefined;
  }
}
