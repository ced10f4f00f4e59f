import { printTerm, type RuleNode, type TermNode } from '@nanook/core/syntax';
import type { TypesInput } from '@nanook/core';
import { readFieldInput } from '@nanook/core/filter';
import type { Lint, Mistake } from './lint.js';
import { perRule } from './per-rule.js';

/**
 * Finds an order comparison or a negation of a field that can be `nil`, without a test for `nil` before it. For `nil` the
 * condition is undecided, so the rule grants nothing, and a check throws.
 */
export const nilOrder: Lint = {
  code: 'NANOOK_LINT_MAY_BE_NIL',
  find: perRule((rule, types) => {
    const nullable = rule.body === undefined ? noFields : nullableFields(rule, types);
    return rule.body === undefined || nullable.size === 0 ? [] : mistakesIn(rule.body, nullable, new Set());
  }),
};

const noFields: ReadonlySet<string> = new Set();

/** The fields of the parameters of a rule that can be `nil`, as a policy writes them: `note.dueAt`. */
function nullableFields({ parameters }: RuleNode, types: TypesInput): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { term, specializer } of parameters) {
    if (term.kind !== 'variable' || specializer?.kind !== 'instance-pattern') continue;
    for (const field of nullableIn(types, specializer.className)) found.add(`${term.name}.${field}`);
  }
  return found;
}

/** The fields that can be `nil`, by type: each type has many rules. */
const nullableByType = new WeakMap<TypesInput, Map<string, readonly string[]>>();

function nullableIn(types: TypesInput, name: string): readonly string[] {
  const byName = nullableByType.get(types) ?? new Map<string, readonly string[]>();
  nullableByType.set(types, byName);
  let found = byName.get(name);
  if (found === undefined) {
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    const fields = type === undefined || typeof type === 'function' ? {} : (type.fields ?? {});
    found = Object.entries(fields).flatMap(([field, input]) =>
      readFieldInput(input).nullable ? [field] : [],
    );
    byName.set(name, found);
  }
  return found;
}

/** @param guarded the fields that earlier conditions have compared with `nil`; conditions of an `and` extend it */
function* mistakesIn(
  term: TermNode,
  nullable: ReadonlySet<string>,
  guarded: Set<string>,
): Generator<Mistake, void, undefined> {
  switch (term.kind) {
    case 'and':
      for (const operand of term.operands) {
        yield* mistakesIn(operand, nullable, guarded);
        const tested = testedField(operand);
        if (tested !== undefined) guarded.add(tested);
      }
      return;
    case 'or':
      for (const operand of term.operands) yield* mistakesIn(operand, nullable, new Set(guarded));
      return;
    case 'not': {
      if (isRisky(term.operand)) yield mistake(term.operand, '`not` cannot be decided');
      else yield* mistakesIn(term.operand, nullable, new Set(guarded));
      return;
    }
    case 'compare':
      if (!['<', '<=', '>', '>='].includes(term.operator)) return;
      for (const side of [term.left, term.right])
        if (isRisky(side)) yield mistake(side, `\`${term.operator}\` cannot be decided`);
      return;
    case 'forall':
      yield* mistakesIn(term.condition, nullable, new Set(guarded));
      yield* mistakesIn(term.action, nullable, new Set(guarded));
      return;
    default:
  }

  function isRisky(side: TermNode): boolean {
    const text = printTerm(side);
    return side.kind === 'lookup' && nullable.has(text) && !guarded.has(text);
  }
}

const mistake = (field: TermNode, consequence: string): Mistake => {
  const text = printTerm(field);
  return {
    span: field.span,
    message: `\`${text}\` may be nil, and then ${consequence}; write \`${text} != nil and …\` before it`,
  };
};

/** Returns `note.dueAt` for the condition `note.dueAt != nil`. */
function testedField(term: TermNode): string | undefined {
  if (term.kind !== 'compare' || term.operator !== '!=') return undefined;
  if (isNil(term.right)) return printTerm(term.left);
  return isNil(term.left) ? printTerm(term.right) : undefined;
}

const isNil = (term: TermNode): boolean => term.kind === 'variable' && term.name === 'nil';
