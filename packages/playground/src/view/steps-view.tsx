import type { Movement, PlaceView, StopView } from '@nanook/core/debug';
import { useEffect, useRef, useState } from 'preact/hooks';
import { offsetAt } from '../model/places.js';
import { textOfFile } from '../model/project-text.js';
import { Stepper, type Stop } from '../model/stepper.js';
import { Outcome } from './outcome.js';
import type { ViewProps } from './page-context.js';

const movements: readonly (readonly [Movement, string, string])[] = [
  ['reverse', '⇤', 'to the first step'],
  ['back', '←', 'one step back'],
  ['into', '→', 'one step forward'],
  ['over', '⇥', 'to the next condition of this rule'],
  ['out', '↑', 'out of this rule'],
];

/** Steps through the check of the question, with the values of the variables. */
export function StepsView({ loaded, question, actions }: ViewProps) {
  const stepper = useRef<Stepper | undefined>(undefined);
  const [stop, setStop] = useState<Stop>();
  const [problem, setProblem] = useState<string>();
  const move = async (movement: Movement): Promise<void> => {
    const next = await stepper.current?.move(movement);
    if (next === undefined) return;
    // At an outcome, the last place stays visible.
    setStop((last) => ({ ...next, view: next.view ?? last?.view }));
  };
  useEffect(() => {
    setStop(undefined);
    setProblem(undefined);
    try {
      stepper.current = new Stepper(loaded, question);
      void move('into');
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
    return () => {
      stepper.current?.dispose();
      stepper.current = undefined;
    };
  }, [loaded, question.actor, question.action, question.resource]);
  const view = stop?.view;
  const place = view?.stack[0]?.place;
  useEffect(() => {
    const range = place === undefined ? undefined : rangeOfPlace(place, loaded.text);
    actions.mark(range === undefined ? [] : [{ ...range, kind: 'current' }]);
    if (range !== undefined) actions.follow(range);
    return () => actions.mark([]);
  }, [view]);
  if (problem !== undefined) return <p class="message">{problem}</p>;
  return (
    <>
      <div class="toolbar" role="toolbar" aria-label="steps">
        {movements.map(([movement, sign, label]) => (
          <button
            key={movement}
            type="button"
            title={label}
            aria-label={label}
            onClick={() => void move(movement)}
          >
            {sign}
          </button>
        ))}
        {view !== undefined && <span>step {view.step + 1}</span>}
      </div>
      {stop?.end !== undefined && (
        <p role="status">
          <Outcome outcome={stop.end} />, the check has ended
        </p>
      )}
      {stop?.error !== undefined && (
        <p class="message" role="alert">
          {stop.error}
        </p>
      )}
      {view !== undefined && <StopDetails view={view} />}
    </>
  );
}

function StopDetails({ view: { text, values, failed, message, stack, goals } }: { readonly view: StopView }) {
  const [innermost] = stack;
  return (
    <>
      <pre class="code">{text}</pre>
      {message !== undefined && <p>{message}</p>}
      {failed !== undefined && (
        <p class="quiet">
          before, <code>{failed.text}</code> failed
        </p>
      )}
      <Values caption="Values" values={values} />
      <Values
        caption={innermost?.rule === undefined ? 'Variables' : `Variables of ${innermost.rule}`}
        values={innermost?.bindings ?? []}
      />
      <h2>Rules</h2>
      <ol class="stack">
        {stack.map(({ rule, place }, i) => (
          <li key={i}>
            <code>{rule ?? 'query'}</code>{' '}
            <span class="quiet">
              {place.source}:{place.line}
            </span>
          </li>
        ))}
      </ol>
      {goals.length > 0 && (
        <>
          <h2>Still to prove</h2>
          <ul class="goals">
            {goals.map((goal, i) => (
              <li key={i}>
                <code>{goal.text}</code>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

const Values = ({
  caption,
  values,
}: {
  readonly caption: string;
  readonly values: readonly { readonly name: string; readonly value: string }[];
}) =>
  values.length === 0 ? null : (
    <div class="scroll">
      <table>
        <caption>{caption}</caption>
        <tbody>
          {values.map(({ name, value }) => (
            <tr key={name}>
              <th scope="row">
                <code>{name}</code>
              </th>
              <td>
                <code>{value}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );

function rangeOfPlace(
  { source, line, column, endLine, endColumn }: PlaceView,
  text: ViewProps['loaded']['text'],
): { readonly file: string; readonly start: number; readonly end: number } | undefined {
  const content = textOfFile(text, source);
  if (content === undefined) return undefined;
  return { file: source, start: offsetAt(content, line, column), end: offsetAt(content, endLine, endColumn) };
}
