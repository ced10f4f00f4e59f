import type { ExplainedPlace } from '@nanook/core';
import { messageOf } from '@nanook/cli/tools';
import type { ComponentType } from 'preact';
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { completionsAt } from '../model/complete.js';
import { decisiveCondition, decisiveRule } from '../model/explanation-tree.js';
import { isPolicyName, newPolicyName } from '../model/file-names.js';
import { cellKey } from '../model/matrix.js';
import { rangeOf, rangeOfData, type FileRange } from '../model/places.js';
import type { LineCoverage } from '../model/policy-tests.js';
import { printJson } from '../model/print-json.js';
import type { Problem } from '../model/problem.js';
import {
  dataFile,
  emptyProject,
  filesOf,
  textOfFile,
  typesFile,
  type ProjectText,
} from '../model/project-text.js';
import { readJson } from '../model/read-json.js';
import type { Sample } from '../model/sample.js';
import { fromFragment, isShared, toFragment } from '../model/share.js';
import { problemsIn, type Workbench, type WorkbenchState } from '../model/workbench.js';
import { AnswerCard } from './answer-card.js';
import { CodePane, type CodePaneHandle, type Target } from './code-pane.js';
import { Dialog } from './dialog.js';
import { FileTabs, moveFocus } from './file-tabs.js';
import { lazyView } from './lazy-view.js';
import { MatrixView } from './matrix-view.js';
import type { FileCoverage, FileMarks, PageActions, ViewProps } from './page-context.js';
import { PageHeader, type Theme } from './page-header.js';
import { ProblemList } from './problem-list.js';
import { QuestionBar } from './question-bar.js';
import { ViewBoundary } from './view-boundary.js';
import { WhyView } from './why-view.js';

const GraphView = lazyView(() => import('./graph-view.js').then((module) => module.GraphView));
const ListView = lazyView(() => import('./list-view.js').then((module) => module.ListView));
const TestsView = lazyView(() => import('./tests-view.js').then((module) => module.TestsView));
const DiffView = lazyView(() => import('./diff-view.js').then((module) => module.DiffView));
const StepsView = lazyView(() => import('./steps-view.js').then((module) => module.StepsView));

const viewNames = ['why', 'matrix', 'graph', 'list', 'tests', 'diff', 'steps'] as const;
type ViewName = (typeof viewNames)[number];

const simpleViews: Readonly<Partial<Record<ViewName, ComponentType<ViewProps>>>> = {
  graph: GraphView,
  list: ListView,
  tests: TestsView,
  steps: StepsView,
};

type OpenDialog = 'keys' | 'new policy' | { readonly link: string };

const noCoverage: FileCoverage = new Map();
const noMarks: FileMarks = [];

/** The page. */
export function App({
  workbench,
  samples,
  problem,
}: {
  readonly workbench: Workbench;
  readonly samples: readonly Sample[];
  /** A message about the link with which the page was opened. */
  readonly problem: string | undefined;
}) {
  const state = useWorkbench(workbench);
  const { text, loaded, answer, isCurrent, problems, failure, base } = state;
  const [sampleId, setSampleId] = useState(() => samples.find(({ project }) => project === text)?.id ?? '');
  const [session, startSession] = useReducer((count: number) => count + 1, 0);
  const [file, setFile] = useState(() => firstFile(text));
  const [view, setView] = useState<ViewName>('why');
  const [side, setSide] = useState<'code' | 'answers'>('answers');
  const [theme, setTheme] = useTheme();
  const [dialog, setDialog] = useState<OpenDialog>();
  const [notice, setNotice] = useState(problem ?? '');
  const [extraMarks, setExtraMarks] = useState<FileMarks>(noMarks);
  const [coverage, setCoverage] = useState<FileCoverage>(noCoverage);
  const [target, setTarget] = useState<Target>();
  const editor = useRef<CodePaneHandle>(null);
  const sample = samples.find(({ id }) => id === sampleId);
  const original = sample?.original;

  const open = useCallback(
    (project: ProjectText, id: string) => {
      startSession(undefined);
      setSampleId(id);
      setFile(firstFile(project));
      setNotice('');
      void workbench.open(project);
    },
    [workbench],
  );

  const openSample = (id: string): void => {
    const found = samples.find((each) => each.id === id);
    open(found?.project ?? emptyProject, found?.id ?? '');
    history.replaceState(undefined, '', `#${id}`);
    if (found === undefined) setSide('code');
  };

  const reveal = useCallback((range: FileRange) => {
    setFile(range.file);
    setSide('code');
    setTarget({ range, isSelected: true });
  }, []);

  const follow = useCallback((range: FileRange) => {
    setFile(range.file);
    setTarget({ range, isSelected: false });
  }, []);

  const showPlace = useCallback(
    (place: ExplainedPlace, code: string) => {
      const source = place.file === undefined ? undefined : textOfFile(text, place.file);
      if (place.file !== undefined && source !== undefined)
        reveal({ file: place.file, ...rangeOf(source, place, code) });
    },
    [text],
  );

  const actions: PageActions = useMemo(
    () => ({
      ask: (question) => void workbench.ask(question),
      reveal,
      follow,
      revealData: (name) => {
        const range = rangeOfData(workbench.state.text.data, name);
        if (range !== undefined) reveal({ file: dataFile, ...range });
      },
      mark: setExtraMarks,
      cover: setCoverage,
    }),
    [workbench],
  );

  const applyFix = ({ file: target, fix }: Problem): void => {
    const source = textOfFile(workbench.state.text, target);
    if (fix === undefined || source !== fix.span.source.text) return;
    const { start, end } = fix.span;
    void workbench.edit(target, source.slice(0, start) + fix.text + source.slice(end));
  };

  const format = async (): Promise<void> => {
    const source = textOfFile(text, shownFile) ?? '';
    const next = await formatted(shownFile, source);
    if (textOfFile(workbench.state.text, shownFile) === source) void workbench.edit(shownFile, next);
  };

  const share = async (): Promise<void> => {
    try {
      const fragment = await toFragment(text);
      history.replaceState(undefined, '', `#${fragment}`);
      setDialog({ link: location.href });
    } catch (error) {
      setNotice(messageOf(error));
    }
  };

  const exportFiles = async (): Promise<void> => {
    try {
      const { toZip } = await import('../model/project-files.js');
      const blob = new Blob([toZip(text) as Uint8Array<ArrayBuffer>], { type: 'application/zip' });
      const address = URL.createObjectURL(blob);
      Object.assign(document.createElement('a'), { href: address, download: 'policy.zip' }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10_000);
      setNotice('The ZIP file contains the policies and nanook.config.json: unpack it, and run nanook test.');
    } catch (error) {
      const isJson = error instanceof SyntaxError;
      setNotice(isJson ? 'Correct the types and the data first: they are not JSON.' : messageOf(error));
    }
  };

  const importFiles = async (files: readonly File[]): Promise<void> => {
    try {
      const { readFiles } = await import('../model/project-files.js');
      const given = await Promise.all(
        files.map(async (each) => ({ name: each.name, bytes: new Uint8Array(await each.arrayBuffer()) })),
      );
      open(readFiles(given, workbench.state.text), '');
      history.replaceState(undefined, '', location.pathname + location.search);
    } catch (error) {
      setNotice(messageOf(error));
    }
  };

  const add = (name: string): void => {
    void workbench.change({ ...text, policies: [...text.policies, { name, source: '' }] });
    setFile(name);
    setDialog(undefined);
  };

  const remove = (name: string): void => {
    const policies = text.policies.filter((policy) => policy.name !== name);
    setFile(policies[0]!.name);
    void workbench.change({ ...text, policies });
  };

  // A link that a person pastes into the open page.
  useEffect(() => {
    const changed = (): void => {
      const fragment = location.hash.slice(1);
      if (isShared(fragment))
        fromFragment(fragment).then(
          (project) => open(project, ''),
          (error: unknown) => setNotice(messageOf(error)),
        );
      else if (samples.some(({ id }) => id === fragment) || fragment === 'empty') openSample(fragment);
    };
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);

  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const isTyping =
        (event.target as Element | null)?.closest?.('input, select, .cm-editor, dialog') ?? null;
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        void workbench.decide();
        setView('why');
        setSide('answers');
      } else if (event.key === 'F8') {
        const [first] = workbench.state.problems;
        const isHere = workbench.state.problems.some((each) => each.file === file);
        if (first !== undefined && !isHere) reveal(first);
        else editor.current?.nextDiagnostic();
      } else if (event.key === '?' && isTyping === null) setDialog('keys');
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [file]);

  // Another question is about another part of the policy. A change of a text leaves the reader where they are.
  const asked = answer?.kind === 'decision' ? cellKey(answer.question) : '';
  useEffect(() => {
    const [mark] = marksOf(workbench.state);
    if (mark !== undefined) follow(mark);
  }, [session, asked]);

  const shownFile = file === original?.name || textOfFile(text, file) !== undefined ? file : firstFile(text);
  const read = (name: string): string =>
    name === original?.name ? original.text : (textOfFile(workbench.state.text, name) ?? '');
  const fileProblems = useMemo(() => problemsIn(problems, shownFile), [problems, shownFile]);
  const marks = useMemo(() => {
    const all = [...(isCurrent ? marksOf(state) : []), ...extraMarks];
    return all.filter((mark) => mark.file === shownFile);
  }, [answer, loaded, isCurrent, extraMarks, shownFile]);
  const viewProps = loaded && { loaded, question: text.question, actions };
  const SimpleView = simpleViews[view];
  const dataNames = useMemo(() => new Set(Object.keys(loaded?.fixtures ?? {})), [loaded]);

  return (
    <div
      class="page"
      data-side={side}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void importFiles([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <PageHeader
        {...{ samples, theme, setTheme }}
        sample={sampleId}
        open={openSample}
        share={() => void share()}
        exportFiles={() => void exportFiles()}
        importFiles={(files) => void importFiles(files)}
        showKeys={() => setDialog('keys')}
      />
      {notice !== '' && (
        <p class="notice" role="alert">
          {notice}{' '}
          <button type="button" aria-label="close the message" onClick={() => setNotice('')}>
            ✕
          </button>
        </p>
      )}
      <div class="sides" role="group" aria-label="side of the page">
        {(['code', 'answers'] as const).map((name) => (
          <button key={name} type="button" aria-pressed={side === name} onClick={() => setSide(name)}>
            {name === 'code' ? 'Policy and data' : 'Answers'}
          </button>
        ))}
      </div>
      <main>
        <section class="left" aria-label="policy, types and data">
          {sample !== undefined && <p class="about">{sample.description}</p>}
          <FileTabs
            files={filesOf(text)}
            original={original?.name}
            active={shownFile}
            problems={problems}
            choose={setFile}
            add={() => setDialog('new policy')}
            remove={remove}
          />
          <div id="code" class="code" role="tabpanel" aria-labelledby={`tab-${shownFile}`}>
            <CodePane
              handle={editor}
              events={{
                changed: (name, changed) => void workbench.edit(name, changed),
                completions: (content, offset) => loaded && completionsAt(content, offset, loaded),
              }}
              session={session}
              file={shownFile}
              text={read(shownFile)}
              read={read}
              isReadOnly={original?.name === shownFile}
              problems={fileProblems}
              marks={marks}
              coverage={coverage.get(shownFile) ?? emptyLines}
              applyFix={applyFix}
              target={target}
            />
          </div>
          <div class="below">
            <button type="button" disabled={shownFile === original?.name} onClick={() => void format()}>
              Format
            </button>
            <ProblemList project={text} problems={problems} show={reveal} applyFix={applyFix} />
          </div>
        </section>
        <section class="right" aria-label="question and answer">
          <QuestionBar loaded={loaded} question={text.question} ask={actions.ask} />
          <AnswerCard {...{ answer, isCurrent, failure, showPlace }} />
          <div class="tabs views" role="tablist" aria-label="views" onKeyDown={moveFocus}>
            {viewNames.map((name) => (
              <button
                key={name}
                type="button"
                role="tab"
                id={`view-${name}`}
                aria-selected={view === name}
                aria-controls="view"
                tabIndex={view === name ? 0 : -1}
                onClick={() => setView(name)}
              >
                {name[0]!.toUpperCase() + name.slice(1)}
              </button>
            ))}
          </div>
          <div id="view" class="view" role="tabpanel" aria-labelledby={`view-${view}`} tabIndex={0}>
            {!isCurrent && loaded !== undefined && view !== 'why' && (
              <p class="badge">of the last correct version</p>
            )}
            <ViewBoundary key={view}>
              {view === 'why' ? (
                <WhyView
                  answer={answer}
                  names={dataNames}
                  showPlace={showPlace}
                  showData={actions.revealData}
                />
              ) : viewProps === undefined ? (
                <p class="quiet">Correct the texts to see this view.</p>
              ) : view === 'matrix' ? (
                <MatrixView {...viewProps} base={base} />
              ) : view === 'diff' ? (
                <DiffView {...viewProps} base={base} keepAsBase={() => workbench.keepAsBase()} />
              ) : (
                SimpleView && <SimpleView {...viewProps} />
              )}
            </ViewBoundary>
          </div>
        </section>
      </main>
      {dialog === 'keys' && <KeysDialog close={() => setDialog(undefined)} />}
      {dialog === 'new policy' && (
        <NewPolicyDialog names={filesOf(text)} add={add} close={() => setDialog(undefined)} />
      )}
      {typeof dialog === 'object' && <ShareDialog link={dialog.link} close={() => setDialog(undefined)} />}
    </div>
  );
}

const emptyLines: ReadonlyMap<number, LineCoverage> = new Map();

function useWorkbench(workbench: Workbench): WorkbenchState {
  const [, render] = useReducer((count: number) => count + 1, 0);
  useEffect(() => workbench.subscribe(() => render(undefined)), [workbench]);
  return workbench.state;
}

const themeKey = 'nanook-theme';

/** The theme that the reader has chosen, or that of the system. */
function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(() =>
    (document.documentElement.dataset['theme'] ??
      (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark'
      ? 'dark'
      : 'light',
  );
  return [
    theme,
    (next) => {
      document.documentElement.dataset['theme'] = next;
      try {
        localStorage.setItem(themeKey, next);
      } catch {
        // A browser can forbid storage. The choice then lasts as long as the page.
      }
      setTheme(next);
    },
  ];
}

/** Applies the theme that was chosen in an earlier visit. */
export function restoreTheme(): void {
  try {
    const theme = localStorage.getItem(themeKey);
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme;
  } catch {
    // A browser can forbid storage.
  }
}

const firstFile = ({ policies }: ProjectText): string => policies[0]!.name;

async function formatted(file: string, source: string): Promise<string> {
  if (file !== typesFile && file !== dataFile) {
    const { formatPolicy } = await import('@nanook/core/syntax');
    return formatPolicy({ name: file, source }).text;
  }
  const result = readJson(source);
  return 'offset' in result ? source : printJson(result.value);
}

/** Returns the parts of the policy that decide: the condition that fails, or the rules of the proof. */
function marksOf({ answer, loaded }: WorkbenchState): FileMarks {
  if (answer?.kind !== 'decision' || loaded === undefined) return noMarks;
  const { explanation, outcome } = answer;
  const place = explanation.undecided ?? decisiveCondition(explanation) ?? decisiveRule(explanation);
  if (place?.file === undefined) return noMarks;
  const source = textOfFile(loaded.text, place.file);
  if (source === undefined) return noMarks;
  return [{ file: place.file, kind: outcome, ...rangeOf(source, place, 'text' in place ? place.text : '') }];
}

const keys: readonly (readonly [string, string])[] = [
  ['Ctrl+Enter', 'ask again, and show the reasons'],
  ['F8', 'go to the next error or warning'],
  ['Ctrl+Space', 'complete the word'],
  ['Ctrl+Z, Ctrl+Y', 'undo, redo'],
  ['← →', 'in a row of tabs: the next tab'],
  ['Tab', 'leave the editor'],
  ['?', 'show these keys'],
];

const KeysDialog = ({ close }: { readonly close: () => void }) => (
  <Dialog title="Keys" close={close}>
    <table>
      <tbody>
        {keys.map(([key, meaning]) => (
          <tr key={key}>
            <th scope="row">
              <kbd>{key}</kbd>
            </th>
            <td>{meaning}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </Dialog>
);

function ShareDialog({ link, close }: { readonly link: string; readonly close: () => void }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(link);
      setCopied(true);
    } catch {
      // A browser can forbid the clipboard. The text is selected, so that a person can copy it.
    }
  };
  return (
    <Dialog title="Share" close={close}>
      <p>
        This link contains the whole project. The part after # stays in the browser: no server receives it.
        Whoever has the link can read the policy and the data.
      </p>
      <p class="toolbar">
        <input aria-label="link" readOnly value={link} onFocus={(event) => event.currentTarget.select()} />
        <button type="button" onClick={() => void copy()}>
          {isCopied ? 'Copied' : 'Copy'}
        </button>
      </p>
    </Dialog>
  );
}

function NewPolicyDialog({
  names,
  add,
  close,
}: {
  readonly names: readonly string[];
  readonly add: (name: string) => void;
  readonly close: () => void;
}) {
  const [name, setName] = useState(() => newPolicyName(names));
  const problem = names.includes(name)
    ? 'the project has a file of this name'
    : isPolicyName(name)
      ? ''
      : 'expected a path such as policy/notes.polar';
  return (
    <Dialog title="New policy" close={close}>
      <form
        class="toolbar"
        onSubmit={(event) => {
          event.preventDefault();
          if (problem === '') add(name);
        }}
      >
        <input
          aria-label="name of the policy"
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <button type="submit" disabled={problem !== ''}>
          Add
        </button>
      </form>
      <p class="message" role="status">
        {problem}
      </p>
    </Dialog>
  );
}
