import { doubt, doubtIfNegated, ModelError, NoValue, Undecided } from './outcome.js';
import { Contradiction, Dictionary, Row, type Value, type Values } from './values.js';

/**
 * Returns the value of an attribute.
 *
 * @param inPattern whether a missing attribute means that a pattern does not match
 * @throws {Undecided} for a missing attribute, an attribute of nil, and a value that contradicts its declaration
 */
export function attribute(values: Values, of: Value, name: string, inPattern = false): Value {
  const missing = new Undecided(inPattern ? doubtIfNegated : doubt);
  if (of instanceof Dictionary) {
    const found = of.entries.get(name);
    if (found === undefined) throw new NoValue();
    return found;
  }
  if (name === 'length' && typeof of === 'string') return Array.from(of).length;
  if (name === 'length' && Array.isArray(of)) return of.length;
  if (!(of instanceof Row)) throw missing;
  const field = values.types.field(of.types, name);
  const found = of.thing.attributes[name];
  if (found === undefined && field?.isOptional !== true) throw missing;
  return field === undefined ? values.given(found) : values.declared(found, field);
}

/** Returns the result of a method. @throws {Undecided} for a missing method, and an argument that the method does not accept */
export function call(values: Values, of: Value, name: string, args: readonly Value[]): Value {
  if (of instanceof Row) {
    const method = of.thing.attributes[name];
    if (method === undefined) throw new Undecided();
    if (typeof method !== 'function') throw new ModelError(`${name} is not a method`);
    return values.given(method(...args.map((arg) => (arg instanceof Row ? arg.thing : arg))));
  }
  const found =
    typeof of === 'string' ? ofText(of, name, args) : Array.isArray(of) && ofList(values, of, name, args);
  if (found === undefined || found === false) throw new Undecided();
  return found.value;
}

interface Found {
  readonly value: Value;
}

/** Returns undefined for a missing method or wrong arguments. */
function ofText(text: string, name: string, args: readonly Value[]): Found | undefined {
  const texts = args.every((arg) => typeof arg === 'string');
  switch (name) {
    case 'startsWith':
    case 'endsWith':
    case 'includes':
      return texts && args.length === 1 ? { value: text[name](args[0] as string) } : undefined;
    case 'concat':
      return texts ? { value: [text, ...args].join('') } : undefined;
    case 'toLowerCase':
    case 'toUpperCase':
    case 'trim':
      return args.length === 0 ? { value: text[name]() } : undefined;
    default:
      throw new ModelError(`the model does not define the method ${name} of a text`);
  }
}

function ofList(
  values: Values,
  list: readonly (Value | Contradiction)[],
  name: string,
  args: readonly Value[],
): Found | undefined {
  const items = values.whole(list);
  switch (name) {
    case 'concat':
      return { value: [...items, ...args.flat(1)] as Value };
    default:
      throw new ModelError(`the model does not define the method ${name} of a list`);
  }
}

/** Returns the result of an arithmetic operator. @throws {Undecided} where there is no number, or none that is exact */
export function compute(operator: string, left: Value, right: Value): number {
  if (typeof left !== 'number' || typeof right !== 'number') throw new Undecided();
  const result = resultOf(operator, left, right);
  const isLost = Number.isInteger(result) && !Number.isSafeInteger(result);
  if (isLost || Number.isNaN(result)) throw new Undecided();
  return result;
}

function resultOf(operator: string, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
  }
  if (right === 0) throw new Undecided();
  switch (operator) {
    case '/':
      return left / right;
    case 'rem':
      return left % right;
    default:
      return left - right * Math.floor(left / right);
  }
}
