import type { Snapshot } from '../workspace/snapshot.js';
import type { DeclarationKind } from '../blocks/declarations.js';
import { named, type Completion, type CompletionKind } from './completion.js';

const kinds: Readonly<Record<DeclarationKind, CompletionKind>> = {
  permission: 'action',
  role: 'role',
  relation: 'relation',
};

/**
 * Returns the declared roles, permissions or relations, those of a type first.
 *
 * @param type the type that declares them; undefined is any type
 */
export function declaredNames(
  { outline, symbols }: Snapshot,
  kind: DeclarationKind,
  type: string | undefined,
): readonly Completion[] {
  const declared = type === undefined ? undefined : outline.types.find(type);
  const lineage = new Set(
    declared === undefined ? [type] : outline.types.ancestorsOf(declared).map(({ name }) => name),
  );
  const blocks = [...outline.blocks.values()].map((block) => ({
    isOwn: lineage.has(block.type),
    items: named(
      kinds[kind],
      [...block.declarations.values()].filter((each) => each.kind === kind).map(({ name }) => name),
      `${kind} of ${block.type}`,
    ),
  }));
  const own = blocks.filter(({ isOwn }) => isOwn).flatMap(({ items }) => items);
  const others = blocks.filter(({ isOwn }) => !isOwn).flatMap(({ items }) => items);
  const written = symbols.all.flatMap(({ symbols: found }) => found.filter((symbol) => symbol.kind === kind));
  const ofType = written.filter((symbol) => 'type' in symbol && symbol.type === type);
  const detail = kind === 'permission' ? 'action' : kind;
  return [
    ...own,
    ...named(
      kinds[kind],
      ofType.map(({ name }) => name),
      detail,
    ),
    ...others,
    ...named(
      kinds[kind],
      written.map(({ name }) => name),
      detail,
    ),
  ];
}

const blockOf = ({ outline }: Snapshot, type: string) =>
  type === 'global' ? outline.globals : outline.blocks.get(type);

/** Returns the names that a block can grant or ask for: its permissions and roles. */
export const namesOfBlock = (snapshot: Snapshot, type: string): readonly Completion[] =>
  [...(blockOf(snapshot, type)?.declarations.values() ?? [])]
    .filter(({ kind }) => kind !== 'relation')
    .map(({ kind, name }) => ({ label: name, kind: kinds[kind], detail: `${kind} of ${type}` }));
