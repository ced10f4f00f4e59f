import { useState } from 'preact/hooks';
import { actionsFor } from '../model/answer.js';
import { dialects, listedTypes, listRows, type RowList, type RowQuery } from '../model/row-list.js';
import { nameColumn, sampleTables } from '../model/sample-tables.js';
import type { LoadedProject } from '../model/load-project.js';
import type { RunQuery, ViewProps } from './page-context.js';
import { useResult } from './use-result.js';
import { Waiting } from './waiting.js';

type DialectName = keyof typeof dialects;

/** The rows of a type on which the actor may perform the action: the condition, its SQL, and the rows of the data. */
export function ListView({ loaded, question, actions: { runQuery } }: ViewProps) {
  const types = listedTypes(loaded);
  const [chosen, setChosen] = useState<string>();
  const type =
    chosen !== undefined && types.includes(chosen) ? chosen : typeOf(loaded, question.resource, types);
  const { actor, action } = question;
  const result = useResult(
    async () =>
      type === undefined || actor === '' || action === '' ? undefined : listRows(loaded, actor, action, type),
    [loaded, actor, action, type],
  );
  if (type === undefined)
    return <p class="quiet">No type declares its fields, so no condition on rows can be made.</p>;
  return (
    <>
      <p class="toolbar">
        <label>
          Which rows of{' '}
          <select value={type} onChange={(event) => setChosen(event.currentTarget.value)}>
            {types.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>{' '}
        may <b>{actor}</b> {action}?
      </p>
      <Waiting result={result} label="Reading the rules …">
        {(list) =>
          list === undefined ? (
            <p class="quiet">Choose an actor and an action.</p>
          ) : (
            <Rows list={list} loaded={loaded} runQuery={runQuery} />
          )
        }
      </Waiting>
    </>
  );
}

function typeOf(loaded: LoadedProject, resource: string, types: readonly string[]): string | undefined {
  if (types.includes(resource)) return resource;
  const value = loaded.fixtures[resource];
  const own = value === undefined ? [] : loaded.authorizer.policy.typesOf(value);
  return (
    own.find((type) => types.includes(type)) ??
    types.find((type) => actionsFor(loaded, type).own.length > 0) ??
    types[0]
  );
}

function Rows({
  list: { condition, rows, queries, allowed, total },
  loaded,
  runQuery,
}: {
  readonly list: RowList;
  readonly loaded: LoadedProject;
  readonly runQuery: RunQuery | undefined;
}) {
  const [dialect, setDialect] = useState<DialectName>('postgres');
  const query = queries[dialect];
  return (
    <>
      <h2>Condition</h2>
      <pre class="code">{rows === 'all' ? 'all rows' : rows === 'none' ? 'no row' : condition}</pre>
      <h2>Query</h2>
      <div class="tabs small" role="group" aria-label="database">
        {(Object.keys(dialects) as DialectName[]).map((name) => (
          <button key={name} type="button" aria-pressed={dialect === name} onClick={() => setDialect(name)}>
            {dialects[name]}
          </button>
        ))}
      </div>
      {query.text === undefined ? (
        <p class="message">{query.message}</p>
      ) : (
        <>
          <pre class="code">{query.text}</pre>
          {query.values.length > 0 && (
            <p class="values">
              {query.values.map((value, i) => (
                <span key={i}>
                  {i + 1}: <code>{JSON.stringify(value)}</code>
                </span>
              ))}
            </p>
          )}
        </>
      )}
      <h2>Rows of the data</h2>
      <p>
        {allowed.length} of {total}
        {allowed.length > 0 && ': '}
        {allowed.map((name, i) => (
          <>
            {i > 0 && ', '}
            <code>{name}</code>
          </>
        ))}
      </p>
      {queries.postgres.text !== undefined && runQuery !== undefined && (
        <OnPostgres
          key={queries.postgres.text}
          runQuery={runQuery}
          query={queries.postgres}
          loaded={loaded}
          expected={allowed}
        />
      )}
    </>
  );
}

type PostgresState = 'idle' | 'running' | { readonly names: readonly string[] } | { readonly error: string };

/** Runs the query on a PostgreSQL in this page, which is loaded when it is wanted. */
function OnPostgres({
  runQuery,
  query,
  loaded,
  expected,
}: {
  readonly runQuery: RunQuery;
  readonly query: RowQuery;
  readonly loaded: LoadedProject;
  readonly expected: readonly string[];
}) {
  const [state, setState] = useState<PostgresState>('idle');
  const run = async (): Promise<void> => {
    if (query.text === undefined) return;
    setState('running');
    const found = await runQuery(sampleTables(loaded), { text: query.text, values: query.values });
    setState(
      'error' in found
        ? found
        : {
            names: found.rows.map((row) => (row[nameColumn] as string | null) ?? 'a row inside another one'),
          },
    );
  };
  const names = typeof state === 'object' && 'names' in state ? state.names : undefined;
  const isSame = names?.toSorted().join() === expected.toSorted().join();
  return (
    <>
      <p>
        <button type="button" disabled={state === 'running'} onClick={() => void run()}>
          {state === 'running' ? 'Running …' : 'Run on PostgreSQL in this page'}
        </button>{' '}
        <span class="quiet">loads PGlite: 15 MB, or 5 MB compressed</span>
      </p>
      {typeof state === 'object' && 'error' in state && (
        <p class="message" role="alert">
          {state.error}
        </p>
      )}
      {names !== undefined && (
        <p role="status" class="rows">
          PostgreSQL returns {names.length === 1 ? '1 row' : `${names.length} rows`}
          {names.length > 0 && ': '}
          {names.map((name, i) => (
            <>
              {i > 0 && ', '}
              <code>{name}</code>
            </>
          ))}
          . {isSame ? '✓ The policy allows the same rows.' : '✗ The policy allows other rows.'}
        </p>
      )}
    </>
  );
}
