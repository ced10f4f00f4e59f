import { basename, dirname, resolve } from 'node:path';
import { assessRoutes, typeNamed } from '../audit/assess-routes.js';
import { auditNotes } from '../audit/audit-notes.js';
import { describeRequirements } from '../audit/audited-route.js';
import { listApplication, type ListedApplication } from '../audit/list-application.js';
import { loadApplication } from '../audit/load-application.js';
import { testedActions } from '../audit/tested-actions.js';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';
import type { Project } from '../project/project.js';
import { readProject, type ProjectOptions } from '../project/read-project.js';
import { readValue } from '../values/read-value.js';
import { listDecisions } from './list-decisions.js';
import type {
  ExploredProject,
  ExplorerDecisions,
  ExplorerQuestion,
  ExplorerRoutes,
  ExplorerState,
  ProjectAnswer,
  ReplayedDecision,
} from './messages.js';
import { projectAsJson } from './project-as-json.js';
import { replay } from './replay.js';
import { savePolicy } from './save-policy.js';

export interface ExplorerOptions extends ProjectOptions {
  /** The module of the application; undefined: the option of the configuration. */
  readonly application?: string | undefined;
  /** The files and folders of a decision log. */
  readonly log?: readonly string[] | undefined;
  /** Whether the page may save policies from the start. */
  readonly isEditable?: boolean;
}

/** The project that a page explores. It is read again when one of its files has changed. */
export class Explorer {
  #version = 0;
  #isEditable: boolean;
  #project: Project | undefined;
  #shown: ExploredProject | { readonly kind: 'error'; readonly message: string } = {
    kind: 'error',
    message:
      'its configuration is still running; if this does not end, it waits for something that does not answer',
  };
  #routes: Promise<ListedApplication> | undefined;
  readonly #listeners = new Set<(version: number) => void>();

  constructor(private readonly options: ExplorerOptions) {
    this.#isEditable = options.isEditable ?? false;
  }

  /**
   * Reads the project, and tells the pages that it has changed. An error is shown in the pages, too.
   *
   * @throws {UsageError} when the project cannot be read
   */
  async read(): Promise<Project> {
    try {
      const project = await readProject(this.options);
      this.#shown = await projectAsJson(project);
      this.#project = project;
      return project;
    } catch (error) {
      this.#shown = { kind: 'error', message: messageOf(error) };
      throw error;
    } finally {
      this.#version++;
      for (const listener of this.#listeners) listener(this.#version);
    }
  }

  get state(): ExplorerState {
    const folder = resolve(dirname(this.#project?.configFile ?? this.options.config ?? 'nanook.config.ts'));
    return {
      version: this.#version,
      name: basename(folder),
      isEditable: this.#isEditable,
      hasLog: this.options.log !== undefined,
      ...this.#shown,
    };
  }

  /** Calls a function with the number of the version after each change. Returns a function that ends this. */
  subscribe(listener: (version: number) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Explains the answer of the project itself to a question of the page. */
  async explain({ actor, action, resource }: ExplorerQuestion): Promise<ProjectAnswer> {
    const project = this.#current();
    const authorizer = await project.load();
    const fixtures = await project.fixtures();
    const valueOf = (name: string): unknown => readValue(name, fixtures, authorizer);
    const names = new Map(Object.entries(fixtures).map(([name, value]) => [value, name] as const));
    const explanation = await authorizer.explain(valueOf(actor), action, valueOf(resource), { names });
    return { kind: 'decision', explanation };
  }

  /** Lists the routes of the application. It is loaded once, or again if `again` is true: a module that has run cannot be unloaded. */
  async routes(again: boolean): Promise<ExplorerRoutes> {
    const { application } = this.options;
    const project = this.#current();
    if (application === undefined && project.config.application === undefined) return { kind: 'none' };
    const authorizer = await project.load();
    if (again) this.#routes = undefined;
    this.#routes ??= loadApplication(project, application).then(listApplication);
    this.#routes.catch(() => (this.#routes = undefined));
    const listed = await this.#routes;
    const { types } = project;
    const tested = testedActions(project, await project.fixtures(), authorizer);
    const routes = assessRoutes(listed.routes, { authorizer, types, tested, logged: undefined });
    return {
      kind: 'routes',
      notes: auditNotes(listed, routes),
      routes: routes.map((route) => {
        const { method, path, handler, location, status, rules, tests, findings } = route;
        const checks = route.requirements.flatMap((each) =>
          each.kind === 'authorize' ? [{ action: each.action, type: typeNamed(each.resource, types) }] : [],
        );
        const requirement = describeRequirements(route);
        return { method, path, handler, location, status, rules, tests, findings, requirement, checks };
      }),
    };
  }

  decisions(parameters: URLSearchParams): Promise<ExplorerDecisions> {
    return listDecisions(this.#requireLog(), parameters);
  }

  /** Decides a record again. @param record a record as JSON */
  async replay(record: string): Promise<ReplayedDecision> {
    this.#requireLog();
    return replay(this.#current(), record);
  }

  /** Lets the pages save policies. */
  allowEditing(): void {
    this.#isEditable = true;
  }

  /** Writes a policy. @throws {UsageError} when editing is not allowed, or the policy cannot be written */
  async save(request: unknown): Promise<void> {
    if (!this.#isEditable)
      throw new UsageError('the explorer is read-only; choose Edit in the page, or start it with --edit');
    const project = this.#current();
    await savePolicy(project, this.#shown.kind === 'project' ? this.#shown.writable : [], request);
  }

  #current(): Project {
    const { message } = this.#shown as { readonly message?: string };
    if (this.#project === undefined || this.#shown.kind === 'error')
      throw new UsageError(`the project cannot be read: ${message}`);
    return this.#project;
  }

  #requireLog(): readonly string[] {
    const { log } = this.options;
    if (log === undefined)
      throw new UsageError('no decision log is given; start with: nanook explore --log audit/');
    return log;
  }
}
