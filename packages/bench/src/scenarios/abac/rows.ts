import type { RowMaker, RowTags, RowType } from '../../scenario.ts';
import type { Document, User } from './world.ts';

export const makeRows = ({ tag, nested }: RowTags): RowMaker => ({
  actor: ({ id, department, clearance, from, until }: User) =>
    tag('User', { kind: 'User', id, department, clearance, from, until }),
  resource: ({ id, owner, department, level, isPublic, archived }: Document) =>
    tag('Document', {
      kind: 'Document',
      id,
      owner: nested('User', { kind: 'User', id: owner.id }),
      department,
      level,
      isPublic,
      archived,
    }),
});

export const userFields = {
  id: 'String',
  department: 'String',
  clearance: 'Integer',
  from: 'Integer',
  until: 'Integer',
};
export const documentFields = {
  id: 'String',
  owner: 'User',
  department: 'String',
  level: 'Integer',
  isPublic: 'Boolean',
  archived: 'Boolean',
};

export const rowTypes: Record<string, RowType> = {
  User: { key: 'id', fields: userFields },
  Document: { key: 'id', fields: documentFields },
};
