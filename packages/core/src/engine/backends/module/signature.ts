import { inheritsFromClasses } from '../../../host/member.js';
import type { PlainTypeSets } from '../../../host/plain-type-sets.js';
import { isObjectOrFunction } from '../../../internal/is-object.js';
import type { FieldType } from '../../../types/declared-type.js';
import type { PlainTypeTable } from '../../../types/plain-type-table.js';
import type { Equality } from '../../equality.js';

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
    const { class: declared, is, discriminator, fields, relations, key, equals } = type;
    const prototype = declared?.prototype as Record<PropertyKey, unknown> | undefined;
    signature[`type ${type.name}`] = JSON.stringify({
      by: declared ? 'class' : is ? 'is' : (discriminator ?? 'name'),
      extends: types.ancestorsOf(type).map(({ name }) => name),
      fields:
        fields &&
        [...fields.values()].map((field) =>
          [field.name, textOf(field.type), field.optional ? 'optional' : ''].join(' ').trim(),
        ),
      relations: [...relations.values()].map(({ name, kind, type: of }) => `${name}: ${kind} ${of}`),
      key,
      equals: equals !== undefined,
      // A class may redefine how its instances are compared, awaited or recognized, or inherit from an object that is not a class.
      valueOf: prototype?.valueOf === Object.prototype.valueOf,
      awaited: prototype !== undefined && 'then' in prototype,
      classes: prototype !== undefined && inheritsFromClasses(prototype),
      instance: declared !== undefined && hasOwnTest(declared),
    });
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

function textOf(type: FieldType): string {
  if (type.kind === 'list') return `[${textOf(type.of)}]`;
  return type.kind === 'named' ? type.name : type.isDate ? 'Date' : 'Any';
}

const hasOwnTest = (declared: object): boolean =>
  (declared as { [Symbol.hasInstance]?: unknown })[Symbol.hasInstance] !==
  Function.prototype[Symbol.hasInstance];
