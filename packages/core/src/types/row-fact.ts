/**
 * Declares that rows of a type are facts of the policy: each `Membership` is a `has_role(user, role, organization)`, each `Repository` with
 * `isPublic` is an `is_public(repository)`.
 *
 * @param name the name of the fact in the policy
 * @param args the arguments of the fact, read from the row
 * @example
 * const Membership = { fields, relations, facts: [fact('has_role', ['user', 'role', 'organization'])] };
 * const Repository = { fields, facts: [fact('is_public', ['this'], { where: { isPublic: true } })] };
 */
export const fact = (
  name: string,
  args: readonly FactArgumentInput[],
  options: RowFactOptions = {},
): RowFactInput => ({ name, arguments: args, ...options });

/**
 * An argument of a fact: a field of the row, a `one` relation of it, or `'this'`, the row itself. `{ value }` is the same value for each
 * row, and `{ field, values }` translates the values of a field. A row with a value that `values` does not have is not a fact.
 */
export type FactArgumentInput =
  | string
  | { readonly value: string | number | boolean }
  | {
      readonly field: string;
      readonly values: Readonly<Record<string, string | number | boolean>>;
    };

export interface RowFactOptions {
  /** The values of a row that is a fact, such as `{ revokedAt: null }`. Default: each row is one. */
  readonly where?: Readonly<Record<string, string | number | boolean | null>>;
  /**
   * The argument whose related rows are read, `'organization'` for `organization.memberships`. Default: the first one that has such a
   * relation, and for `has_relation` the last one, which comes first in the dialect `oso-cloud`.
   */
  readonly from?: string;
}
export interface RowFactInput extends RowFactOptions {
  readonly name: string;
  readonly arguments: readonly FactArgumentInput[];
}
