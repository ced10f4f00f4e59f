import type { TypeDeclaration, TypesInput } from '@nanook/core';

/** Returns the types without their facts of rows; undefined if they have none. */
export function withoutRowFacts(types: TypesInput): TypesInput | undefined {
  const changed = Object.entries(types).flatMap(([name, input]) => {
    if (typeof input === 'function' || input.facts === undefined) return [];
    const { facts: _facts, ...declaration } = input as TypeDeclaration;
    return [[name, declaration] as const];
  });
  return changed.length === 0 ? undefined : { ...types, ...Object.fromEntries(changed) };
}
