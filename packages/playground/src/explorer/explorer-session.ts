import { messageOf, type ExploredProject, type ExplorerState } from '@nanook/cli/tools';
import { fromConfig, type ProjectText } from '../model/project-text.js';
import type { Workbench } from '../model/workbench.js';
import type { ExplorerClient } from './explorer-client.js';

/** The project of the command, as the page shows it. */
export interface ExplorerView {
  /** The newest state of the command; undefined before the first one. */
  readonly state: ExplorerState | undefined;
  /** The last version of the project that could be read. */
  readonly project: ExploredProject | undefined;
  readonly isConnected: boolean;
  readonly isEditing: boolean;
  /** The result of the last command, for the reader. */
  readonly notice: string;
}

/**
 * Follows the project of `nanook explore` in a workbench. A text that the reader has changed stays when its file changes, until it is saved or
 * discarded.
 */
export class ExplorerSession {
  #view: ExplorerView = {
    state: undefined,
    project: undefined,
    isConnected: true,
    isEditing: false,
    notice: '',
  };
  /** The texts as the files have them; undefined before the first project. */
  #saved: ProjectText | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(
    readonly client: ExplorerClient,
    readonly workbench: Workbench,
  ) {}

  get view(): ExplorerView {
    return this.#view;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads the project now, and after each of its changes. */
  follow(): void {
    this.client.follow(
      () => void this.refresh(),
      (isConnected) => {
        if (isConnected !== this.#view.isConnected) this.#set({ isConnected });
      },
    );
  }

  /** Reads the state of the command. */
  async refresh(): Promise<void> {
    try {
      await this.#receive(await this.client.state());
    } catch (error) {
      this.#set({ notice: messageOf(error) });
    }
  }

  /** Returns whether all texts are those of the project. */
  isAsSaved(text: ProjectText): boolean {
    const { types, data } = this.#saved ?? {};
    return types === text.types && data === text.data && this.changed(text).length === 0;
  }

  /** Returns the names of the policies that differ from their files. */
  changed(text: ProjectText): readonly string[] {
    const saved = this.#saved;
    if (saved === undefined) return [];
    const policies = text.policies.filter(({ name, source }) => sourceOf(saved, name) !== source);
    return policies.map(({ name }) => name);
  }

  async edit(): Promise<void> {
    await this.#try(async () => {
      await this.client.allowEditing();
      this.#set({ isEditing: true, notice: '' });
    });
  }

  /** Writes the changed policies into their files. */
  async save(): Promise<void> {
    await this.#try(async () => {
      const { text } = this.workbench.state;
      for (const name of this.changed(text)) {
        const source = sourceOf(text, name)!;
        // One after the other, so that a message is about one file.
        await this.client.save({ name, source, before: sourceOf(this.#saved!, name)! });
        this.#saved = withSource(this.#saved!, name, source);
      }
      this.#set({ notice: '' });
    });
  }

  /** Shows the files again. */
  async discard(): Promise<void> {
    const { question } = this.workbench.state.text;
    this.#set({ notice: '' });
    if (this.#saved !== undefined) await this.workbench.change({ ...this.#saved, question });
  }

  closeNotice(): void {
    this.#set({ notice: '' });
  }

  async #receive(state: ExplorerState): Promise<void> {
    // Answers can arrive in another order than their requests.
    if (state.version < (this.#view.state?.version ?? 0)) return;
    if (state.kind === 'error') return this.#set({ state });
    const isFirst = this.#saved === undefined;
    this.#set({ state, project: state, ...(isFirst && { isEditing: state.isEditable }) });
    const policies = state.policies.map(({ name, source }) => ({
      name,
      source: source.replaceAll('\r\n', '\n'),
    }));
    const next = fromConfig(policies, state.config);
    const before = this.#saved;
    this.#saved = next;
    if (before === undefined) await this.workbench.open(next);
    else await this.workbench.change(merged(before, next, this.workbench.state.text));
  }

  async #try(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.#set({ notice: messageOf(error) });
    }
  }

  #set(change: Partial<ExplorerView>): void {
    this.#view = { ...this.#view, ...change };
    for (const listener of this.#listeners) listener();
  }
}

const sourceOf = ({ policies }: ProjectText, name: string): string | undefined =>
  policies.find((policy) => policy.name === name)?.source;

const withSource = (text: ProjectText, name: string, source: string): ProjectText => ({
  ...text,
  policies: text.policies.map((policy) => (policy.name === name ? { name, source } : policy)),
});

/** Returns the new texts, in which those that the reader has changed stay. */
function merged(before: ProjectText, next: ProjectText, shown: ProjectText): ProjectText {
  const kept = (old: string | undefined, now: string | undefined, fresh: string): string =>
    now === undefined || old === undefined || now === old ? fresh : now;
  return {
    ...next,
    question: shown.question,
    types: kept(before.types, shown.types, next.types),
    data: kept(before.data, shown.data, next.data),
    policies: next.policies.map(({ name, source }) => ({
      name,
      source: kept(sourceOf(before, name), sourceOf(shown, name), source),
    })),
  };
}
