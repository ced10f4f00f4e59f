import { completionsAt } from '../completion/complete.js';
import type { Completions } from '../completion/completion.js';
import { PolicyFile } from './policy-file.js';
import { completeSettings, type WorkspaceSettings } from './settings.js';
import { Snapshot } from './snapshot.js';

/** The policies that an editor has open or that their project contains. All answers are about the texts of the last update. */
export class Workspace {
  readonly #files = new Map<string, PolicyFile>();
  #settings = completeSettings({});
  #snapshot: Snapshot | undefined;

  constructor(settings: WorkspaceSettings = {}) {
    this.configure(settings);
  }

  /** Replaces the types, constants, queries and fixtures. */
  configure(settings: WorkspaceSettings): void {
    this.#settings = completeSettings(settings);
    this.#snapshot = undefined;
  }

  /** Adds a file, or replaces its text. */
  update(name: string, text: string): void {
    if (this.#files.get(name)?.text === text) return;
    this.#files.set(name, new PolicyFile(name, text));
    this.#snapshot = undefined;
  }

  remove(name: string): void {
    if (this.#files.delete(name)) this.#snapshot = undefined;
  }

  get snapshot(): Snapshot {
    return (this.#snapshot ??= new Snapshot([...this.#files.values()], this.#settings));
  }

  /** Returns the texts that fit at an offset; undefined where any text fits, as in a comment. */
  complete(name: string, offset: number): Completions | undefined {
    return completionsAt(this.snapshot, name, offset);
  }
}
