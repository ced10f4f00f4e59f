import { literalsAt, type LiteralIndex } from '../engine/rules/literal-index.js';
import type { Rule } from '../ir/goal.js';
import type { DeclaredType } from '../types/declared-type.js';
import type { AbstractValue } from './abstract-value.js';
import { isPrimitiveValue, type Overlap } from './overlap.js';

/** Indexes the rules of one name and arity by their literals and types, so that a call does not visit all of them. */
export class RulesByHead {
  readonly #literals: readonly (LiteralIndex | undefined)[];
  readonly #types: readonly (TypePosition | undefined)[];

  constructor(
    readonly rules: readonly Rule[],
    readonly overlap: Overlap,
  ) {
    const positions = [...(rules[0]?.parameters ?? []).keys()];
    this.#literals = positions.map((i) => literalsAt(rules, i));
    this.#types = positions.map((i) => typesAt(rules, i));
  }

  /** Returns all rules that may match, and possibly rules that cannot match. */
  find(args: readonly AbstractValue[]): readonly Rule[] {
    let groups: readonly (readonly Rule[])[] = [this.rules];
    let fewest = this.rules.length;
    for (const [i, value] of args.entries()) {
      for (const found of [this.#byLiteral(value, i), this.#byType(value, i)]) {
        if (found === undefined) continue;
        const size = found.reduce((sum, rules) => sum + rules.length, 0);
        if (size < fewest) [groups, fewest] = [found, size];
      }
    }
    return groups.length === 1 ? groups[0]! : groups.flat();
  }

  #byLiteral(value: AbstractValue, i: number): readonly (readonly Rule[])[] | undefined {
    const position = this.#literals[i];
    if (position === undefined || value === 'anything') return undefined;
    const groups = [position.others];
    for (const concrete of value) {
      // A value that is not a primitive may equal one: a boxed string, or a value that the application defines as equal.
      if (concrete.kind !== 'value' || !isPrimitiveValue(concrete.value)) return undefined;
      groups.push(position.byLiteral.get(concrete.value)?.rules ?? []);
    }
    return groups;
  }

  #byType(value: AbstractValue, i: number): readonly (readonly Rule[])[] | undefined {
    const position = this.#types[i];
    if (position === undefined || value === 'anything') return undefined;
    const types = new Set(value.flatMap((concrete) => this.overlap.typesOf(concrete)));
    return [position.others, ...[...types].map((type) => position.byType.get(type) ?? [])];
  }
}

interface TypePosition {
  readonly byType: ReadonlyMap<DeclaredType, readonly Rule[]>;
  /** The rules that do not test the argument itself for one type. */
  readonly others: readonly Rule[];
}

function typesAt(rules: readonly Rule[], position: number): TypePosition | undefined {
  const byType = new Map<DeclaredType, Rule[]>();
  const others: Rule[] = [];
  for (const rule of rules) {
    const { specializer, takesArgument } = rule.parameters[position]!;
    const type = takesArgument && specializer.kind === 'type' ? specializer.type : undefined;
    if (type === undefined) {
      others.push(rule);
      continue;
    }
    const sameType = byType.get(type);
    if (sameType === undefined) byType.set(type, [rule]);
    else sameType.push(rule);
  }
  return byType.size === 0 ? undefined : { byType, others };
}
