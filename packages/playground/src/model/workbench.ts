import { messageOf } from '@nanook/cli/tools';
import { ask, completed, type Answer } from './answer.js';
import type { LoadedProject } from './load-project.js';
import { isError, type Problem } from './problem.js';
import { withText, type ProjectText, type Question } from './project-text.js';

/** A project with its problems and its answer, as a page shows them. */
export interface WorkbenchState {
  readonly text: ProjectText;
  readonly problems: readonly Problem[];
  /** The last version of the texts without an error; undefined if there was none. */
  readonly loaded: LoadedProject | undefined;
  /** The answer of that version. */
  readonly answer: Answer | undefined;
  /** Whether `loaded` and `answer` are those of the texts. A change of a text counts when it is decided, a moment later. */
  readonly isCurrent: boolean;
  /** An error of this page, which is not an answer and not a mistake of the reader. */
  readonly failure: string | undefined;
  /** The version that the differences compare with: the one that was opened, or that the reader has chosen. */
  readonly base: LoadedProject | undefined;
}

/**
 * The state of a page. Each change of a text or of the question is decided again; while a decision runs, only the newest change waits. A
 * project that cannot be loaded keeps the answer of its last correct version.
 */
export class Workbench {
  #state: WorkbenchState;
  #listeners = new Set<() => void>();
  #isRunning = false;
  #isWaiting = false;
  /** The version of which the base will be, once it is loaded; undefined if the base is chosen. */
  #baseText: ProjectText | undefined;

  constructor(text: ProjectText) {
    this.#state = emptyState(text);
    this.#baseText = text;
  }

  get state(): WorkbenchState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Opens another project. */
  async open(text: ProjectText): Promise<void> {
    this.#baseText = text;
    this.#set(emptyState(text));
    await this.decide();
  }

  /** Changes the text of a file. */
  async edit(file: string, text: string): Promise<void> {
    await this.change(withText(this.#state.text, file, text));
  }

  /** Changes the texts, and keeps the question and the version to compare with. */
  async change(text: ProjectText): Promise<void> {
    this.#set({ ...this.#state, text });
    await this.decide();
  }

  async ask(question: Question): Promise<void> {
    const { state } = this;
    this.#set({ ...state, text: { ...state.text, question } });
    if (state.isCurrent || state.loaded === undefined) await this.decide();
    // The texts have an error, so the last correct version answers.
    else this.#set({ ...this.#state, answer: await ask(state.loaded, question) });
  }

  /** Compares later versions with the current one. */
  keepAsBase(): void {
    const { loaded, isCurrent } = this.#state;
    if (isCurrent && loaded !== undefined) this.#set({ ...this.#state, base: loaded });
  }

  /** Decides the question for the texts as they are. */
  async decide(): Promise<void> {
    this.#isWaiting = true;
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      while (this.#isWaiting) {
        this.#isWaiting = false;
        const { text } = this.#state;
        const next = await this.#decided(text);
        if (this.#state.text === text) this.#set(next);
        else this.#isWaiting = true;
      }
    } finally {
      this.#isRunning = false;
    }
  }

  async #decided(text: ProjectText): Promise<WorkbenchState> {
    try {
      // The engine is loaded while the editor is already usable.
      const { loadProject } = await import('./load-project.js');
      const { problems, loaded } = await loadProject(text);
      if (loaded === undefined) return { ...this.#state, problems, isCurrent: false, failure: undefined };
      const question = completed(loaded, text.question);
      const answer = await ask(loaded, question);
      const base = text === this.#baseText ? loaded : this.#state.base;
      // A question without a name gets the first one of the data, so that the menus show what is asked.
      const asked = { ...text, question };
      if (text === this.#baseText) this.#baseText = asked;
      return {
        text: this.#state.text === text ? asked : text,
        problems,
        loaded,
        answer,
        base,
        isCurrent: true,
        failure: undefined,
      };
    } catch (error) {
      return { ...this.#state, isCurrent: false, failure: messageOf(error) };
    }
  }

  #set(state: WorkbenchState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

const emptyState = (text: ProjectText): WorkbenchState => ({
  text,
  problems: [],
  loaded: undefined,
  answer: undefined,
  isCurrent: false,
  failure: undefined,
  base: undefined,
});

/** Returns the problems of a file, errors first. */
export const problemsIn = (problems: readonly Problem[], file: string): readonly Problem[] =>
  problems
    .filter((problem) => problem.file === file)
    .toSorted((a, b) => Number(isError(b)) - Number(isError(a)) || a.start - b.start);
