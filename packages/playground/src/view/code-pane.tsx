import type { Diagnostic } from '@codemirror/lint';
import { useEffect, useImperativeHandle, useRef } from 'preact/hooks';
import type { Ref } from 'preact';
import { CodeEditor, type EditorEvents, type Mark } from '../editor/code-editor.js';
import type { Range } from '../model/places.js';
import type { LineCoverage } from '../model/policy-tests.js';
import type { Problem } from '../model/problem.js';

/** The command of the editor that the page has a key for. */
export interface CodePaneHandle {
  readonly nextDiagnostic: () => void;
}

/** A part of the shown file to scroll to. Each object is one movement. */
export interface Target {
  readonly range: Range;
  /** Whether the editor selects the part, and receives the focus. */
  readonly isSelected: boolean;
}

interface CodePaneProps {
  readonly handle: Ref<CodePaneHandle>;
  readonly events: EditorEvents;
  /** Another number for each project that is opened, whose files have no history yet. */
  readonly session: number;
  readonly file: string;
  readonly text: string;
  /** Returns the text of a file now: effects run later than the rendering, and another key may have been pressed. */
  readonly read: (file: string) => string;
  readonly isReadOnly: boolean;
  readonly problems: readonly Problem[];
  readonly marks: readonly Mark[];
  readonly coverage: ReadonlyMap<number, LineCoverage>;
  readonly applyFix: (problem: Problem) => void;
  readonly target: Target | undefined;
}

/** The editor of one file. CodeMirror keeps its text; this component tells it what has changed. */
export function CodePane(props: CodePaneProps) {
  const {
    handle,
    events,
    session,
    file,
    text,
    read,
    isReadOnly,
    problems,
    marks,
    coverage,
    applyFix,
    target,
  } = props;
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<CodeEditor | undefined>(undefined);
  const latest = useRef(events);
  latest.current = events;
  useEffect(() => {
    editor.current = new CodeEditor(host.current!, {
      changed: (name, changed) => latest.current.changed(name, changed),
      completions: (content, offset) => latest.current.completions(content, offset),
    });
    return () => editor.current?.destroy();
  }, []);
  useEffect(() => editor.current?.reset(), [session]);
  useEffect(() => editor.current?.show(file, read(file), isReadOnly), [session, file, text, isReadOnly]);
  useEffect(
    () => editor.current?.setDiagnostics(problems.map((each) => diagnosticOf(each, applyFix))),
    [session, file, problems],
  );
  useEffect(() => editor.current?.setMarks(marks), [session, file, marks]);
  useEffect(() => editor.current?.setCoverage(coverage), [session, file, coverage]);
  // After the file of the target is shown.
  useEffect(() => {
    if (target?.isSelected === true) editor.current?.reveal(target.range);
    else if (target !== undefined) editor.current?.scrollTo(target.range);
  }, [target]);
  useImperativeHandle(
    handle,
    () => ({
      nextDiagnostic: () => editor.current?.nextDiagnostic(),
    }),
    [],
  );
  return <div class="code-pane" ref={host} />;
}

const diagnosticOf = (problem: Problem, applyFix: (problem: Problem) => void): Diagnostic => ({
  from: problem.start,
  to: problem.end,
  severity: problem.severity,
  message: problem.message,
  ...(problem.code !== undefined && { source: problem.code }),
  ...(problem.fix !== undefined && { actions: [{ name: fixName(problem), apply: () => applyFix(problem) }] }),
});

/** A fix that changes answers says so. */
export const fixName = ({ fix }: Problem): string =>
  fix?.changes === undefined ? 'Fix' : 'Fix, changes answers';
