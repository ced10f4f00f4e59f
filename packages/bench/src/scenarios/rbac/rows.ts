import type { RowMaker, RowTags, RowType } from '../../scenario.ts';
import { type Item, itemTypes, type RoleName, User } from './world.ts';

export interface ItemRow {
  readonly kind: string;
  readonly id: string;
}
export interface RoleRow {
  readonly name: RoleName;
  readonly resource: ItemRow;
}
export interface UserRow {
  readonly id: string;
  readonly roles: readonly RoleRow[];
}

const itemRow = ({ kind, id }: Item): ItemRow => ({ kind, id });

const rolesOf = ({ roles }: User, { target }: RowTags): RoleRow[] =>
  roles.map(({ name, resource }) => ({ name, resource: target(resource.kind, itemRow(resource)) }));

export const makeRows = (tags: RowTags): RowMaker => ({
  actor: (user: User) => tags.tag('User', { kind: 'User', id: user.id, roles: rolesOf(user, tags) }),
  resource: (item: Item) => tags.tag(item.kind, itemRow(item)),
});

/** Makes users that load their roles, as rows, with a method. */
export const makeLoadingRows = (tags: RowTags): RowMaker => ({
  ...makeRows(tags),
  actor: (user: User) => new User(user.id, rolesOf(user, tags)),
});

const roleFields = { name: 'String', resource: 'Any' };
const items: Record<string, RowType> = Object.fromEntries(
  itemTypes.map((type) => [type, { key: 'id', fields: { id: 'String' } }]),
);

export const rowTypes: Record<string, RowType> = {
  User: { key: 'id', fields: { id: 'String', roles: ['Role'] } },
  Role: { fields: roleFields },
  ...items,
};

export const loadingRowTypes: Record<string, RowType> = {
  User: { class: User, fields: { id: 'String' } },
  ...items,
};
