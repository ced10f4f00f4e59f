import type { Expression, ObjectExpression } from '@babel/types';

/** Returns the members of an object by name; undefined for a member that is not `name: value`. */
export function membersOf({ properties }: ObjectExpression): Map<string, Expression | undefined> {
  return new Map(
    properties.map((property) => {
      if (property.type !== 'ObjectProperty' || property.computed) return ['…', undefined];
      const { key, value } = property;
      const name = key.type === 'Identifier' ? key.name : key.type === 'StringLiteral' ? key.value : '…';
      return [name, name === '…' ? undefined : (value as Expression)];
    }),
  );
}
