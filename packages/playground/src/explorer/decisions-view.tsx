import { labelOf, type ExplorerDecisions, type ReplayedDecision } from '@nanook/cli/tools';
import { useEffect, useRef, useState } from 'preact/hooks';
import { signs } from '../model/decide.js';
import type { ShowPlace } from '../view/place-link.js';
import { useResult } from '../view/use-result.js';
import { Waiting } from '../view/waiting.js';
import { WhyView } from '../view/why-view.js';
import type { ExplorerSession } from './explorer-session.js';

interface DecisionsProps {
  readonly session: ExplorerSession;
  /** The names of the data, which values link to. */
  readonly names: ReadonlySet<string>;
  readonly showPlace: ShowPlace;
  readonly showData: (name: string) => void;
}

type Listed = Extract<ExplorerDecisions, { readonly kind: 'decisions' }>;
type DecisionRecord = Listed['records'][number];
type Filters = Readonly<Record<string, string>>;

/** The decision log. A click decides a record again, with the policies of today. */
export function DecisionsView(props: DecisionsProps) {
  const { session } = props;
  const { state } = session.view;
  const [filters, setFilters] = useState<Filters>({});
  const [times, setTimes] = useState(0);
  const [chosen, choose] = useState<DecisionRecord>();
  const hasLog = state?.hasLog === true;
  const result = useResult(
    async () => (hasLog ? session.client.decisions(filters) : undefined),
    [hasLog, filters, times],
  );
  if (!hasLog) return <NoLog />;
  return (
    <>
      <FilterForm
        apply={(wanted) => {
          setFilters(wanted);
          setTimes(times + 1);
        }}
      />
      {chosen !== undefined && (
        <Replay key={JSON.stringify([chosen.id, chosen.field])} record={chosen} {...props} />
      )}
      <Waiting result={result} label="Reading the log …">
        {(found) =>
          found === undefined ? null : found.kind === 'error' ? (
            <p class="message" role="alert">
              {found.message}
            </p>
          ) : (
            <Records {...{ found, chosen, choose }} />
          )
        }
      </Waiting>
    </>
  );
}

const NoLog = () => (
  <div class="prose">
    <p>No decision log is given. Name its files or folders when you start the explorer:</p>
    <pre class="code">nanook explore --log audit/</pre>
    <p class="quiet">
      <code>@nanook/log</code> writes it: each line is a record of a decision.
    </p>
  </div>
);

const textFilters = [
  ['actor', 'User:7'],
  ['action', 'read'],
  ['resource', 'Note:1'],
  ['from', '2h, or 2027-01-31'],
] as const;

function FilterForm({ apply }: { readonly apply: (filters: Filters) => void }) {
  return (
    <form
      class="toolbar filters"
      onSubmit={(event) => {
        event.preventDefault();
        const entries = [...new FormData(event.currentTarget)].map(
          ([name, value]) => [name, typeof value === 'string' ? value.trim() : ''] as const,
        );
        apply(Object.fromEntries(entries.filter(([, value]) => value !== '')));
      }}
    >
      {textFilters.map(([name, example]) => (
        <label key={name}>
          {name} <input name={name} placeholder={example} size={10} />
        </label>
      ))}
      <label>
        outcome{' '}
        <select name="outcome">
          <option value="">all</option>
          {(['allowed', 'denied', 'undecided', 'error'] as const).map((outcome) => (
            <option key={outcome}>{outcome}</option>
          ))}
        </select>
      </label>
      <button type="submit">Read the log</button>
    </form>
  );
}

function Records({
  found: { records, total, notes },
  chosen,
  choose,
}: {
  readonly found: Listed;
  readonly chosen: DecisionRecord | undefined;
  readonly choose: (record: DecisionRecord) => void;
}) {
  return (
    <>
      <p class="quiet">
        {total === 1 ? '1 decision' : `${total} decisions`}
        {records.length < total && `, the newest ${records.length} are shown`}
        {total > 0 && '. Choose one to decide it again with the policies of today.'}
      </p>
      {notes.map((note) => (
        <p key={note} class="message">
          {note}
        </p>
      ))}
      {records.length > 0 && (
        <div class="scroll">
          <table class="decisions">
            <thead>
              <tr>
                {['outcome', 'decision', 'time', 'reason or rule'].map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {records.map((record, i) => (
                <tr key={i} aria-current={record === chosen ? 'true' : undefined}>
                  <td>
                    <Recorded outcome={record.outcome} />
                  </td>
                  <td>
                    <button type="button" class="link" onClick={() => choose(record)}>
                      {textOf(record)}
                    </button>
                  </td>
                  <td>
                    <time dateTime={record.at}>{timeText(record.at)}</time>
                  </td>
                  <td>{record.reason ?? ruleText(record)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

/** The decision of a record with the current policies, again after each change of the project. */
function Replay({
  record,
  session,
  names,
  showPlace,
  showData,
}: DecisionsProps & { readonly record: DecisionRecord }) {
  const { state } = session.view;
  const result = useResult(() => session.client.replay(record), [record, state?.version]);
  const section = useRef<HTMLElement>(null);
  // The list can be long, and the answer is above it.
  useEffect(() => section.current?.scrollIntoView({ block: 'nearest' }), [record]);
  return (
    <section class="replay" aria-label="decision of today" ref={section}>
      <h2>{textOf(record)}</h2>
      <p>
        recorded: <Recorded outcome={record.outcome} /> <span class="quiet">{timeText(record.at)}</span>
      </p>
      <Waiting result={result} label="Deciding …">
        {(today: ReplayedDecision) =>
          today.kind === 'error' ? (
            <p class="message" role="alert">
              This decision cannot be repeated, which is not an answer: {today.message}
            </p>
          ) : (
            <>
              <p role="status" data-holds={today.holds}>
                today: <Recorded outcome={today.explanation.outcome} />{' '}
                {today.holds ? '– the decision still holds' : '– the decision does not hold any more'}
              </p>
              {today.notes.map((note) => (
                <p key={note} class="quiet">
                  {note}
                </p>
              ))}
              <WhyView explanation={today.explanation} {...{ names, showPlace, showData }} />
            </>
          )
        }
      </Waiting>
    </section>
  );
}

const Recorded = ({ outcome }: Pick<DecisionRecord, 'outcome'>) => (
  <span class={`outcome ${outcome === 'error' ? 'undecided' : outcome}`}>
    <span aria-hidden="true">{signs[outcome]}</span> {outcome}
  </span>
);

function textOf({ actor, action, resource, field, kind }: DecisionRecord): string {
  const what = resource === null ? '' : ` ${labelOf(resource)}`;
  return `${labelOf(actor)} ${action ?? kind}${what}${field === undefined ? '' : `, field ${field}`}`;
}

const ruleText = ({ rule }: DecisionRecord): string =>
  rule === undefined ? '' : `${rule.name} ${rule.file ?? 'policy'}:${rule.line}`;

const timeText = (at: string): string => at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC');
