import type { PostgresResult } from '../database/run-on-postgres.js';
import type { Statement } from '../model/sample-tables.js';
import type { FileRange } from '../model/places.js';
import type { LoadedProject } from '../model/load-project.js';
import type { Question } from '../model/project-text.js';
import type { Mark } from '../editor/code-editor.js';
import type { LineCoverage } from '../model/policy-tests.js';

/** Runs a query on tables in a PostgreSQL of its own. */
export type RunQuery = (tables: readonly Statement[], query: Statement) => Promise<PostgresResult>;

/** The actions of the page that its views call. */
export interface PageActions {
  readonly ask: (question: Question) => void;
  /** Shows a part of a file in the editor. */
  readonly reveal: (range: FileRange) => void;
  /** Shows a part of a file beside the answer, without moving the reader to the editor. */
  readonly follow: (range: FileRange) => void;
  /** Shows a row of the data in the editor. */
  readonly revealData: (name: string) => void;
  /** Marks parts of files, next to those of the answer. */
  readonly mark: (marks: FileMarks) => void;
  /** Shows the coverage of lines beside the text. */
  readonly cover: (coverage: FileCoverage) => void;
  /** Undefined if the page has no database. */
  readonly runQuery: RunQuery | undefined;
}

export type FileMarks = readonly (Mark & FileRange)[];
export type FileCoverage = ReadonlyMap<string, ReadonlyMap<number, LineCoverage>>;

/** The properties of each view. */
export interface ViewProps {
  readonly loaded: LoadedProject;
  readonly question: Question;
  readonly actions: PageActions;
}
