import type { RowMaker, RowTags, RowType } from '../../scenario.ts';
import type { Folder, RoleName, User } from './world.ts';

export interface FolderRow {
  readonly kind: string;
  readonly id: string;
  readonly parent: FolderRow | null;
}
export interface UserRow {
  readonly roles: readonly { readonly name: RoleName; readonly folder: { readonly id: string } }[];
}

export const makeRows = ({ tag, nested }: RowTags): RowMaker => ({
  actor: ({ id, roles }: User) =>
    tag('User', {
      kind: 'User',
      id,
      roles: roles.map(({ name, folder }) => ({
        name,
        folder: nested('Folder', { kind: 'Folder', id: folder.id }),
      })),
    }),
  resource: (leaf: Folder): FolderRow => {
    // From the root to the leaf, without recursion, because a tree can be deep.
    const path: Folder[] = [];
    for (let at = leaf.parent; at !== null; at = at.parent) path.push(at);
    let parent: FolderRow | null = null;
    for (let i = path.length - 1; i >= 0; i--)
      parent = nested('Folder', { kind: 'Folder', id: path[i]!.id, parent } satisfies FolderRow);
    return tag('Folder', { kind: 'Folder', id: leaf.id, parent });
  },
});

export const folderFields = { id: 'String', parent: 'Folder?' };

export const rowTypes: Record<string, RowType> = {
  User: { key: 'id', fields: { id: 'String', roles: ['Role'] } },
  Role: { fields: { name: 'String', folder: 'Folder' } },
  Folder: { key: 'id', fields: folderFields },
};
