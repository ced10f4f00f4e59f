import type { PolicyOutline } from '@nanook/core/syntax';
import type { DeclarationKind } from '../blocks/declarations.js';
import type { PolicySymbol } from './policy-symbol.js';

export const isAnyType = (type: string | undefined): boolean =>
  type === undefined || type === 'Actor' || type === 'Resource';

/** Returns the roles, permissions or relations that a text can name on values of a type; undefined is any type. */
export function resolveName(
  { blocks, types }: PolicyOutline,
  kind: DeclarationKind,
  type: string | undefined,
  name: string,
): readonly PolicySymbol[] {
  const declares = (owner: string): boolean => blocks.get(owner)?.declarations.get(name)?.kind === kind;
  const symbol = (owner: string): PolicySymbol => ({ kind, type: owner, name });
  if (isAnyType(type)) {
    const owners = [...blocks.keys()].filter(declares);
    return owners.length > 0 ? owners.map(symbol) : [symbol('*')];
  }
  const declared = types.find(type!);
  const lineage = declared === undefined ? [type!] : types.ancestorsOf(declared).map((each) => each.name);
  const nearest = lineage.find(declares);
  if (nearest !== undefined) return [symbol(nearest)];
  const subtypes = [...blocks.keys()].filter((owner) => declares(owner) && extendsType(owner));
  return subtypes.length > 0 ? subtypes.map(symbol) : [symbol(type!)];

  function extendsType(owner: string): boolean {
    const sub = types.find(owner);
    return sub !== undefined && types.ancestorsOf(sub).some((each) => each.name === type);
  }
}
