import type { ExplainedPlace } from '@nanook/core';
import { messageOf } from '@nanook/cli/tools';
import type { ComponentType } from 'preact';
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { cellKey } from '../model/matrix.js';
import { formatted } from '../model/format-text.js';
import { rangeOf, rangeOfData, type FileRange } from '../model/places.js';
import type { LineCoverage } from '../model/policy-tests.js';
import type { Problem } from '../model/problem.js';
import {
  dataFile,
  emptyProject,
  filesOf,
  textOfFile,
  withText,
  type ProjectText,
} from '../model/project-text.js';
import type { Sample } from '../model/sample.js';
import { fromFragment, isShared } from '../model/share.js';
import { problemsIn, type Workbench } from '../model/workbench.js';
import { AnswerCard } from './answer-card.js';
import { marksOf, noMarks } from './answer-marks.js';
import { CodePane, type CodePaneHandle, type Target } from './code-pane.js';
import { KeysDialog, NewPolicyDialog, ShareDialog } from './dialogs.js';
import { exchange } from './exchange.js';
import { FileTabs, moveFocus } from './file-tabs.js';
import { ExploredName, ExplorerCommands } from '../explorer/explorer-header.js';
import { ExplorerNotices } from '../explorer/explorer-notices.js';
import { projectOutcomes } from '../explorer/project-outcomes.js';
import { useProjectAnswer } from '../explorer/use-project-answer.js';
import type { ExplorerSession } from '../explorer/explorer-session.js';
import { lazyView } from './lazy-view.js';
import { MatrixView } from './matrix-view.js';
import type { FileCoverage, FileMarks, PageActions, RunQuery, ViewProps } from './page-context.js';
import { PageHeader } from './page-header.js';
import { ProblemList } from './problem-list.js';
import { ProjectCommands } from './project-commands.js';
import { QuestionBar } from './question-bar.js';
import { SampleMenu } from './sample-menu.js';
import { useTheme } from './theme.js';
import { useChanges } from './use-changes.js';
import { useKeys } from './use-keys.js';
import { ViewBoundary } from './view-boundary.js';
import { WhyView } from './why-view.js';

const GraphView = lazyView(() => import('./graph-view.js').then((module) => module.GraphView));
const ListView = lazyView(() => import('./list-view.js').then((module) => module.ListView));
const TestsView = lazyView(() => import('./tests-view.js').then((module) => module.TestsView));
const DiffView = lazyView(() => import('./diff-view.js').then((module) => module.DiffView));
const StepsView = lazyView(() => import('./steps-view.js').then((module) => module.StepsView));

const RoutesView = lazyView(() => import('../explorer/routes-view.js').then((module) => module.RoutesView));
const DecisionsView = lazyView(() =>
  import('../explorer/decisions-view.js').then((module) => module.DecisionsView),
);

const viewNames = ['why', 'matrix', 'graph', 'list', 'tests', 'diff', 'steps'] as const;
const explorerViewNames = [...viewNames, 'routes', 'decisions'] as const;
type ViewName = (typeof explorerViewNames)[number];

const simpleViews: Readonly<Partial<Record<ViewName, ComponentType<ViewProps>>>> = {
  graph: GraphView,
  list: ListView,
  tests: TestsView,
  steps: StepsView,
};

type OpenDialog = 'keys' | 'new policy' | { readonly link: string };

const noCoverage: FileCoverage = new Map();

/** The page. */
export function App({
  workbench,
  samples,
  problem,
  runQuery,
  explorer,
}: {
  readonly workbench: Workbench;
  readonly samples: readonly Sample[];
  /** A message about the link with which the page was opened. */
  readonly problem?: string | undefined;
  readonly runQuery?: RunQuery;
  /** The project of `nanook explore`, which the page then shows instead of samples. */
  readonly explorer?: ExplorerSession;
}) {
  const state = useChanges(workbench).state;
  const explored = useChanges(explorer)?.view;
  const isReadOnly = explored !== undefined && !explored.isEditing;
  const { text, loaded, isCurrent, problems, failure, base } = state;
  const changed = explorer?.changed(text) ?? [];
  const isAsSaved = explorer?.isAsSaved(text) === true;
  const known = useMemo(
    () => (isAsSaved && explored?.project ? projectOutcomes(explored.project) : undefined),
    [explored?.project, isAsSaved],
  );
  const answer = useProjectAnswer(explorer, state.answer, known);
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
      runQuery,
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

  const { share, exportFiles, importFiles } = exchange(
    workbench,
    open,
    (link) => setDialog({ link }),
    setNotice,
  );

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

  // An editor that was read-only, or a project that has been opened, starts with its files as they are.
  useEffect(() => startSession(undefined), [isReadOnly, explored?.project === undefined]);

  // A link that a person pastes into the open page.
  useEffect(() => {
    if (explorer !== undefined) return undefined;
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

  useKeys({
    ask: () => {
      void workbench.decide();
      setView('why');
      setSide('answers');
    },
    nextProblem: () => {
      const [first] = workbench.state.problems;
      const isHere = workbench.state.problems.some((each) => each.file === file);
      if (first !== undefined && !isHere) reveal(first);
      else editor.current?.nextDiagnostic();
    },
    showKeys: () => setDialog('keys'),
  });

  // Another question is about another part of the policy. A change of a text leaves the reader where they are.
  const asked = answer?.kind === 'decision' ? cellKey(answer.question) : '';
  useEffect(() => {
    const [mark] = marksOf({ answer, loaded });
    if (mark !== undefined) follow(mark);
  }, [session, asked]);

  const shownFile = file === original?.name || textOfFile(text, file) !== undefined ? file : firstFile(text);
  const read = (name: string): string =>
    name === original?.name ? original.text : (textOfFile(workbench.state.text, name) ?? '');
  const shownProblems = useMemo(
    () => (isReadOnly ? problems.map((each) => ({ ...each, fix: undefined })) : problems),
    [problems, isReadOnly],
  );
  const fileProblems = useMemo(() => problemsIn(shownProblems, shownFile), [shownProblems, shownFile]);
  const marks = useMemo(() => {
    const all = [...(isCurrent ? marksOf({ answer, loaded }) : []), ...extraMarks];
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
        if (explorer !== undefined) return;
        void importFiles([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <PageHeader
        {...{ theme, setTheme }}
        showKeys={() => setDialog('keys')}
        name={explorer === undefined ? 'playground' : 'explorer'}
        project={
          explored === undefined ? (
            <SampleMenu samples={samples} sample={sampleId} open={openSample} />
          ) : (
            <ExploredName view={explored} />
          )
        }
        commands={
          explorer === undefined ? (
            <ProjectCommands
              share={() => void share()}
              exportFiles={() => void exportFiles()}
              importFiles={(files) => void importFiles(files)}
            />
          ) : (
            <ExplorerCommands
              session={explorer}
              isEditing={!isReadOnly}
              isAsSaved={isAsSaved}
              changed={changed}
              exportFiles={() => void exportFiles()}
            />
          )
        }
      />
      {explorer !== undefined && <ExplorerNotices session={explorer} />}
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
            {...(explorer === undefined && { add: () => setDialog('new policy'), remove })}
          />
          <div id="code" class="code" role="tabpanel" aria-labelledby={`tab-${shownFile}`}>
            <CodePane
              handle={editor}
              events={{
                changed: (name, changed) => void workbench.edit(name, changed),
                completions: async (content, offset) => {
                  const { completionsAt } = await import('../model/completions.js');
                  return (
                    loaded && completionsAt(withText(text, shownFile, content), shownFile, offset, loaded)
                  );
                },
              }}
              session={session}
              file={shownFile}
              text={read(shownFile)}
              read={read}
              isReadOnly={isReadOnly || original?.name === shownFile}
              problems={fileProblems}
              marks={marks}
              coverage={coverage.get(shownFile) ?? emptyLines}
              applyFix={applyFix}
              target={target}
            />
          </div>
          <div class="below">
            <button
              type="button"
              disabled={isReadOnly || shownFile === original?.name}
              onClick={() => void format()}
            >
              Format
            </button>
            <ProblemList project={text} problems={shownProblems} show={reveal} applyFix={applyFix} />
          </div>
        </section>
        <section class="right" aria-label="question and answer">
          <QuestionBar loaded={loaded} question={text.question} ask={actions.ask} />
          <AnswerCard
            {...{ answer, failure, showPlace }}
            isCurrent={isCurrent && explored?.state?.kind !== 'error'}
            isProjectMissing={explored !== undefined && explored.project === undefined}
          />
          <div class="tabs views" role="tablist" aria-label="views" onKeyDown={moveFocus}>
            {(explorer === undefined ? viewNames : explorerViewNames).map((name) => (
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
                  explanation={answer?.kind === 'decision' ? answer.explanation : undefined}
                  names={dataNames}
                  showPlace={showPlace}
                  showData={actions.revealData}
                />
              ) : explorer !== undefined && view === 'routes' ? (
                <RoutesView {...{ loaded, known, actions, showPlace }} session={explorer} />
              ) : explorer !== undefined && view === 'decisions' ? (
                <DecisionsView
                  session={explorer}
                  names={dataNames}
                  showPlace={showPlace}
                  showData={actions.revealData}
                />
              ) : viewProps === undefined ? (
                <p class="quiet">Correct the texts to see this view.</p>
              ) : view === 'matrix' ? (
                <MatrixView {...viewProps} {...{ base, known }} />
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

const firstFile = ({ policies }: ProjectText): string => policies[0]!.name;
