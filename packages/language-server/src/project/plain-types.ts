import type { FieldTypeInput, TypesInput } from '@nanook/core';

/** A field in a form that processes exchange. A class is its name. */
export type PlainField =
  | string
  | { readonly instanceOf: string }
  | { readonly number: true }
  | { readonly list: readonly PlainField[] }
  | { readonly oneOf: readonly string[] }
  | { readonly nullable: PlainField }
  | { readonly optional: PlainField }
  | { readonly secret: PlainField };

/** A member that instances of a class inherit. */
export interface PlainMember {
  readonly name: string;
  readonly isMethod: boolean;
}

/** A declared type in a form that processes exchange. */
export interface PlainType {
  readonly name: string;
  /** The type of the nearest declared superclass; undefined for a type without a class. */
  readonly class:
    | { readonly extends: string | undefined; readonly members: readonly PlainMember[] }
    | undefined;
  readonly fields: Readonly<Record<string, PlainField>> | undefined;
  /** The parts of the declaration that are plain data already. */
  readonly data: object;
  readonly loads: readonly string[];
  readonly hasTest: boolean;
  readonly hasEquals: boolean;
}

type Declaration = Extract<TypesInput[string], { readonly fields?: unknown }>;

/** Returns the declared types without classes and functions. */
export function plainTypes(types: TypesInput): readonly PlainType[] {
  const names = new Map<unknown, string>();
  for (const [name, input] of Object.entries(types)) {
    const declared = typeof input === 'function' ? input : input.class;
    if (declared !== undefined && !names.has(declared)) names.set(declared, name);
  }
  return Object.entries(types).map(([name, input]) => {
    const declaration: Declaration = typeof input === 'function' ? { class: input } : input;
    const {
      class: declared,
      fields,
      relations,
      facts,
      key,
      discriminator,
      extends: bases,
      loads,
      is,
      equals,
    } = declaration;
    return {
      name,
      class: declared && classOf(declared, names),
      fields:
        fields &&
        Object.fromEntries(Object.entries(fields).map(([field, type]) => [field, plainField(type, names)])),
      data: JSON.parse(JSON.stringify({ relations, facts, key, discriminator, extends: bases })) as object,
      loads: [...(loads?.keys() ?? [])],
      hasTest: is !== undefined,
      hasEquals: equals !== undefined,
    };
  });
}

/** Reads the members of a class and of its superclasses up to one that is declared. */
function classOf(declared: Function, names: ReadonlyMap<unknown, string>): PlainType['class'] {
  const members: PlainMember[] = [];
  let current: Function = declared;
  for (;;) {
    const { prototype } = current as { readonly prototype: object };
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype)))
      if (name !== 'constructor') members.push({ name, isMethod: typeof value === 'function' });
    const parent: unknown = Object.getPrototypeOf(current);
    if (typeof parent !== 'function' || parent === Function.prototype) return { extends: undefined, members };
    const name = names.get(parent);
    if (name !== undefined) return { extends: name, members };
    current = parent;
  }
}

function plainField(input: FieldTypeInput, names: ReadonlyMap<unknown, string>): PlainField {
  if (typeof input === 'string') return input;
  if (typeof input === 'function') {
    if (input === Number) return { number: true };
    if (input === String || input === Boolean || input === Date) return input.name;
    return names.get(input) ?? { instanceOf: input.name };
  }
  if (Array.isArray(input))
    return { list: (input as readonly FieldTypeInput[]).map((each) => plainField(each, names)) };
  if ('oneOf' in input) return { oneOf: input.oneOf };
  const [[modifier, inner]] = Object.entries(input) as [[string, FieldTypeInput]];
  return { [modifier]: plainField(inner, names) } as unknown as PlainField;
}
