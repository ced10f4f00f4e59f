import { Can, usePermissionsClient } from '@nanook/react';
import { useMemo, useState } from 'react';
import { Api, type Organization, type Repository } from './api.ts';
import { RepositoryView } from './repository-view.tsx';
import { useRows } from './use-rows.ts';

const organizations = ['acme', 'guild'];

/** The organizations and repositories that the user may see, and the chosen one. */
export function GitClub({ user }: { readonly user: string }) {
  const { fetch } = usePermissionsClient();
  const api = useMemo(() => new Api(user, fetch), [user, fetch]);
  const repositories = useRows(() => api.repositories(), [user]);
  const visible = useRows(async () => {
    const found = await Promise.all(organizations.map((id) => api.organization(id)));
    return found.filter((each) => each !== undefined);
  }, [user]);
  const [chosen, choose] = useState<string>();
  const rows = repositories.rows.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const repository = rows.find(({ id }) => id === chosen) ?? rows[0];
  // A repository can be visible without its organization.
  const groups = [
    ...new Set([...visible.rows.map(({ id }) => id), ...rows.map(({ organizationId }) => organizationId)]),
  ];
  return (
    <main>
      <aside>
        {groups.map((id) => (
          <Group
            key={id}
            organization={visible.rows.find((each) => each.id === id) ?? { id, name: id }}
            repositories={rows.filter(({ organizationId }) => organizationId === id)}
            chosen={repository?.id}
            choose={choose}
            create={async (name) => {
              await api.createRepository(id, name);
              repositories.reload();
            }}
          />
        ))}
      </aside>
      {repository === undefined ? (
        <section className="empty">Nothing to see here.</section>
      ) : (
        <RepositoryView key={repository.id} api={api} repository={repository} changed={repositories.reload} />
      )}
    </main>
  );
}

interface GroupProps {
  readonly organization: Organization;
  readonly repositories: readonly Repository[];
  readonly chosen: string | undefined;
  readonly choose: (id: string) => void;
  readonly create: (name: string) => Promise<void>;
}

/** An organization with its repositories. */
const Group = ({ organization, repositories, chosen, choose, create }: GroupProps) => (
  <div className="group">
    <h2>{organization.name}</h2>
    {repositories.map(({ id, name }) => (
      <button
        key={id}
        type="button"
        className="repository"
        aria-current={id === chosen}
        onClick={() => choose(id)}
      >
        {name}
      </button>
    ))}
    <Can action="create_repository" on={{ type: 'Organization', id: organization.id }}>
      <button
        type="button"
        className="quiet"
        data-action="create_repository"
        onClick={() => void create(`Forge ${repositories.length + 1}`)}
      >
        + New repository
      </button>
    </Can>
  </div>
);
