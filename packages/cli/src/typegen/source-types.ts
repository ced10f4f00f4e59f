import { oneOf, optional, type FieldTypeInput, type TypesInput } from '@nanook/core';

/** A type of the application outside the policies: a model of Prisma, or a type of TypeScript. */
export interface SourceType {
  readonly name: string;
  readonly fields: Readonly<Record<string, SourceField>>;
}

export interface SourceField {
  /** The name of a built-in type, of a source type, or `Any`. */
  readonly type: string;
  /** The texts of an enum. */
  readonly values?: readonly string[];
  readonly isList: boolean;
  /** Whether the value can be `null` or `undefined`. */
  readonly isOptional: boolean;
}

export interface SourceTypes {
  readonly types: ReadonlyMap<string, SourceType>;
  /** The reasons why a type of the policy was not found. */
  readonly notes: readonly string[];
}

const builtIn = new Set(['String', 'Integer', 'Float', 'Decimal', 'Boolean', 'Date', 'Any']);

/** Returns the name that the source has for each declared type: the name of its class, or its own. */
export const sourceNames = (types: TypesInput): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(types).map(([name, input]) => {
      const found = typeof input === 'function' ? input : input.class;
      return [name, found?.name || name];
    }),
  );

/** Returns declarations of the types with the fields of their source. Types without a source stay as they are. */
export function declarationsFrom(types: TypesInput, { types: sources }: SourceTypes): TypesInput {
  const declaredName = new Map([...sourceNames(types)].map(([name, source]) => [source, name]));
  const nameOf = (source: string): string => declaredName.get(source) ?? source;
  const isKnown = (type: string): boolean => builtIn.has(type) || sources.has(type);
  const fieldOf = ({ type, values, isList, isOptional }: SourceField): FieldTypeInput => {
    const one = values !== undefined ? oneOf(...values) : isKnown(type) ? nameOf(type) : 'Any';
    const declared = isList ? [one] : one;
    return isOptional ? optional(declared) : declared;
  };
  const declared = Object.entries(types).map(([name, input]) => {
    const { class: found, key, equals } = typeof input === 'function' ? { class: input } : input;
    const source = sources.get(found?.name || name);
    if (source === undefined) return [name, input] as const;
    const identity = { ...(found && { class: found }), ...(key && { key }), ...(equals && { equals }) };
    return [name, { ...identity, fields: fieldsOf(source) }] as const;
  });
  // Types that a policy reaches only through a field of another one.
  const others = [...sources.values()]
    .filter(({ name }) => !declaredName.has(name) && !Object.hasOwn(types, name))
    .map((source) => [source.name, { fields: fieldsOf(source) }] as const);
  return Object.fromEntries([...declared, ...others]);

  function fieldsOf({ fields }: SourceType): Record<string, FieldTypeInput> {
    return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, fieldOf(field)]));
  }
}
