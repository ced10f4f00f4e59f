import { PolarError } from '../diagnostics/polar-error.js';
import { didYouMean } from '../internal/near-names.js';
import { isClass } from './plain-type-table.js';
import type { RowFactInput } from './row-fact.js';
import type { TypeInput, TypesInput } from './type-declaration.js';

/**
 * Returns declarations in which rows are facts of the policy: for declarations that an ORM made from its tables.
 *
 * @param facts the facts of the rows of each type, which are added to its `facts`
 * @throws {PolarError} `POLAR_TYPE_INVALID_DECLARATION` for a type that is not declared
 * @example
 * const types = withRowFacts(typesFromDrizzle(tables), {
 *   Membership: [fact('has_role', ['user', 'role', 'organization'])],
 * });
 */
export function withRowFacts<Types extends TypesInput>(
  types: Types,
  facts: { readonly [Type in keyof Types]?: readonly RowFactInput[] },
): Types {
  const changed: Record<string, TypeInput> = { ...types };
  for (const [name, added = []] of Object.entries<readonly RowFactInput[] | undefined>(facts)) {
    const input = Object.hasOwn(types, name) ? types[name] : undefined;
    if (input === undefined) {
      const near = didYouMean(name, Object.keys(types));
      const reason = `the type \`${name}\` in \`withRowFacts\` must be declared${near}`;
      throw new PolarError('POLAR_TYPE_INVALID_DECLARATION', { name, reason });
    }
    const declaration = isClass(input) ? { class: input } : input;
    changed[name] = { ...declaration, facts: [...(declaration.facts ?? []), ...added] };
  }
  return changed as Types;
}
