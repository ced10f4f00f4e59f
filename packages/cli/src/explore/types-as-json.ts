import type { FieldTypeInput, TypeDeclaration, TypeInput, TypesInput } from '@nanook/core';

/** Types in the form of `nanook.config.json`, and the parts that this form cannot express. */
export interface JsonTypes {
  readonly types: Readonly<Record<string, object>>;
  readonly notes: readonly string[];
}

/** Returns the declarations of types without their functions. The rows of the page have the names of their types instead. */
export function typesAsJson(types: TypesInput): JsonTypes {
  const declarations = Object.entries(types).map(([name, input]) => [name, declarationOf(input)] as const);
  const byClass = new Map(
    declarations.flatMap(([name, { class: declared }]) =>
      declared === undefined ? [] : [[declared as unknown, name] as const],
    ),
  );
  const notes = declarations.flatMap(([name, { class: declared, equals }]) => {
    const parent = declared && parentIn(declared, byClass);
    return [
      ...(parent === undefined ? [] : [`the class of ${name} extends that of ${parent}`]),
      ...(equals === undefined ? [] : [`${name} has the function \`equals\``]),
    ];
  });
  return {
    types: Object.fromEntries(declarations.map(([name, each]) => [name, jsonOf(each, byClass)])),
    notes,
  };
}

const declarationOf = (input: TypeInput): TypeDeclaration =>
  typeof input === 'function' ? { class: input } : input;

function jsonOf(
  { fields, relations, facts, key, discriminator, extends: bases }: TypeDeclaration,
  byClass: ReadonlyMap<unknown, string>,
): object {
  return {
    ...(discriminator && { discriminator }),
    ...(bases !== undefined && { extends: bases }),
    ...(key !== undefined && { key }),
    ...(fields && {
      fields: Object.fromEntries(
        Object.entries(fields).map(([name, field]) => [name, fieldAsJson(field, byClass)]),
      ),
    }),
    ...(relations && { relations }),
    ...(facts && { facts }),
  };
}

const builtInClasses: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [String, 'String'],
  [Number, 'Float'],
  [Boolean, 'Boolean'],
  [Date, 'Date'],
]);

/** Returns the type of a field with the names of classes. */
function fieldAsJson(input: FieldTypeInput, byClass: ReadonlyMap<unknown, string>): unknown {
  if (typeof input === 'string') return input;
  if (typeof input === 'function') return builtInClasses.get(input) ?? byClass.get(input) ?? 'Any';
  if (Array.isArray(input))
    return (input as readonly FieldTypeInput[]).map((each) => fieldAsJson(each, byClass));
  if ('oneOf' in input) return input;
  return Object.fromEntries(
    Object.entries(input).map(([part, inner]) => [part, fieldAsJson(inner as FieldTypeInput, byClass)]),
  );
}

/** Returns the type of the nearest superclass that is declared, too. */
function parentIn(declared: object, byClass: ReadonlyMap<unknown, string>): string | undefined {
  const parent: unknown = Object.getPrototypeOf(declared);
  if (typeof parent !== 'function') return undefined;
  return byClass.get(parent) ?? parentIn(parent, byClass);
}
