import { Expression as EngineExpression, QueryVariable } from '@nanook/core';
import { isPatternLookup, isPolicyDictionary } from '@nanook/core/compat';
import { Expression } from '../expression.js';
import { Pattern } from '../pattern.js';
import { Predicate } from '../predicate.js';
import { Dict, type PolarOperator } from '../types.js';
import { Variable } from '../variable.js';

/** Returns a constraint of the engine in the form that oso gives it. */
export function expressionOf({ operator, args }: EngineExpression): Expression {
  switch (operator) {
    case 'And':
      return new Expression('And', withoutRepeatedTypes(args).map(termOf));
    case 'Isa':
      return new Expression('Isa', [
        termOf(args[0]),
        new Pattern({ tag: args[1] as string, fields: new Dict() }),
      ]);
    case 'Unify':
      return unification(args[0], args[1]);
    case 'Not':
      return negated(args[0] as EngineExpression);
    default:
      return new Expression(operator as PolarOperator, args.map(termOf));
  }
}

/** Returns conditions in which each type of a term is mentioned once. */
function withoutRepeatedTypes(conditions: readonly unknown[]): readonly unknown[] {
  const known = new Set<string>();
  return conditions.filter((each) => {
    if (!(each instanceof EngineExpression) || each.operator !== 'Isa') return true;
    const text = each.toString();
    if (known.has(text)) return false;
    known.add(text);
    return true;
  });
}

/**
 * A look-up or an operation is on the right, but the field of a pattern on the left. The result of an operation is its last argument.
 */
function unification(left: unknown, right: unknown): Expression {
  const [value, found] = left instanceof EngineExpression ? [right, left] : [left, right];
  if (found instanceof EngineExpression && isPatternLookup(found))
    return new Expression('Unify', [termOf(found), termOf(value)]);
  if (found instanceof EngineExpression && found.operator !== 'Dot')
    return new Expression(found.operator as PolarOperator, [...found.args.map(termOf), termOf(value)]);
  return new Expression('Unify', [termOf(value), termOf(found)]);
}

const opposites: Readonly<Partial<Record<PolarOperator, PolarOperator>>> = {
  Unify: 'Neq',
  Eq: 'Neq',
  Neq: 'Unify',
  Lt: 'Geq',
  Leq: 'Gt',
  Gt: 'Leq',
  Geq: 'Lt',
};

/** Negates a constraint. A conjunction becomes a disjunction. */
function negated(operand: EngineExpression): Expression {
  const parts = operand.operator === 'And' ? operand.args : [operand];
  const negations = parts.map((part) => negatedPart(expressionOf(part as EngineExpression)));
  // The negation of no condition never holds.
  return negations.length === 0
    ? new Expression('Or', [])
    : negations.reduceRight((all, each) => new Expression('Or', [each, all]));
}

function negatedPart(expression: Expression): Expression {
  const opposite = opposites[expression.operator];
  return opposite === undefined
    ? new Expression('Not', [expression])
    : new Expression(opposite, expression.args);
}

function termOf(value: unknown): unknown {
  if (value instanceof EngineExpression) return expressionOf(value);
  if (value instanceof QueryVariable) return new Variable(value.name);
  if (Array.isArray(value)) return value.map(termOf);
  if (value instanceof Predicate) return new Predicate(value.name, value.args.map(termOf));
  if (typeof value === 'object' && value !== null && isPolicyDictionary(value))
    return new Dict(Object.fromEntries(Object.entries(value).map(([key, each]) => [key, termOf(each)])));
  return value;
}
