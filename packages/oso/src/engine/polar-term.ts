import { PolarError, UnexpectedExpressionError } from '../errors.js';
import { Expression } from '../expression.js';
import { isConstructor, isString, repr } from '../helpers.js';
import { Pattern } from '../pattern.js';
import { Predicate } from '../predicate.js';
import {
  Dict,
  type Class,
  type ExternalInstance,
  type HostTypes,
  type PolarFields,
  type PolarTerm,
  type PolarValue,
} from '../types.js';
import { Variable } from '../variable.js';

/** The values that a host keeps, and its classes. */
export interface KeptValues {
  readonly types: HostTypes;
  cacheInstance(instance: unknown, id?: number): number;
  getInstance(id: number): unknown;
}

/** Returns a value of the application as a term. */
export function termOf(v: unknown, kept: KeptValues): PolarTerm {
  return { value: valueOf(v, kept) };
}

function valueOf(v: unknown, kept: KeptValues): PolarValue {
  const terms = (values: readonly unknown[]): PolarTerm[] => values.map((each) => termOf(each, kept));
  if (typeof v === 'boolean') return { Boolean: v };
  if (typeof v === 'number')
    return { Number: Number.isInteger(v) ? { Integer: v } : { Float: Number.isFinite(v) ? v : String(v) } };
  if (isString(v)) return { String: v };
  if (Array.isArray(v)) return { List: terms(v) };
  if (v instanceof Predicate) return { Call: { name: v.name, args: terms(v.args) } };
  if (v instanceof Variable) return { Variable: v.name };
  if (v instanceof Expression) return { Expression: { operator: v.operator, args: terms(v.args) } };
  if (v instanceof Pattern) {
    // Only the fields of a `Dict` count, as in oso.
    const fields = fieldsOf(v.fields instanceof Dict ? v.fields : {}, kept);
    return { Pattern: v.tag === undefined ? { Dictionary: fields } : { Instance: { tag: v.tag, fields } } };
  }
  return v instanceof Dict ? { Dictionary: fieldsOf(v, kept) } : { ExternalInstance: instanceOf(v, kept) };
}

const fieldsOf = (fields: object, kept: KeptValues): PolarFields => ({
  fields: new Map(Object.entries(fields).map(([key, each]) => [key, termOf(each, kept)])),
});

function instanceOf(v: unknown, kept: KeptValues): ExternalInstance {
  const cls = isConstructor(v) ? v : (v as { constructor?: Class } | null | undefined)?.constructor;
  const type = kept.types.get(cls as Class);
  return {
    instance_id: kept.cacheInstance(v, isConstructor(v) ? type?.id : undefined),
    constructor: undefined,
    repr: repr(v),
    class_repr: type?.name,
    class_id: type?.id,
  };
}

const floats = new Map([Infinity, -Infinity, NaN].map((float) => [String(float), float]));

/**
 * Returns a term as a value of the application. Promises are awaited.
 *
 * @throws {UnexpectedExpressionError} for a constraint, if it is not accepted
 */
export async function valueOfTerm(
  { value }: PolarTerm,
  kept: KeptValues,
  acceptExpression: boolean,
): Promise<unknown> {
  const inner = (term: PolarTerm): Promise<unknown> => valueOfTerm(term, kept, acceptExpression);
  const all = (terms: readonly PolarTerm[]): Promise<unknown[]> => Promise.all(terms.map(inner));
  const dict = async ({ fields }: PolarFields): Promise<Dict> => {
    const values = await all([...fields.values()]);
    return new Dict(Object.fromEntries([...fields.keys()].map((key, i) => [key, values[i]])));
  };
  if ('String' in value) return value.String;
  if ('Number' in value)
    return 'Integer' in value.Number ? value.Number.Integer : floatOf(value.Number.Float);
  if ('Boolean' in value) return value.Boolean;
  if ('List' in value) return all(value.List);
  if ('Dictionary' in value) return dict(value.Dictionary);
  if ('ExternalInstance' in value) return kept.getInstance(value.ExternalInstance.instance_id);
  if ('Call' in value) return new Predicate(value.Call.name, await all(value.Call.args));
  if ('Variable' in value) return new Variable(value.Variable);
  if ('Expression' in value) {
    if (!acceptExpression) throw new UnexpectedExpressionError();
    return new Expression(value.Expression.operator, await all(value.Expression.args));
  }
  if ('Dictionary' in value.Pattern) return new Pattern({ fields: await dict(value.Pattern.Dictionary) });
  const { tag, fields } = value.Pattern.Instance;
  return new Pattern({ tag, fields: await dict(fields) });
}

function floatOf(float: number | string): number {
  const known = typeof float === 'number' ? float : floats.get(float);
  if (known === undefined) throw new PolarError(`Expected a floating point number, got "${float}"`);
  return known;
}
