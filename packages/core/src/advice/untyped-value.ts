import { looksThenable } from '../internal/promise.js';
import type { TypeSets } from '../host/type-set.js';
import { classNameOf, describeValue, isClass } from '../internal/describe-value.js';
import { TypeToken } from '../types/declared-type.js';
import type { Class } from '../types/type-declaration.js';
import type { PlainTypeTable } from '../types/plain-type-table.js';

/** The part of a message about a value without a type: a description, and the correction of the call. */
export interface UntypedValue {
  readonly found: string;
  readonly advice: string;
}

export interface Expected {
  readonly argument: 'actor' | 'resource' | 'request';
  readonly action: string | undefined;
  /** The types whose instances the rules expect. */
  readonly instances: readonly string[];
  /** The types that the rules expect themselves, as the resource of a *create*. */
  readonly types: readonly string[];
}

/** The maximum of own fields that are searched for the row itself. */
const maxFields = 20;

/** Explains a value of no declared type. It runs no code of the application except the predicates of types. */
export function explainUntyped(value: unknown, expected: Expected, typeSets: TypeSets): UntypedValue {
  const { types } = typeSets;
  const { argument, action } = expected;
  const found = describeValue(value);
  const name = expected.instances[0] ?? expected.types[0]!;
  const isTypeWanted = expected.instances.length === 0;
  if (value === undefined && argument === 'actor')
    return { found, advice: 'pass the signed-in user, or null for an anonymous actor' };
  if (value === undefined || value === null)
    return { found, advice: `test whether the ${argument} was found before you check it` };
  if (isTypeWanted) return { found, advice: `pass the type itself: ${typeExpression(name, types)}` };
  if (typeof value === 'string') {
    const type = types.find(value);
    if (type?.builtIn === false)
      return { found, advice: `pass an instance of ${name}, not the name of a type` };
    return { found, advice: `pass the ${name} itself, not its id or name` };
  }
  if (typeof value === 'number' || typeof value === 'bigint')
    return { found, advice: `load the ${name} and pass it, not its id` };
  if (typeof value === 'function') return explainFunction(value, found, name, types);
  if (typeof value !== 'object') return { found, advice: `pass a ${name}` };
  return explainObject(value, found, { ...expected, name, action }, typeSets);
}

function explainFunction(value: Function, found: string, name: string, types: PlainTypeTable): UntypedValue {
  if (!isClass(value)) return { found, advice: `call it, and pass the ${name} that it returns` };
  const type = types.findByClass(value as unknown as Class);
  return type !== undefined && !type.builtIn
    ? { found: `${found} itself`, advice: `pass an instance, not the class` }
    : { found, advice: notRegistered(value.name, name) };
}

function explainObject(
  value: object,
  found: string,
  expected: Expected & { readonly name: string },
  typeSets: TypeSets,
): UntypedValue {
  const { name, argument, action } = expected;
  if (value instanceof TypeToken)
    return { found: `the type \`${value.name}\` itself`, advice: 'pass an instance, not the type' };
  if (Array.isArray(value)) {
    const call = argument === 'resource' && action !== undefined;
    return {
      found,
      advice: call
        ? `check each element: filter(actor, '${action}', list); or pass one of them, such as list[0]`
        : `pass one ${name}, not a list`,
    };
  }
  if (looksThenable(value)) return { found, advice: 'await it first' };
  const field = fieldWithRow(value, expected, typeSets);
  if (field !== undefined)
    return {
      found: `${found} of no declared type`,
      advice: `its field \`${field}\` holds a value of an expected type: pass that`,
    };
  if (Array.isArray(ownValue(value, 'rows')))
    return {
      found: `${found} with a list \`rows\``,
      advice: `pass one row of the query result: typed('${name}', result.rows[0])`,
    };
  const className = classNameOf(value);
  if (className === undefined || className === 'Object')
    return {
      found: `${found} of no declared type`,
      advice: `tag it with typed('${name}', row), or declare how to recognize it (a copy of a tagged row has no tag)`,
    };
  if (typeSets.types.find(className)?.class !== undefined)
    return {
      found,
      advice: `\`types\` has another class \`${className}\`: the module that defines it was probably loaded twice`,
    };
  return { found, advice: notRegistered(className, name) };
}

const notRegistered = (className: string, name: string): string =>
  `class \`${className}\` is not registered; add it to \`types\`, for example { ${name}${name === className ? '' : `: ${className}`} }, or tag the instance with typed('${name}', …)`;

const typeExpression = (name: string, types: PlainTypeTable): string =>
  types.find(name)?.class === undefined ? `authorizer.type('${name}')` : `the class \`${name}\``;

/** Returns the own field that contains a value of an expected type: `{ data: row }`. */
function fieldWithRow(value: object, { instances }: Expected, typeSets: TypeSets): string | undefined {
  for (const key of Object.keys(value).slice(0, maxFields)) {
    const inner = ownValue(value, key);
    if (typeof inner !== 'object' || inner === null) continue;
    for (const type of typeSets.of(inner).types) if (instances.includes(type.name)) return key;
  }
  return undefined;
}

const ownValue = (object: object, key: string): unknown =>
  Object.getOwnPropertyDescriptor(object, key)?.value;
