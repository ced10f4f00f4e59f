import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { configNames, findConfig } from '@nanook/cli/project';
import type { Settings } from '../settings.js';
import { filePath } from '../text/file-path.js';
import { ProjectSession, type SessionEvents } from './project-session.js';

/**
 * The projects of an editor. A document belongs to the project of the nearest configuration above it, or to its folder. A document outside of
 * all folders without a configuration is a project of its own.
 */
export class Sessions {
  readonly #byRoot = new Map<string, ProjectSession>();
  #isClosed = false;

  /** @param folders the folders that the editor has open */
  constructor(
    public folders: readonly string[],
    readonly events: SessionEvents,
  ) {}

  get all(): readonly ProjectSession[] {
    return [...this.#byRoot.values()];
  }

  /** Opens the projects in the folders of the editor. */
  async open(settings: Settings): Promise<void> {
    const roots = this.folders.filter((folder) => configNames.some((name) => existsSync(join(folder, name))));
    const sessions = roots.map((folder) => this.#sessionIn(folder, findConfig(folder), settings));
    await Promise.all(sessions.map(({ ready }) => ready));
  }

  /** Returns the project of a document, which it reads if the document is the first of it; undefined if the document is not a file. */
  of(uri: string, settings: Settings): ProjectSession | undefined {
    const path = filePath(uri);
    if (path === undefined || this.#isClosed) return undefined;
    const configFile = findConfig(dirname(path));
    const folder = configFile === undefined ? this.#folderOf(path) : dirname(configFile);
    return folder === undefined
      ? (this.#byRoot.get(path) ??
          this.#start(path, dirname(path), undefined, settings, [relative(dirname(path), path)]))
      : this.#sessionIn(folder, configFile, settings);
  }

  #sessionIn(folder: string, configFile: string | undefined, settings: Settings): ProjectSession {
    return this.#byRoot.get(folder) ?? this.#start(folder, folder, configFile, settings, ['.']);
  }

  #start(
    root: string,
    folder: string,
    configFile: string | undefined,
    settings: Settings,
    paths: readonly string[],
  ): ProjectSession {
    const isInside = configFile === undefined || this.#folderOf(configFile) !== undefined;
    const session = new ProjectSession(folder, configFile, isInside, paths, this.events);
    this.#byRoot.set(root, session);
    session.ready = session.read(settings);
    return session;
  }

  /** Returns the innermost open folder around a path. */
  #folderOf(path: string): string | undefined {
    const around = this.folders.filter((each) => path.startsWith(join(each, sep)));
    return around.toSorted((a, b) => b.length - a.length)[0];
  }

  /** Ends the projects in a folder, or that of a document outside of all folders. */
  endIn(path: string): void {
    for (const [root, session] of this.#byRoot)
      if (root === path || root.startsWith(join(path, sep))) {
        session.end();
        this.#byRoot.delete(root);
      }
  }

  end(): void {
    for (const session of this.all) session.end();
    this.#byRoot.clear();
  }

  /** Ends all projects, and opens no other. */
  close(): void {
    this.end();
    this.#isClosed = true;
  }
}
