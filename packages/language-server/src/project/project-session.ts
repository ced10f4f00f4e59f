import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Workspace, type FileFinding, type WorkspaceSettings } from '@nanook/analysis';
import type { Settings } from '../settings.js';
import { filePath } from '../text/file-path.js';
import { Lines } from '../text/lines.js';
import { ConfigProcess } from './config-process.js';
import type { PlainFinding, ProjectDescription } from './child-messages.js';
import { RunMeasurements, type MeasurementParams } from './measurements.js';
import { typesFromPlain } from './types-from-plain.js';

/** The functions that a session calls. */
export interface SessionEvents {
  /** The findings of the project have changed without a change of an open document. */
  readonly onChange: () => void;
  /** The numbers of runs are new, or no longer right. */
  readonly onMeasured: () => void;
  readonly onNotice: (text: string) => void;
  readonly onOutput: (text: string) => void;
}

/** A file of a project. The text of an open document replaces the one on the disk. */
interface ProjectFile {
  readonly saved: string | undefined;
  readonly open: string | undefined;
}

/** One project of the editor: its policies, and the process that has read its configuration. */
export class ProjectSession {
  readonly workspace = new Workspace();
  readonly #files = new Map<string, ProjectFile>();
  /** The URIs of open documents as their editor writes them: `%40` and `@` are the same, but not for every client. */
  readonly #uris = new Map<string, string>();
  readonly #lines = new Map<string, Lines>();
  #process: ConfigProcess | undefined;
  #settings: WorkspaceSettings = {};
  #hasFixtures = false;
  /** The policies that the configuration names; undefined before it was read. */
  #policies: ReadonlySet<string> | undefined;
  #inTests: readonly PlainFinding[] = [];
  #testedTexts: ReadonlyMap<string, string> = new Map();
  /** The last read, which replaces those that have not ended. */
  #reading: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  /** Whether the project was read. */
  isRead = false;
  /** Settles when the project was read for the first time. */
  ready: Promise<void> = Promise.resolve();
  /** The error of the configuration. */
  configError: string | undefined;
  /** The files whose change can change the project. */
  loadedFiles: ReadonlySet<string> = new Set();

  constructor(
    readonly folder: string,
    readonly configFile: string | undefined,
    /** Whether the configuration is in a folder that the editor has open, so that the trust in this folder includes it. */
    readonly isInside: boolean,
    /** The policies without a configuration: paths of files or folders. */
    readonly paths: readonly string[],
    readonly events: SessionEvents,
  ) {}

  /** Returns the reason why the configuration must not run; undefined if it may, as JSON always may. */
  #refusal({ isTrusted }: Settings): string | undefined {
    if (this.configFile === undefined || this.configFile.endsWith('.json')) return undefined;
    if (!isTrusted) return 'the workspace is not trusted';
    return this.isInside ? undefined : 'it is outside of the open folders';
  }

  /** Reads the configuration and the policies again. If the configuration fails, the last types stay. */
  read(settings: Settings): Promise<void> {
    return (this.#reading = this.#read(settings));
  }

  async #read(settings: Settings): Promise<void> {
    this.#process?.end();
    this.#dropMeasurements();
    const refusal = this.#refusal(settings);
    const configFile = refusal === undefined ? this.configFile : undefined;
    const child = new ConfigProcess(
      this.folder,
      { configFile, paths: this.paths },
      settings.configTimeLimit * 1000,
      this.events.onOutput,
    );
    this.#process = child;
    const result = await child.description;
    if (this.#process !== child) return this.#reading;
    this.loadedFiles = new Set(result.loadedFiles);
    this.configError = result.kind === 'failure' ? result.message : result.problem;
    if (result.kind === 'project') this.#use(result);
    if (refusal !== undefined)
      this.events.onNotice(
        `Nanook does not run ${this.configFile}, because ${refusal}. It knows only the types that the policies name.`,
      );
    this.isRead = true;
    this.#hasFixtures = result.kind === 'project' && result.fixtures !== undefined;
    this.events.onChange();
    this.checkTestsLater(settings);
  }

  #use({ policies, types, constants, queries, dialect, fixtures }: ProjectDescription): void {
    const names = new Set(policies.map(({ name }) => name));
    this.#policies = names;
    for (const [name, file] of this.#files)
      if (!names.has(name)) this.#set(name, { ...file, saved: undefined });
    for (const { name, source } of policies)
      this.#set(name, { open: this.#files.get(name)?.open, saved: source });
    this.#configure({
      types: types && typesFromPlain(types),
      constants: Object.fromEntries(
        Object.entries(constants).map(([name, isNil]) => [name, isNil ? null : {}]),
      ),
      queries,
      dialect,
      fixtures: fixtures ?? {},
    });
  }

  #configure(settings: WorkspaceSettings): void {
    this.#settings = settings;
    this.workspace.configure(settings);
  }

  #set(name: string, file: ProjectFile): void {
    const text = file.open ?? file.saved;
    if (text !== this.workspace.text(name)) this.#dropMeasurements();
    if (text === undefined) {
      this.#files.delete(name);
      this.workspace.remove(name);
    } else {
      this.#files.set(name, file);
      this.workspace.update(name, text);
    }
  }

  // ── files ──

  nameOf(uri: string): string {
    return relative(this.folder, filePath(uri) ?? '')
      .split(sep)
      .join('/');
  }

  uriOf(name: string): string {
    return this.#uris.get(name) ?? pathToFileURL(join(this.folder, name)).href;
  }

  get openUris(): readonly string[] {
    return [...this.#uris.values()];
  }

  has(uri: string): boolean {
    return this.#files.has(this.nameOf(uri));
  }

  /** Returns whether a URI is that of a policy below the folder. */
  mayHave(uri: string): boolean {
    return uri.endsWith('.polar') && filePath(uri)?.startsWith(join(this.folder, sep)) === true;
  }

  /** Returns whether a document is a file that the configuration does not name. A new document is not, because it can get any name. */
  isForeign(uri: string): boolean {
    return (
      this.#policies !== undefined && !this.#policies.has(this.nameOf(uri)) && existsSync(filePath(uri) ?? '')
    );
  }

  /** Sets the text of an open document; undefined when it is closed. */
  edit(uri: string, open: string | undefined): void {
    const name = this.nameOf(uri);
    if (open === undefined) this.#uris.delete(name);
    else this.#uris.set(name, uri);
    this.#set(name, { saved: this.#files.get(name)?.saved, open });
  }

  /** Reads a file that has changed on the disk. */
  async readFile(uri: string): Promise<void> {
    const name = this.nameOf(uri);
    const file = this.#files.get(name);
    if (file === undefined) return;
    const saved = await readFile(join(this.folder, name), 'utf8').catch(() => undefined);
    this.#set(name, { ...file, saved: saved?.replace(/^\uFEFF/, '') });
  }

  lines(name: string): Lines {
    const text = this.workspace.text(name) ?? '';
    const known = this.#lines.get(name);
    if (known?.text === text) return known;
    const lines = new Lines(text);
    this.#lines.set(name, lines);
    return lines;
  }

  // ── numbers of runs ──

  /** The numbers of runs with the present texts; undefined if there are none. */
  measurements: RunMeasurements | undefined;

  /** Keeps the results of a run, unless a text has changed since. */
  measure(params: MeasurementParams): void {
    const texts = new Map(this.workspace.names.map((name) => [name, this.workspace.text(name)!]));
    const measurements = this.measurements ?? new RunMeasurements(texts);
    if (!measurements.add(params)) return;
    this.measurements = measurements;
    this.events.onMeasured();
  }

  #dropMeasurements(): void {
    if (this.measurements === undefined) return;
    this.measurements = undefined;
    this.events.onMeasured();
  }

  // ── tests ──

  /** Checks the tests when no document has changed for a moment. */
  checkTestsLater(settings: Settings): void {
    clearTimeout(this.#timer);
    if (!settings.checkTests || this.#process === undefined) return;
    this.#timer = setTimeout(() => void this.#checkTests(), 300);
  }

  async #checkTests(): Promise<void> {
    const { workspace } = this;
    if (workspace.findings.some(({ severity }) => severity === 'error')) return;
    const policies = workspace.names.map((name) => ({ name, source: workspace.text(name)! }));
    const found = await this.#process?.checkTests(policies);
    if (found === undefined) return;
    this.#inTests = found;
    this.#testedTexts = new Map(policies.map(({ name, source }) => [name, source]));
    this.events.onChange();
  }

  /** Returns the findings by file, with those in tests whose file has not changed since. */
  findings(): ReadonlyMap<string, readonly FileFinding[]> {
    const all = new Map(this.workspace.allDiagnostics());
    for (const { file, ...finding } of this.#inTests) {
      if (this.#testedTexts.get(file) !== this.workspace.text(file)) continue;
      const known = all.get(file) ?? [];
      const isKnown = known.some((each) => each.code === finding.code && each.start === finding.start);
      if (!isKnown) all.set(file, [...known, { ...finding, isUnnecessary: false }]);
    }
    return all;
  }

  /** Reads the names of the fixtures before the first completion in a test, because a function of the application can create them. */
  async readFixtures(): Promise<void> {
    if (this.#hasFixtures || this.#process === undefined) return;
    this.#hasFixtures = true;
    const fixtures = await this.#process.fixtures();
    if (fixtures !== undefined) this.#configure({ ...this.#settings, fixtures });
  }

  /** The types of the fixtures by their names. */
  get fixtures(): Readonly<Record<string, string | undefined>> {
    return this.#settings.fixtures ?? {};
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#process?.end();
  }
}
