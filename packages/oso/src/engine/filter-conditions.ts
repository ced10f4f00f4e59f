import { Expression } from '../expression.js';
import { Relation, type Datum, type Filter, type FilterCondition } from '../filter.js';
import { Pattern } from '../pattern.js';
import type { HostTypes, PolarOperator } from '../types.js';
import { Variable } from '../variable.js';
import type { Atoms } from './disjunctive-form.js';
import { engineError } from './named-error.js';
import { printExpression } from './print-expression.js';
import { typeAtPath } from './type-at-path.js';

type FilterRelation = Filter['relations'][number];
type Comparison = FilterCondition['cmp'] | 'In' | 'Nin';

/** One alternative of a filter. */
export interface Conjunction {
  readonly conditions: readonly FilterCondition[];
  readonly relations: readonly FilterRelation[];
}

const comparisons: Readonly<Partial<Record<PolarOperator, Comparison>>> = {
  Unify: 'Eq',
  Neq: 'Neq',
  Lt: 'Lt',
  Leq: 'Leq',
  Gt: 'Gt',
  Geq: 'Geq',
  In: 'In',
};

/**
 * Returns the conditions of one alternative; undefined if no row can satisfy it.
 *
 * @throws an error with the name `RuntimeError::DataFilteringUnsupportedOp` for a condition that a filter does not express
 */
export function conditionsOf(atoms: Atoms, model: string, types: HostTypes): Conjunction | undefined {
  const paths = new Paths(atoms, model, types);
  const found = new Map<string, FilterCondition>();
  for (const atom of atoms) {
    if (atom.operator === 'Isa') {
      if (!paths.mayBe(atom.args[0], (atom.args[1] as Pattern).tag!)) return undefined;
      continue;
    }
    const isNegated = atom.operator === 'Not';
    const inner = isNegated ? (atom.args[0] as Expression) : atom;
    const cmp = comparisons[inner.operator];
    if (cmp === undefined || inner.args.length !== 2 || (isNegated && cmp !== 'In')) throw unsupported(atom);
    const [left, right] = inner.args;
    const sides = { lhs: paths.datumOf(left, atom), rhs: paths.datumOf(right, atom) };
    const condition = normalized(sides.lhs, isNegated ? 'Nin' : cmp, sides.rhs);
    if (condition !== undefined) found.set(keyOf(condition), condition);
  }
  return { conditions: [...found.values()], relations: paths.relations };
}

/** Returns a condition; undefined for one that always holds. */
function normalized(lhs: Datum, cmp: Comparison, rhs: Datum): FilterCondition | undefined {
  const isElementOfRelation = cmp === 'In' && isRow(rhs) && (!('typeName' in lhs) || isRow(lhs));
  const comparison = isElementOfRelation ? 'Eq' : cmp;
  if (['Eq', 'Leq', 'Geq'].includes(comparison) && isSame(lhs, rhs)) return undefined;
  return { lhs, cmp: comparison as FilterCondition['cmp'], rhs };
}

const isRow = (side: Datum): boolean => 'typeName' in side && side.fieldName === undefined;

const isSame = (left: Datum, right: Datum): boolean =>
  'typeName' in left && 'typeName' in right
    ? left.typeName === right.typeName && left.fieldName === right.fieldName
    : 'value' in left && 'value' in right && left.value === right.value;

/** Numbers for the objects of the application, so that equal conditions have equal keys. */
const identities = new WeakMap<object, number>();
let lastIdentity = 0;

function keyOf({ lhs, cmp, rhs }: FilterCondition): string {
  return [lhs, rhs].map(keyOfSide).join(` ${cmp} `);
}

function keyOfSide(side: Datum): string {
  if ('typeName' in side) return `${side.typeName}.${side.fieldName ?? ''}`;
  const { value } = side;
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null)
    return `#${typeof value}:${String(value)}`;
  if (!identities.has(value)) identities.set(value, ++lastIdentity);
  return `#object:${identities.get(value)}`;
}

/** The paths that start at the row: `row.repo.name`, and variables that are equal to one or an element of one. */
class Paths {
  readonly #relations = new Map<string, FilterRelation>();
  readonly #targets = new Map<string, string>();
  /** The terms that define variables. */
  readonly #definitions = new Map<string, unknown>();

  constructor(
    atoms: Atoms,
    readonly model: string,
    readonly types: HostTypes,
  ) {
    for (const { operator, args } of atoms) {
      if (operator !== 'In' && operator !== 'Unify') continue;
      for (const [term, other] of operator === 'In' ? [args] : [args, [args[1], args[0]]])
        if (
          term instanceof Variable &&
          term.name !== '_this' &&
          isPath(other) &&
          !this.#definitions.has(term.name)
        )
          this.#definitions.set(term.name, other);
    }
  }

  get relations(): readonly FilterRelation[] {
    return [...this.#relations.values()];
  }

  /** Returns a side of a condition: the end of a path, or a value. */
  datumOf(term: unknown, atom: Expression): Datum {
    if (term instanceof Expression && term.operator !== 'Dot') throw unsupported(atom);
    if (!isPath(term)) return { value: term };
    const steps = this.#stepsOf(term);
    if (steps === undefined) throw unknownType(term);
    let typeName = this.model;
    for (const [i, step] of steps.entries()) {
      const field = this.types.get(typeName)?.fields.get(step);
      if (field instanceof Relation) {
        this.#join(typeName, step, field.otherType);
        typeName = field.otherType;
      } else if (i === steps.length - 1) return { typeName, fieldName: step };
      else throw missingField(typeName, step);
    }
    return { typeName, fieldName: undefined };
  }

  /** Returns whether the end of a path can be an instance of a type. */
  mayBe(term: unknown, tag: string): boolean {
    const steps = this.#stepsOf(term);
    if (steps === undefined || steps.length === 0) return true;
    return typeAtPath(this.model, steps, this.types) === tag;
  }

  #join(fromTypeName: string, fromFieldName: string, toTypeName: string): void {
    const key = `${fromTypeName}.${fromFieldName}`;
    if (this.#relations.has(key)) return;
    if (toTypeName === this.model || this.#targets.has(toTypeName))
      throw engineError(
        'OperationalError::InvalidState',
        `Invalid state: Type \`${toTypeName}\` occurs more than once as the target of a relation`,
      );
    this.#targets.set(toTypeName, key);
    this.#relations.set(key, { fromTypeName, fromFieldName, toTypeName });
  }

  /** Returns the fields from the row to the end of a path; undefined for a variable that no path defines. */
  #stepsOf(term: unknown): readonly string[] | undefined {
    const steps: string[] = [];
    const seen = new Set<string>();
    let current = term;
    for (;;) {
      if (current instanceof Expression && current.operator === 'Dot') {
        steps.unshift(current.args[1] as string);
        [current] = current.args;
        continue;
      }
      if (!(current instanceof Variable)) return undefined;
      if (current.name === '_this') return steps;
      const definition = this.#definitions.get(current.name);
      if (definition === undefined || seen.has(current.name)) return undefined;
      seen.add(current.name);
      current = definition;
    }
  }
}

/** Returns whether a term is a variable or a look-up. */
const isPath = (term: unknown): boolean =>
  term instanceof Variable || (term instanceof Expression && term.operator === 'Dot');

function unknownType(term: unknown): Error {
  let base = term;
  while (base instanceof Expression) [base] = base.args;
  return engineError(
    'OperationalError::InvalidState',
    `Invalid state: unknown type for \`${(base as Variable).name}\``,
  );
}

function missingField(typeName: string, field: string): Error {
  return engineError(
    'RuntimeError::DataFilteringFieldMissing',
    `Unregistered field or relation: ${typeName}.${field}

Please include \`${field}\` in the \`fields\` parameter of your
\`register_class\` call for ${typeName}.  For example, in Python:

    oso.register_class(${typeName}, fields={
        "${field}": <type or relation>
    })

For more information please refer to our documentation:
    https://docs.osohq.com/guides/data_filtering.html
`,
  );
}

function unsupported(atom: Expression): Error {
  return engineError(
    'RuntimeError::DataFilteringUnsupportedOp',
    `Unsupported operation:
    ${atom.operator}/${atom.args.length}
in the expression:
    ${printExpression(atom)}
in a data filtering query.

This operation is not currently supported for data filtering.
For more information please refer to our documentation:
    https://docs.osohq.com/guides/data_filtering.html
`,
  );
}
