import type { FieldTypeInput, TypesInput } from '@nanook/core';
import type { PlainField, PlainType } from './plain-types.js';

type AnyClass = new () => object;

/** Returns declarations of types with which checks find the same as with those of the application. No code of it runs. */
export function typesFromPlain(plain: readonly PlainType[]): TypesInput {
  const classes = new Classes(plain);
  return Object.fromEntries(plain.map((type) => [type.name, declarationOf(type, classes)]));
}

function declarationOf(type: PlainType, classes: Classes): TypesInput[string] {
  const { name, fields, data, loads, hasTest, hasEquals } = type;
  return {
    ...(type.class !== undefined && { class: classes.of(name) }),
    ...(fields !== undefined && {
      fields: Object.fromEntries(
        Object.entries(fields).map(([field, each]) => [field, inputOf(each, classes)]),
      ),
    }),
    ...data,
    ...(loads.length > 0 && { loads: new Map(loads.map((property) => [property, () => undefined])) }),
    ...(hasTest && { is: () => false }),
    ...(hasEquals && { equals: () => false }),
  };
}

/** Replacements for the classes of the application, with the same names, superclasses and members. */
class Classes {
  readonly #types: ReadonlyMap<string, PlainType>;
  readonly #made = new Map<string, AnyClass>();

  constructor(plain: readonly PlainType[]) {
    this.#types = new Map(plain.map((type) => [type.name, type]));
  }

  /** Returns the class of a type, or one without members for an unregistered class. */
  of(name: string): AnyClass {
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const description = this.#types.get(name)?.class;
    const made =
      description?.extends === undefined ? class {} : class extends this.of(description.extends) {};
    Object.defineProperty(made, 'name', { value: name });
    for (const { name: member, isMethod } of description?.members ?? [])
      Object.defineProperty(made.prototype, member, {
        configurable: true,
        ...(isMethod ? { value: () => undefined } : { get: () => undefined }),
      });
    this.#made.set(name, made);
    return made;
  }
}

function inputOf(field: PlainField, classes: Classes): FieldTypeInput {
  if (typeof field === 'string') return field;
  if ('number' in field) return Number;
  if ('list' in field) return field.list.map((each) => inputOf(each, classes));
  if ('oneOf' in field) return field;
  if ('instanceOf' in field) return classes.of(`class ${field.instanceOf}`);
  if ('nullable' in field) return { nullable: inputOf(field.nullable, classes) } as FieldTypeInput;
  if ('optional' in field) return { optional: inputOf(field.optional, classes) } as FieldTypeInput;
  return { secret: inputOf(field.secret, classes) } as FieldTypeInput;
}
