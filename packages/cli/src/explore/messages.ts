import type { DecisionOutcome, Explanation, NamedPolicy } from '@nanook/core';
import type { DecisionRecord } from '@nanook/log';
import type { AuditedRoute } from '../audit/audited-route.js';

/** The messages of `nanook explore` to its page, as JSON. */

/** The project as its files are now, or the reason why it cannot be read. */
export type ExplorerState = {
  /** Rises with each change. */
  readonly version: number;
  /** The name of the folder of the project. */
  readonly name: string;
  /** Whether the page may save policies. */
  readonly isEditable: boolean;
  readonly hasLog: boolean;
} & (ExploredProject | { readonly kind: 'error'; readonly message: string });

/** A project in a form that a page can load. */
export interface ExploredProject {
  readonly kind: 'project';
  readonly policies: readonly NamedPolicy[];
  /** The policies that the page may save. */
  readonly writable: readonly string[];
  /** The configuration as JSON. Values that JSON cannot express are left out. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The parts of the configuration that are left out. */
  readonly notes: readonly string[];
  readonly comparison: Comparison;
}

/** The checks of the project that were repeated with its form in JSON. */
export interface Comparison {
  readonly compared: number;
  readonly differences: readonly ExplorerDifference[];
}

/** A check that the page decides in another way than the project, because its form in JSON lacks something. */
export interface ExplorerDifference extends ExplorerQuestion {
  /** The outcome in the project. */
  readonly outcome: DecisionOutcome;
}

/** The question of a page: an action, and the names of an actor and a resource. */
export interface ExplorerQuestion {
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
}

/** The answer of the project itself, with its classes and functions. An error is never an outcome. */
export type ProjectAnswer =
  | { readonly kind: 'decision'; readonly explanation: Explanation }
  | { readonly kind: 'error'; readonly message: string };

/** The routes of the application, or the reason why there are none. */
export type ExplorerRoutes =
  | {
      readonly kind: 'routes';
      readonly routes: readonly ExplorerRoute[];
      readonly notes: readonly string[];
    }
  /** The project names no application. */
  | { readonly kind: 'none' }
  | { readonly kind: 'error'; readonly message: string };

export interface ExplorerRoute extends Pick<
  AuditedRoute,
  'method' | 'path' | 'handler' | 'location' | 'status' | 'rules' | 'tests' | 'findings'
> {
  /** The requirements in words. */
  readonly requirement: string;
  /** The checks that the route makes. The type is undefined if a function loads the resource. */
  readonly checks: readonly { readonly action: string; readonly type: string | undefined }[];
}

/** The newest records of the decision log that satisfy the filters, or the reason why there are none. */
export type ExplorerDecisions =
  | {
      readonly kind: 'decisions';
      readonly records: readonly DecisionRecord[];
      /** The number of all records that satisfy the filters. */
      readonly total: number;
      readonly notes: readonly string[];
    }
  | { readonly kind: 'error'; readonly message: string };

/** The decision of a record with the current policies. An error is never an outcome. */
export type ReplayedDecision =
  | {
      readonly kind: 'decision';
      readonly explanation: Explanation;
      /** Whether the outcome is the recorded one. */
      readonly holds: boolean;
      readonly notes: readonly string[];
    }
  | { readonly kind: 'error'; readonly message: string };

/** The request to write a policy. */
export interface SaveRequest {
  readonly name: string;
  readonly source: string;
  /** The text that the page started from. If the file has another one, it is not written. */
  readonly before: string;
}
