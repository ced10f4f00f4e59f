import type { RowMaker, RowTags, RowType } from '../../scenario.ts';
import { type Document, type RoleName, User } from './world.ts';

export interface DocumentRow {
  readonly id: string;
}
export interface UserRow {
  readonly roles: readonly { readonly name: RoleName; readonly document: DocumentRow }[];
}

export const makeRows = ({ tag, nested }: RowTags): RowMaker => ({
  actor: ({ id, roles }: User) =>
    tag('User', {
      kind: 'User',
      id,
      roles: roles.map(({ name, document }) => ({
        name,
        document: nested('Document', { kind: 'Document', id: document.id }),
      })),
    }),
  resource: ({ id }: Document) => tag('Document', { kind: 'Document', id }),
});

/** Users stay instances, because a row has no method that looks up a role. */
export const makeDocumentRows = (tags: RowTags): RowMaker => ({
  ...makeRows(tags),
  actor: (user: User) => user,
});

const documentType: RowType = { key: 'id', fields: { id: 'String' } };

export const rowTypes: Record<string, RowType> = {
  User: { key: 'id', fields: { id: 'String', roles: ['Role'] } },
  Role: { fields: { name: 'String', document: 'Document' } },
  Document: documentType,
};

export const documentRowTypes: Record<string, RowType> = {
  User: { class: User, fields: { id: 'String' } },
  Document: documentType,
};
