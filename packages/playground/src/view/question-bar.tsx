import { useEffect, useState } from 'preact/hooks';
import { actionsFor } from '../model/answer.js';
import type { LoadedProject } from '../model/load-project.js';
import type { Question } from '../model/project-text.js';

interface Group {
  readonly label: string;
  readonly names: readonly string[];
}

/** The question as a sentence with three menus. */
export function QuestionBar({
  loaded,
  question,
  ask,
}: {
  readonly loaded: LoadedProject | undefined;
  readonly question: Question;
  readonly ask: (question: Question) => void;
}) {
  const [actions, setActions] = useState<readonly Group[]>([]);
  // After the answer is drawn: finding all actions takes longer than an answer.
  useEffect(() => {
    if (loaded === undefined) return undefined;
    const timer = setTimeout(() => {
      const { own, others } = actionsFor(loaded, question.resource);
      setActions([
        { label: `on ${question.resource}`, names: own },
        { label: 'other actions', names: others },
      ]);
    });
    return () => clearTimeout(timer);
  }, [loaded, question.resource]);
  const rows = (names: readonly string[]): readonly string[] =>
    names.filter((name) => loaded && name in loaded.fixtures);
  const actors: readonly Group[] = [
    { label: 'actors', names: loaded?.actors ?? [] },
    {
      label: 'other data',
      names: Object.keys(loaded?.fixtures ?? {}).filter((name) => !loaded?.actors.includes(name)),
    },
  ];
  const resources: readonly Group[] = [
    { label: 'resources', names: rows(loaded?.resources ?? []) },
    { label: 'types themselves', names: (loaded?.resources ?? []).filter((name) => !rows([name]).length) },
    {
      label: 'other data',
      names: Object.keys(loaded?.fixtures ?? {}).filter((name) => !loaded?.resources.includes(name)),
    },
  ];
  return (
    <form class="question" aria-label="question" onSubmit={(event) => event.preventDefault()}>
      <Menu
        label="actor"
        value={question.actor}
        groups={actors}
        choose={(actor) => ask({ ...question, actor })}
      />
      <span>may</span>
      <Menu
        label="action"
        value={question.action}
        groups={actions}
        choose={(action) => ask({ ...question, action })}
      />
      <Menu
        label="resource"
        value={question.resource}
        groups={resources}
        choose={(resource) => ask({ ...question, resource })}
      />
      <span aria-hidden="true">?</span>
    </form>
  );
}

function Menu({
  label,
  value,
  groups,
  choose,
}: {
  readonly label: string;
  readonly value: string;
  readonly groups: readonly Group[];
  readonly choose: (name: string) => void;
}) {
  const filled = groups.filter(({ names }) => names.length > 0);
  const isListed = filled.some(({ names }) => names.includes(value));
  return (
    <select aria-label={label} value={value} onChange={(event) => choose(event.currentTarget.value)}>
      {!isListed && <option value={value}>{value === '' ? `no ${label}` : value}</option>}
      {filled.map((group) => (
        <optgroup key={group.label} label={group.label}>
          {group.names.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </optgroup>
      ))}
    </select>
  );
}
