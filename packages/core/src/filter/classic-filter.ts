import { PolarError } from '../diagnostics/polar-error.js';
import { assertNever } from '../internal/bug.js';
import type { Column, Operand, RelationStep, Scalar } from './condition.js';
import type { RowCondition } from './row-condition.js';
import { operandsOf, withoutTests, type RowFilter } from './row-filter.js';

// The classic form of a filter, which adapters for oso build queries from: relations that are joined, and a disjunction of conjunctions.
// A join leaves out rows without a related row, and each type is joined once, so the form holds only some filters.

export interface ClassicFilter {
  /** The name of the type of the rows. */
  readonly model: string;
  /** The relations to join, each after the relation that leads to it. */
  readonly relations: readonly ClassicRelation[];
  /** Alternatives, each a list of conditions that must all hold. */
  readonly conditions: readonly (readonly ClassicCondition[])[];
}
export interface ClassicRelation {
  readonly fromTypeName: string;
  readonly fromFieldName: string;
  readonly toTypeName: string;
}
export interface ClassicCondition {
  readonly lhs: ClassicSide;
  readonly cmp: 'Eq' | 'Neq' | 'Lt' | 'Leq';
  readonly rhs: ClassicSide;
}
export type ClassicSide =
  | { readonly typeName: string; readonly fieldName: string }
  | { readonly value: Scalar | null };

export interface ClassicOptions {
  /** `'absent'` if no column contains `NaN`. Otherwise the order of a floating-point column is an error. */
  readonly nan?: 'absent';
}

/** The maximum of alternatives. A conjunction of disjunctions multiplies them. */
const maxAlternatives = 1000;

/** A conjunction, and the relations that lead to its columns. */
interface Alternative {
  readonly steps: readonly RelationStep[];
  readonly conditions: readonly ClassicCondition[];
}
const anyRow: Alternative = { steps: [], conditions: [] };

/**
 * Converts a condition to the classic form: the same rows, if the adapter joins each relation with an inner join.
 *
 * @throws {PolarError} `POLAR_FILTER_NOT_CLASSIC` for a condition that the form does not hold; `POLAR_FILTER_TOO_LARGE`
 */
export function toClassicFilter({ type, filter }: RowCondition, { nan }: ClassicOptions = {}): ClassicFilter {
  const isCertain = ({ type: own, member, derived }: Column): boolean =>
    member === undefined && derived === undefined && (own !== 'float' || nan === 'absent');
  const alternatives = alternativesOf(
    withoutTests(filter, isCertain, () => 'equality'),
    nan === 'absent',
  );
  const relations = relationsOf(type, alternatives);
  for (const alternative of alternatives) rejectLostRows(alternative, relations);
  const conditions = alternatives.map((each) => each.conditions);
  return {
    model: type,
    relations: relations.map(({ from, relation, to }) => ({
      fromTypeName: from.type.name,
      fromFieldName: relation.name,
      toTypeName: to.type.name,
    })),
    // An empty list could become a query without a condition.
    conditions:
      conditions.length > 0 ? conditions : [[{ lhs: { value: true }, cmp: 'Eq', rhs: { value: false } }]],
  };
}

function alternativesOf(filter: RowFilter, isWithoutNaN: boolean): readonly Alternative[] {
  for (const { field, member, derived } of columnsOf(filter)) {
    if (member !== undefined) throw notClassic(`the member \`${field}\` of JSON`);
    if (derived !== undefined) throw notClassic(`the number \`${field}\``);
  }
  switch (filter.kind) {
    case 'always':
      return [anyRow];
    case 'never':
      return [];
    case 'or':
      return filter.parts.flatMap((part) => alternativesOf(part, isWithoutNaN));
    case 'and': {
      let all: readonly Alternative[] = [anyRow];
      for (const part of filter.parts) {
        const more = alternativesOf(part, isWithoutNaN);
        if (all.length * more.length > maxAlternatives)
          throw new PolarError('POLAR_FILTER_TOO_LARGE', { limit: maxAlternatives });
        all = all.flatMap((left) => more.map((right) => both(left, right)));
      }
      return all;
    }
    case 'exists': {
      const { step, where } = filter;
      const limits = limitsOf(step);
      return alternativesOf(where, isWithoutNaN).map(({ steps, conditions }) => ({
        steps: [step, ...steps],
        conditions: [...limits, ...conditions],
      }));
    }
    case 'none':
      if (filter.where.kind === 'always' && isCertain(filter.step)) return [];
      throw notClassic(`that no row of \`${nameOf(filter.step)}\` satisfies a condition`);
    case 'compare':
      return [conjunction(...comparison(filter.operator, filter.left, filter.right))];
    case 'null':
      return [conjunction(condition('Eq', filter.column, null))];
    case 'not-null':
      return [conjunction(condition('Neq', filter.column, null))];
    case 'nan':
    case 'unreadable':
    case 'not-nan':
    case 'readable':
      if (!isWithoutNaN) throw notClassic(`whether \`${filter.column.field}\` is NaN`);
      return filter.kind === 'nan' || filter.kind === 'unreadable' ? [] : [anyRow];
    case 'in':
      return filter.values.map((value) => conjunction(condition('Eq', filter.column, value)));
    case 'not-in':
      return [
        conjunction(...[...filter.values, null].map((value) => condition('Neq', filter.column, value))),
      ];
    case 'count':
      throw notClassic(`the number of rows of \`${nameOf(filter.step)}\``);
    case 'computed':
    case 'computable':
    case 'uncomputable':
      throw notClassic('arithmetic on a column');
    case 'text':
    case 'not-text':
      throw notClassic(`a test with \`${filter.test === 'lowers-to' ? 'toLowerCase' : filter.test}\``);
    case 'contains':
    case 'lacks':
    case 'readable-elements':
    case 'unreadable-elements':
      throw notClassic(`the elements of \`${filter.column.field}\``);
    case 'in-set':
    case 'not-in-set':
    case 'found-before':
      throw notClassic('a rule that calls itself for a related row');
    default:
      return assertNever(filter);
  }
}

/** Returns the columns that a filter compares itself. */
function columnsOf(filter: RowFilter): readonly Column[] {
  if ('column' in filter) return [filter.column];
  const sides = filter.kind === 'compare' ? operandsOf(filter) : [];
  return sides.filter((side) => side.kind === 'column');
}

const conjunction = (...conditions: readonly ClassicCondition[]): Alternative => ({ steps: [], conditions });

/** Joins two conjunctions. A relation to one row leads both to the same row. */
function both(left: Alternative, right: Alternative): Alternative {
  const shared = right.steps.find(
    (step) => step.relation.kind !== 'one' && left.steps.some((each) => nameOf(each) === nameOf(step)),
  );
  if (shared !== undefined) throw notClassic(`two rows of \`${nameOf(shared)}\` at once`);
  return { steps: [...left.steps, ...right.steps], conditions: [...left.conditions, ...right.conditions] };
}

/** A comparison with NULL is false. Adapters may hold two NULL for equal, or order them. */
function comparison(operator: '=' | '<>' | '<' | '<=', left: Operand, right: Operand): ClassicCondition[] {
  const cmp = ({ '=': 'Eq', '<>': 'Neq', '<': 'Lt', '<=': 'Leq' } as const)[operator];
  const isWithValue = left.kind === 'value' || right.kind === 'value';
  const columns = [left, right].filter((side): side is Column => side.kind === 'column' && side.nullable);
  const present = cmp === 'Eq' && isWithValue ? [] : columns.map((column) => condition('Neq', column, null));
  return [{ lhs: sideOf(left), cmp, rhs: sideOf(right) }, ...present];
}

const condition = (cmp: 'Eq' | 'Neq', column: Column, value: Scalar | null): ClassicCondition => ({
  lhs: sideOf(column),
  cmp,
  rhs: { value },
});

const sideOf = (operand: Operand): ClassicSide =>
  operand.kind === 'column'
    ? { typeName: operand.scope.type.name, fieldName: operand.field }
    : { value: operand.value };

/** Returns the values that limit the rows of a relation. */
function limitsOf(step: RelationStep): ClassicCondition[] {
  const { relation, to } = step;
  if (relation.through !== undefined)
    throw notClassic(`\`${nameOf(step)}\`, a relation through a join table`);
  if (relation.local.length > 1) throw notClassic(`\`${nameOf(step)}\`, a relation with a composite key`);
  return [...relation.where].map(([fieldName, value]) => ({
    lhs: { typeName: to.type.name, fieldName },
    cmp: 'Eq',
    rhs: { value },
  }));
}

/** Returns the relations of all alternatives. Each type can be joined once, because its name is the name of its row. */
function relationsOf(model: string, alternatives: readonly Alternative[]): readonly RelationStep[] {
  const byTarget = new Map<string, RelationStep>();
  for (const step of alternatives.flatMap(({ steps }) => steps)) {
    const target = step.to.type.name;
    const known = byTarget.get(target);
    if (target === model || (known !== undefined && nameOf(known) !== nameOf(step)))
      throw notClassic(`two rows of the type \`${target}\` at once`);
    if (known === undefined) byTarget.set(target, step);
  }
  return [...byTarget.values()];
}

/** A join leaves out rows without a related row, also for the alternatives that do not need the relation. */
function rejectLostRows({ steps }: Alternative, relations: readonly RelationStep[]): void {
  const needed = new Set(steps.map(nameOf));
  const lost = relations.find((step) => !needed.has(nameOf(step)) && !isCertain(step));
  if (lost !== undefined)
    throw notClassic(`an alternative without \`${nameOf(lost)}\` beside one that needs a row of it`);
}

/** Returns whether each row has its row of a relation. */
const isCertain = ({ from, relation }: RelationStep): boolean =>
  relation.enforced &&
  relation.where.size === 0 &&
  relation.local.every((field) => from.type.fields!.get(field)?.nullable === false);

const nameOf = ({ from, relation }: RelationStep): string => `${from.type.name}.${relation.name}`;

const notClassic = (construct: string) => new PolarError('POLAR_FILTER_NOT_CLASSIC', { construct });
