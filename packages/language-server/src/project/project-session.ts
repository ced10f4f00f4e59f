import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Workspace, type FileFinding, type WorkspaceSettings } from '@nanook/analysis';
import type { Settings } from '../settings.js';
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
  readonly #lines = new Map<string, Lines>();
  #process: ConfigProcess | undefined;
  #settings: WorkspaceSettings = {};
  #hasFixtures = false;
  /** The policies that the configuration names; undefined before it was read. */
  #policies: ReadonlySet<string> | undefined;
  #inTests: readonly PlainFinding[] = [];
  #testedTexts: ReadonlyMap<string, string> = new Map();
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
    readonly events: SessionEvents,
  ) {}

  /** Reads the configuration and the policies again. If the configuration fails, the last types stay. */
  async read(settings: Settings): Promise<void> {
    this.#process?.end();
    this.#dropMeasurements();
    const runsCode = settings.isTrusted || this.configFile === undefined;
    const configFile = runsCode ? this.configFile : undefined;
    const child = new ConfigProcess(
      this.folder,
      { configFile },
      settings.configTimeLimit * 1000,
      this.events.onOutput,
    );
    this.#process = child;
    const result = await child.description;
    if (this.#process !== child) return;
    this.loadedFiles = new Set(result.loadedFiles);
    this.configError = result.kind === 'failure' ? result.message : undefined;
    if (result.kind === 'project') this.#use(result);
    if (!runsCode)
      this.events.onNotice(
        `Nanook does not run ${this.configFile ?? 'the configuration'}, because the workspace is not trusted. It knows only the types that the policies name.`,
      );
    this.isRead = true;
    this.#hasFixtures = result.kind === 'project' && result.fixtures !== undefined;
    this.events.onChange();
    this.checkTestsLater(settings);
  }

  #use({ policies, types, constants, queries, fixtures }: ProjectDescription): void {
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
    return relative(this.folder, fileURLToPath(uri)).split(sep).join('/');
  }

  uriOf(name: string): string {
    return pathToFileURL(join(this.folder, name)).href;
  }

  has(uri: string): boolean {
    return this.#files.has(this.nameOf(uri));
  }

  /** Returns whether a document is a file that the configuration does not name. A new document is not, because it can get any name. */
  isForeign(uri: string): boolean {
    return (
      this.#policies !== undefined && !this.#policies.has(this.nameOf(uri)) && existsSync(fileURLToPath(uri))
    );
  }

  /** Sets the text of an open document; undefined when it is closed. */
  edit(uri: string, open: string | undefined): void {
    const name = this.nameOf(uri);
    this.#set(name, { saved: this.#files.get(name)?.saved, open });
  }

  /** Reads a file that has changed on the disk. */
  async readFile(uri: string): Promise<void> {
    const name = this.nameOf(uri);
    const file = this.#files.get(name);
    if (file === undefined) return;
    const saved = await readFile(fileURLToPath(uri), 'utf8').catch(() => undefined);
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
