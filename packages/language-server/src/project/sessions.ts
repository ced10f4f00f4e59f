import { existsSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configNames, findConfig } from '@nanook/cli/project';
import type { Settings } from '../settings.js';
import { ProjectSession, type SessionEvents } from './project-session.js';

/** The projects of an editor. A document belongs to the project of the nearest configuration above it, or to its folder. */
export class Sessions {
  readonly #byRoot = new Map<string, ProjectSession>();

  /** @param folders the folders that the editor has open */
  constructor(
    readonly folders: readonly string[],
    readonly events: SessionEvents,
  ) {}

  get all(): readonly ProjectSession[] {
    return [...this.#byRoot.values()];
  }

  /** Opens the projects in the folders of the editor. */
  async open(settings: Settings): Promise<void> {
    const roots = this.folders.filter((folder) => configNames.some((name) => existsSync(join(folder, name))));
    await Promise.all(roots.map((folder) => this.#sessionFor(folder, findConfig(folder), settings)));
  }

  /** Returns the project of a document, which it reads if the document is the first of it. */
  of(uri: string, settings: Settings): ProjectSession | undefined {
    if (!uri.startsWith('file:')) return undefined;
    const path = fileURLToPath(uri);
    const configFile = findConfig(dirname(path));
    const folder =
      configFile === undefined
        ? (this.folders.find((each) => path.startsWith(join(each, sep))) ?? dirname(path))
        : dirname(configFile);
    return this.#byRoot.get(folder) ?? this.#start(folder, configFile, settings);
  }

  async #sessionFor(folder: string, configFile: string | undefined, settings: Settings): Promise<void> {
    if (!this.#byRoot.has(folder)) await this.#start(folder, configFile, settings).ready;
  }

  #start(folder: string, configFile: string | undefined, settings: Settings): ProjectSession {
    const session = new ProjectSession(folder, configFile, this.events);
    this.#byRoot.set(folder, session);
    session.ready = session.read(settings);
    return session;
  }

  end(): void {
    for (const session of this.all) session.end();
    this.#byRoot.clear();
  }
}
