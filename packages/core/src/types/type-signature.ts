import type { DeclaredType } from './declared-type.js';
import type { Relation } from './relation.js';
import type { TypeTable } from './type-table.js';

/**
 * Describes the declarations of a type table, by name, and the dialect of its policies if it is not that of Nanook. A policy that loads with
 * a table also loads with another one of the same signature. Functions and the values of constants are not part of it.
 */
export function typeSignature(types: TypeTable): Readonly<Record<string, string>> {
  const declared = [...types.types].filter(({ builtIn }) => !builtIn);
  const entries = declared.map((type) => [`type ${type.name}`, describeType(type, types)] as const);
  const constants = types.constantNames.map((name) => [`constant ${name}`, 'declared'] as const);
  return {
    ...(types.dialect.name !== 'nanook' && { dialect: types.dialect.name }),
    ...Object.fromEntries([...entries, ...constants].sort(byName)),
  };
}

function describeType(type: DeclaredType, types: TypeTable): string {
  const { class: declared, is, discriminator, fields, relations, facts, key, equals } = type;
  const described = {
    by: declared ? 'class' : is ? 'is' : (discriminator ?? 'name'),
    extends: types.ancestorsOf(type).flatMap(({ name }) => (name === type.name ? [] : [name])),
    fields: fields && Object.fromEntries([...fields].sort(byName)),
    relations: Object.fromEntries(
      [...relations].sort(byName).map(([name, relation]) => [name, plain(relation)]),
    ),
    facts: facts.length > 0 ? facts : undefined,
    key,
    equals: equals !== undefined,
  };
  return JSON.stringify(described, (_, value: unknown) => (typeof value === 'function' ? value.name : value));
}

/** Returns a relation as data that `JSON.stringify` writes. */
const plain = (relation: Relation) => ({ ...relation, where: [...relation.where].sort(byName) });

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0;
