import { typed } from '@nanook/core';

export const types = {
  User: { key: ['id'], fields: { id: 'Integer', name: 'String', teamId: 'Integer' } },
  Note: {
    key: ['id'],
    fields: { id: 'Integer', ownerId: 'Integer', teamId: 'Integer', isShared: 'Boolean', text: 'String' },
  },
};

export const users = [
  { id: 1, name: 'ann', teamId: 3 },
  { id: 2, name: 'bob', teamId: 3 },
];

/** The rows of a table. */
export const rows = [
  { id: 7, ownerId: 1, teamId: 3, isShared: false, text: 'Buy honey' },
  { id: 8, ownerId: 1, teamId: 3, isShared: true, text: 'Bears live here' },
  { id: 9, ownerId: 4, teamId: 5, isShared: true, text: 'Find shade' },
];

export const findNote = (id: string | undefined) => {
  const row = rows.find((each) => each.id === Number(id));
  return row && typed('Note', row);
};

export const findUser = (name: string | undefined) => {
  const row = users.find((each) => each.name === name);
  return row && typed('User', row);
};
