import { useState } from 'preact/hooks';
import { signs, type CheckOutcome } from '../model/decide.js';
import { cellKey, matrixOf, outcomesOf, type Matrix, type MatrixTable } from '../model/matrix.js';
import type { LoadedProject } from '../model/load-project.js';
import type { Question } from '../model/project-text.js';
import type { ViewProps } from './page-context.js';
import { useResult } from './use-result.js';
import { Waiting } from './waiting.js';

const everybody = '';

/** All answers about the data: resources in rows, actions in columns, for one actor or for all of them. */
export function MatrixView({
  loaded,
  question,
  actions,
  base,
  known,
}: ViewProps & {
  readonly base: LoadedProject | undefined;
  /** The outcomes of cells that the page cannot decide as the project does, by `cellKey`. */
  readonly known?: ReadonlyMap<string, CheckOutcome> | undefined;
}) {
  const [actor, setActor] = useState(everybody);
  const result = useResult((signal) => matrixOf(loaded, signal), [loaded]);
  const before = useResult(
    async (signal) =>
      base === undefined || base === loaded ? undefined : outcomesOf(await matrixOf(base, signal)),
    [base, loaded],
  );
  return (
    <Waiting result={result} label="Deciding all questions …">
      {(matrix) => (
        <>
          <p class="toolbar">
            <label>
              answers for{' '}
              <select value={actor} onChange={(event) => setActor(event.currentTarget.value)}>
                <option value={everybody}>all actors</option>
                {matrix.actors.map((name) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
            <Legend />
          </p>
          {matrix.omitted > 0 && (
            <p class="message">{matrix.omitted} checks are left out, because there are too many.</p>
          )}
          {matrix.tables.length === 0 && (
            <p class="quiet">The data has no actor and resource that the policy names.</p>
          )}
          {matrix.tables.map((table) => (
            <Table
              key={table.type}
              table={table}
              actors={shownActors(matrix, actor)}
              all={matrix.actors}
              question={question}
              before={before.value}
              known={known}
              ask={actions.ask}
            />
          ))}
        </>
      )}
    </Waiting>
  );
}

const shownActors = ({ actors }: Matrix, actor: string): readonly string[] =>
  actors.includes(actor) ? [actor] : actors;

const Legend = () => (
  <span class="legend">
    {(['allowed', 'denied', 'undecided'] as const).map((outcome) => (
      <span key={outcome}>
        <span class={`square ${outcome}`} aria-hidden="true">
          {signs[outcome]}
        </span>{' '}
        {outcome}
      </span>
    ))}
  </span>
);

interface TableProps {
  readonly table: MatrixTable;
  readonly actors: readonly string[];
  readonly all: readonly string[];
  readonly question: Question;
  readonly before: ReadonlyMap<string, string> | undefined;
  readonly known: ReadonlyMap<string, CheckOutcome> | undefined;
  readonly ask: (question: Question) => void;
}

function Table({ table: { type, actions, rows }, actors, all, question, before, known, ask }: TableProps) {
  return (
    <div class="scroll">
      <table class="matrix">
        <caption>{type ?? 'other values'}</caption>
        <thead>
          <tr>
            <th scope="col">resource</th>
            {actions.map((action) => (
              <th key={action} scope="col">
                {action}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ resource, cells }) => (
            <tr key={resource}>
              <th scope="row">{resource}</th>
              {cells.map((outcomes, i) => (
                <td key={actions[i]}>
                  {outcomes === undefined ? (
                    <span class="quiet">–</span>
                  ) : (
                    <span class="squares">
                      {actors.map((actor) => {
                        const cell = { actor, action: actions[i]!, resource };
                        const decided = outcomes[all.indexOf(actor)]!;
                        const outcome = known?.get(cellKey(cell)) ?? decided;
                        const old = before?.get(cellKey(cell));
                        const isChanged = old !== undefined && old !== decided;
                        const text = `${actor} ${cell.action} ${resource}: ${outcome}${isChanged ? `, before ${old}` : ''}`;
                        return (
                          <button
                            key={actor}
                            type="button"
                            class={`square ${outcome}${isChanged ? ' changed' : ''}`}
                            aria-label={text}
                            title={text}
                            aria-pressed={cellKey(cell) === cellKey(question)}
                            onClick={() => ask(cell)}
                          >
                            {signs[outcome]}
                            {actors.length > 1 && <span class="who">{actor}</span>}
                          </button>
                        );
                      })}
                    </span>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
