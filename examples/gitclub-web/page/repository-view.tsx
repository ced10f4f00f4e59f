import { Can, usePermissions } from '@nanook/react';
import { useState } from 'react';
import type { Api, Issue, Repository } from './api.ts';
import { useRows } from './use-rows.ts';

interface RepositoryViewProps {
  readonly api: Api;
  readonly repository: Repository;
  readonly changed: () => void;
}

/** A repository with its issues, and the controls that the user may use. */
export function RepositoryView({ api, repository, changed }: RepositoryViewProps) {
  const issues = useRows(() => api.issues(repository.id), [repository.id]);
  const resource = { type: 'Repository', id: repository.id } as const;
  const run = async (action: Promise<unknown>, reload: () => void) => {
    await action;
    reload();
  };
  return (
    <section>
      <div className="title">
        <h2>
          <small>{repository.organizationId} /</small> {repository.name}
        </h2>
        <Can action="delete" on={resource}>
          <button
            type="button"
            className="danger"
            data-action="delete"
            onClick={() => void run(api.deleteRepository(repository.id), changed)}
          >
            Delete repository
          </button>
        </Can>
      </div>
      <Can action="list_issues" on={resource} fallback={<p className="empty">Issues are for readers.</p>}>
        <Issues issues={issues.rows} close={(id) => void run(api.closeIssue(id), issues.reload)} />
      </Can>
      <Can action="create_issue" on={resource}>
        <NewIssue create={(title) => void run(api.createIssue(repository.id, title), issues.reload)} />
      </Can>
    </section>
  );
}

/** The issues of a repository. The answers about all of them come with one request. */
function Issues({
  issues,
  close,
}: {
  readonly issues: readonly Issue[];
  readonly close: (id: number) => void;
}) {
  const { can } = usePermissions(issues.map(({ id }) => ({ type: 'Issue', id })));
  if (issues.length === 0) return <p className="empty">No issues.</p>;
  return (
    <ul className="issues">
      {issues.map(({ id, title, isOpen, creatorId }) => (
        <li key={id} data-open={isOpen}>
          <span className="dot" aria-hidden="true" />
          <span>
            <b>{title}</b>
            <small>
              #{id} by {creatorId}
              {isOpen ? '' : ' · closed'}
            </small>
          </span>
          {isOpen && can('close', { type: 'Issue', id }) && (
            <button type="button" data-action={`close ${id}`} onClick={() => close(id)}>
              Close
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

/** A form for a new issue. */
function NewIssue({ create }: { readonly create: (title: string) => void }) {
  const [title, setTitle] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (title.trim() !== '') create(title);
        setTitle('');
      }}
    >
      <input
        aria-label="Title of a new issue"
        placeholder="Report an issue"
        value={title}
        onChange={(event) => setTitle(event.target.value)}
      />
      <button type="submit" className="primary" data-action="create_issue">
        New issue
      </button>
    </form>
  );
}
