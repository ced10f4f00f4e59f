import type { Expression, Node, ObjectExpression } from '@babel/types';

/** Returns the members of an object by name; undefined for a member that is not `name: value`. */
export function membersOf({ properties }: ObjectExpression): Map<string, Expression | undefined> {
  return new Map(
    properties.map((property) => {
      if (property.type === 'SpreadElement' || property.computed) return ['…', undefined];
      const { key } = property;
      const name = key.type === 'Identifier' ? key.name : key.type === 'StringLiteral' ? key.value : '…';
      return [
        name,
        property.type === 'ObjectMethod' || name === '…' ? undefined : (property.value as Expression),
      ];
    }),
  );
}

/** Returns a key of an object as text, with quotes where JavaScript needs them. */
export const keyText = (key: string): string =>
  /^[\w$]+$/.test(key) && !/^\d/.test(key) ? key : `'${key.replaceAll("'", String.raw`\'`)}'`;

/** Returns whether an identifier is the name of a property, a method or a field. */
export function isMemberName(node: Node, parent: Node | undefined): boolean {
  if (parent === undefined) return false;
  if (parent.type === 'MemberExpression' || parent.type === 'OptionalMemberExpression')
    return parent.property === node && !parent.computed;
  if (parent.type === 'ObjectProperty' && parent.shorthand) return false;
  return 'key' in parent && parent.key === node && !(parent as { computed?: boolean }).computed;
}
