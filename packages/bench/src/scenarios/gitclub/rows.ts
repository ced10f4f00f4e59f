import type { RowMaker, RowTags, RowType } from '../../scenario.ts';
import type { Tag } from '../../shape.ts';
import type { GitClubWorld, Issue, Organization, Repository, Resource, Scope, User } from './world.ts';

/** The part of a row that a grant or a creator has: its type and its key. */
export interface KeyRow {
  readonly kind: string;
  readonly id: string;
}
export interface UserRow extends KeyRow {
  readonly grants: readonly { readonly role: string; readonly resource: KeyRow }[];
}
export interface OrganizationRow extends KeyRow {
  readonly baseRole: string | null;
}
export interface RepositoryRow extends KeyRow {
  readonly organization: OrganizationRow;
}
export interface IssueRow extends KeyRow {
  readonly repository: RepositoryRow;
  readonly creator: KeyRow;
}
export type ResourceRow = OrganizationRow | RepositoryRow | IssueRow;

const keyRow = (tag: Tag, { kind, id }: Scope): KeyRow => tag(kind, { kind, id });

export const makeRows = ({ tag, target, nested }: RowTags): RowMaker => {
  const organizationRow = (mark: Tag, { kind, id, baseRole }: Organization): OrganizationRow =>
    mark(kind, { kind, id, baseRole });
  const repositoryRow = (mark: Tag, { kind, id, organization }: Repository): RepositoryRow =>
    mark(kind, { kind, id, organization: organizationRow(nested, organization) });
  const issueRow = ({ kind, id, repository, creator }: Issue): IssueRow =>
    tag(kind, {
      kind,
      id,
      repository: repositoryRow(nested, repository),
      creator: nested('User', { kind: 'User', id: creator.id }),
    });
  return {
    actor: ({ id, grants }: User): UserRow =>
      tag('User', {
        kind: 'User',
        id,
        grants: grants.map(({ role, resource }) => ({ role, resource: keyRow(target, resource) })),
      }),
    resource: (resource: Resource): ResourceRow => {
      if ('repository' in resource) return issueRow(resource);
      if ('organization' in resource) return repositoryRow(tag, resource);
      return organizationRow(tag, resource);
    },
  };
};

export const rowTypes = ({ copies }: GitClubWorld): Record<string, RowType> => ({
  User: { key: 'id', fields: { id: 'String', grants: ['Grant'] } },
  Grant: { fields: { role: 'String', resource: 'Any' } },
  ...Object.fromEntries(
    copies.flatMap(({ suffix: n }): [string, RowType][] => [
      [`Organization${n}`, { key: 'id', fields: { id: 'String', baseRole: 'String?' } }],
      [`Repository${n}`, { key: 'id', fields: { id: 'String', organization: `Organization${n}` } }],
      [`Issue${n}`, { key: 'id', fields: { id: 'String', repository: `Repository${n}`, creator: 'User' } }],
    ]),
  ),
});
