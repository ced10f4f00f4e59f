import { inheritsFromClasses } from '../../../host/member.js';
import type { PlainTypeSets } from '../../../host/plain-type-sets.js';
import { isObjectOrFunction } from '../../../internal/is-object.js';
import type { Field, FieldType } from '../../../types/declared-type.js';
import type { PlainTypeTable } from '../../../types/plain-type-table.js';
import type { Class } from '../../../types/type-declaration.js';
import type { Equality } from '../../equality.js';
import { hasDefaultInstanceof } from '../../runtime/exact-class.js';

/**
 * Returns the properties of types, constants and equality that compiled code relies on, by name. A precompiled policy runs only where all
 * of them are the same.
 */
export function signatureOf(
  types: PlainTypeTable,
  typeSets: PlainTypeSets,
  equality: Equality,
): Record<string, string> {
  const signature: Record<string, string> = {
    equality: typeof equality === 'function' ? 'a function' : equality,
  };
  for (const type of types.types) {
    if (type.builtIn) continue;
    const { class: declared, is, discriminator, fields, relations, facts, key, equals } = type;
    signature[`type ${type.name}`] = JSON.stringify([
      declared ? 'class' : is ? 'is' : (discriminator ?? 'name'),
      ...types.ancestorsOf(type).flatMap(({ name }) => (name === type.name ? [] : [`extends ${name}`])),
      ...(fields === undefined ? [] : ['fields', ...[...fields.values()].map(fieldText)]),
      ...[...relations.values()].map(({ name, kind, type: of }) => `relation ${name}: ${kind} ${of}`),
      ...facts.map((fact) => ({ fact })),
      ...(key === undefined ? [] : [{ key }]),
      ...(equals === undefined ? [] : ['equals']),
      ...(declared === undefined ? [] : peculiarities(declared)),
    ]);
  }
  const names = new Map<unknown, string>([...types.types].map(({ name, value }) => [value, name]));
  for (const name of types.constantNames) {
    const value = types.constant(name);
    const isReference = isObjectOrFunction(value);
    const first = names.get(value);
    if (first === undefined) names.set(value, name);
    const of =
      isReference && typeSets.areSettled(value) ? [...typeSets.of(value).types].map((type) => type.name) : [];
    signature[`constant ${name}`] = !isReference
      ? `${typeof value} ${String(value)}`
      : first === undefined
        ? [typeof value, ...of].join(' ')
        : `the same as ${first}`;
  }
  return signature;
}

const fieldText = ({ name, type, nullable, optional }: Field): string =>
  `${name}: ${textOf(type)}${optional ? '??' : nullable ? '?' : ''}`;

function textOf(type: FieldType): string {
  switch (type.kind) {
    case 'list':
      return `[${textOf(type.of)}${type.hasNil ? '?' : ''}]`;
    case 'named':
      return type.name;
    case 'one-of':
      return JSON.stringify(type.values);
    case 'instance':
      return `class ${type.class.name}`;
    default:
      return type.kind;
  }
}

/** Names what a class redefines: how its instances are compared, awaited or recognized, or that it inherits from an object that is not a class. */
function peculiarities(declared: Class): string[] {
  const prototype = declared.prototype as object;
  return [
    prototype.valueOf === Object.prototype.valueOf ? '' : 'valueOf',
    'then' in prototype ? 'then' : '',
    hasDefaultInstanceof(declared) ? '' : 'Symbol.hasInstance',
    inheritsFromClasses(prototype) ? '' : 'no class',
  ].filter((name) => name !== '');
}
