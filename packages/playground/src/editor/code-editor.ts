import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  snippet,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, indentUnit } from '@codemirror/language';
import {
  lintGutter,
  lintKeymap,
  nextDiagnostic,
  openLintPanel,
  setDiagnostics,
  type Diagnostic,
} from '@codemirror/lint';
import { EditorState, RangeSetBuilder, StateEffect, StateField, type Extension } from '@codemirror/state';
import {
  Decoration,
  drawSelection,
  EditorView,
  gutter,
  GutterMarker,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  ViewPlugin,
  type DecorationSet,
  type ViewUpdate,
} from '@codemirror/view';
import type { Completion, Completions } from '../model/completions.js';
import type { Range } from '../model/places.js';
import type { LineCoverage } from '../model/policy-tests.js';
import { colorJson } from './json-colors.js';
import { colorPolicy, type ColoredPart } from './polar-colors.js';

/** A part of the text that an answer is about. */
export interface Mark extends Range {
  readonly kind: 'allowed' | 'denied' | 'undecided' | 'current';
}

/** The events of the editor, and the names that it can complete. */
export interface EditorEvents {
  readonly changed: (file: string, text: string) => void;
  readonly completions: (text: string, offset: number) => Promise<Completions | undefined>;
}

/** An editor of the files of a project. Each file keeps its own history and cursor. */
export class CodeEditor {
  readonly #view: EditorView;
  readonly #states = new Map<string, EditorState>();
  #file = '';
  #isReplacing = false;

  constructor(
    parent: HTMLElement,
    readonly events: EditorEvents,
  ) {
    this.#view = new EditorView({ parent, state: EditorState.create({}) });
    // The list of problems takes a part of the editor, often the line that is written.
    new ResizeObserver(() => this.#showCursor()).observe(parent);
  }

  #showCursor(): void {
    const { hasFocus, state } = this.#view;
    if (hasFocus) this.#view.dispatch({ effects: EditorView.scrollIntoView(state.selection.main.head) });
  }

  /** Shows a file. A text that differs from the one in the editor replaces it, and can be undone. */
  show(file: string, text: string, isReadOnly: boolean): void {
    if (file !== this.#file) {
      if (this.#file !== '') this.#states.set(this.#file, this.#view.state);
      this.#file = file;
      this.#view.setState(this.#states.get(file) ?? this.#newState(file, text, isReadOnly));
    }
    if (this.#view.state.doc.toString() !== text) this.replace(text);
  }

  /** Forgets the files of a project, with their histories. */
  reset(): void {
    this.#states.clear();
    this.#file = '';
  }

  /** Replaces the part of the text that differs, so that the cursor stays where it is. */
  replace(text: string): void {
    const current = this.#view.state.doc.toString();
    let start = 0;
    while (start < current.length && current[start] === text[start]) start++;
    let same = 0;
    const most = Math.min(current.length, text.length) - start;
    while (same < most && current.at(-1 - same) === text.at(-1 - same)) same++;
    this.#isReplacing = true;
    this.#view.dispatch({
      changes: { from: start, to: current.length - same, insert: text.slice(start, text.length - same) },
    });
    this.#isReplacing = false;
  }

  setDiagnostics(diagnostics: readonly Diagnostic[]): void {
    const { length } = this.#view.state.doc;
    const placed = diagnostics.map((each) => ({
      ...each,
      from: Math.min(each.from, length),
      to: Math.min(Math.max(each.to, each.from), length),
    }));
    this.#view.dispatch(setDiagnostics(this.#view.state, placed));
  }

  setMarks(marks: readonly Mark[]): void {
    this.#view.dispatch({ effects: changeMarks.of(marks) });
  }

  setCoverage(lines: ReadonlyMap<number, LineCoverage>): void {
    this.#view.dispatch({ effects: changeCoverage.of(lines) });
  }

  /** Scrolls to a part of the text. */
  scrollTo({ start }: Range): void {
    const at = Math.min(start, this.#view.state.doc.length);
    this.#view.dispatch({ effects: EditorView.scrollIntoView(at, { y: 'center' }) });
  }

  /** Scrolls to a part of the text, and selects it. */
  reveal({ start, end }: Range): void {
    const { length } = this.#view.state.doc;
    const selection = { anchor: Math.min(start, length), head: Math.min(end, length) };
    this.#view.dispatch({ selection, effects: EditorView.scrollIntoView(selection.anchor, { y: 'center' }) });
    this.#view.focus();
  }

  nextDiagnostic(): void {
    nextDiagnostic(this.#view);
    this.#view.focus();
  }

  destroy(): void {
    this.#view.destroy();
  }

  #newState(file: string, doc: string, isReadOnly: boolean): EditorState {
    const isPolicy = file.endsWith('.polar');
    const colors = isPolicy ? colorPolicy : file.includes('.') ? undefined : colorJson;
    return EditorState.create({
      doc,
      extensions: [
        ...common,
        EditorState.readOnly.of(isReadOnly),
        EditorView.contentAttributes.of({ 'aria-label': `text of ${file}`, tabindex: '0' }),
        ...(colors === undefined ? [] : [coloring(colors)]),
        ...(isPolicy
          ? [autocompletion({ override: [(context) => this.#complete(context)], icons: false })]
          : []),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !this.#isReplacing) this.events.changed(file, update.state.doc.toString());
        }),
      ],
    });
  }

  async #complete(context: CompletionContext): Promise<CompletionResult | null> {
    const before = context.matchBefore(/[\p{L}\p{N}_]+|[."]/u);
    if (before === null && !context.explicit) return null;
    const found = await this.events.completions(context.state.doc.toString(), context.pos);
    if (found === undefined) return null;
    // A word that is complete needs no completion, which Enter would accept.
    const { start, end } = found.replaces;
    const typed = context.state.sliceDoc(start, context.pos);
    const items = found.items.filter(({ label }) => label !== typed);
    return items.length === 0 ? null : { from: start, to: end, options: items.map(optionOf) };
  }
}

/** Returns an option of the list. The list is sorted by how well an option matches the typed letters, then as the completions are. */
const optionOf = ({ label, kind, detail, snippet: template }: Completion, index: number) => ({
  label,
  type: kind,
  detail: detail ?? kind,
  boost: Math.max(-99, 99 - index),
  ...(template !== undefined && { apply: snippet(inBraces(template)) }),
});

/** Writes the places of the cursor in a snippet as CodeMirror reads them: `${1}` for `$1`, and the last one for `$0`. */
const inBraces = (template: string): string =>
  template.replaceAll(/\$(\d)/g, (_, place: string) => `\${${place === '0' ? '9' : place}}`);

function coloring(colors: (text: string) => readonly ColoredPart[]): Extension {
  const decorate = (view: EditorView): DecorationSet => {
    const builder = new RangeSetBuilder<Decoration>();
    for (const { start, end, color } of colors(view.state.doc.toString()))
      builder.add(start, end, Decoration.mark({ class: `nk-${color}` }));
    return builder.finish();
  };
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;

      constructor(view: EditorView) {
        this.decorations = decorate(view);
      }

      update({ docChanged, view }: ViewUpdate): void {
        if (docChanged) this.decorations = decorate(view);
      }
    },
    { decorations: ({ decorations }) => decorations },
  );
}

const changeMarks = StateEffect.define<readonly Mark[]>();

const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(current, { changes, effects, state }) {
    let next = current.map(changes);
    for (const effect of effects)
      if (effect.is(changeMarks))
        next = Decoration.set(
          effect.value
            .filter(({ start, end }) => start < end && end <= state.doc.length)
            .map(({ kind, start, end }) =>
              Decoration.mark({ class: `nk-mark nk-mark-${kind}` }).range(start, end),
            ),
          true,
        );
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const changeCoverage = StateEffect.define<ReadonlyMap<number, LineCoverage>>();

const coverage = StateField.define<ReadonlyMap<number, LineCoverage>>({
  create: () => new Map(),
  update(current, { effects }) {
    let next = current;
    for (const effect of effects) if (effect.is(changeCoverage)) next = effect.value;
    return next;
  },
});

const coverageTexts: Readonly<Record<LineCoverage, readonly [sign: string, title: string]>> = {
  covered: ['✓', 'the tests reach this line with both outcomes'],
  partial: ['~', 'the tests reach a part of this line, or only one outcome'],
  missing: ['○', 'no test reaches this line'],
};

class CoverageMarker extends GutterMarker {
  constructor(readonly kind: LineCoverage) {
    super();
  }

  override eq(other: CoverageMarker): boolean {
    return other.kind === this.kind;
  }

  override toDOM(): HTMLElement {
    const [sign, title] = coverageTexts[this.kind];
    return Object.assign(document.createElement('span'), {
      className: `nk-coverage nk-coverage-${this.kind}`,
      textContent: sign,
      title,
    });
  }
}

const common: readonly Extension[] = [
  lineNumbers(),
  gutter({
    class: 'nk-coverage-gutter',
    lineMarker: (view, line) => {
      const kind = view.state.field(coverage).get(view.state.doc.lineAt(line.from).number);
      return kind === undefined ? null : new CoverageMarker(kind);
    },
    lineMarkerChange: ({ state, startState }) => state.field(coverage) !== startState.field(coverage),
  }),
  lintGutter(),
  history(),
  drawSelection(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  bracketMatching(),
  closeBrackets(),
  indentUnit.of('  '),
  EditorView.lineWrapping,
  marks,
  coverage,
  keymap.of([
    ...closeBracketsKeymap,
    // The page has this key.
    ...defaultKeymap.filter(({ key }) => key !== 'Mod-Enter'),
    ...historyKeymap,
    ...completionKeymap,
    ...lintKeymap.filter(({ run }) => run !== openLintPanel),
  ]),
];
