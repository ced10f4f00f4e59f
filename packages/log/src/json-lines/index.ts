import { rm, stat } from 'node:fs/promises';
import {
  aBoolean,
  aCount,
  aFunction,
  aText,
  checkOptions,
  type OptionKind,
} from '../errors/check-options.js';
import { reasonOf } from '../errors/nanook-log-error.js';
import type { DecisionSink } from '../queue/sink.js';
import type { CheckedQuery } from '../read/decision-query.js';
import type { DecisionSource } from '../read/read-decisions.js';
import type { DecisionRecord } from '../record/decision-record.js';
import { LogFile, writeFileNow } from './log-file.js';
import { findRecords, logFilesIn, type OnDamagedLine } from './read-lines.js';

export type { OnDamagedLine } from './read-lines.js';

/** Options for {@link jsonLines}. */
export interface JsonLinesOptions {
  /** The folder of the files. It is created if it does not exist. Several processes can write to one folder. */
  readonly folder: string;
  /** The beginning of the names of the files. Default `'decisions'`. */
  readonly prefix?: string;
  /** The size from which on a new file is started, in bytes. Default 100 MiB. */
  readonly maxBytes?: number;
  /** The hours after which a new file is started. Default 24. */
  readonly maxAgeHours?: number;
  /** The days after which a file is deleted, since its last record. Default: files are kept. A failure is a warning of the process. */
  readonly keepDays?: number;
  /**
   * Whether a record counts as stored only when it is on the disk. Default `false`: when the operating system has it, so that it survives
   * the end of the process, but not a loss of power.
   */
  readonly fsync?: boolean;
  /** Receives the place of a line that is not a record, when the files are read. Default: `NANOOK_LOG_DAMAGED_LINE` is thrown. */
  readonly onDamagedLine?: OnDamagedLine;
}

const hourMs = 60 * 60 * 1_000;
const dayMs = 24 * hourMs;

class JsonLines implements DecisionSink, DecisionSource {
  readonly name = 'json-lines';
  readonly #options: JsonLinesOptions;
  readonly #prefix: string;
  #file: LogFile | undefined;

  constructor(options: JsonLinesOptions) {
    checkOptions('jsonLines', options, kinds, ['folder']);
    this.#options = { ...options };
    this.#prefix = options.prefix ?? 'decisions';
  }

  async write(records: readonly DecisionRecord[]): Promise<void> {
    const { maxBytes = 100 * 1_024 * 1_024, fsync = false } = this.#options;
    const file = await this.#currentFile();
    try {
      await file.append(linesOf(records), fsync);
    } finally {
      if (file.isDamaged || file.size >= maxBytes) await this.close();
    }
  }

  writeSync(records: readonly DecisionRecord[]): void {
    // A new file, because an earlier write to the current one may not be finished.
    writeFileNow(this.#options.folder, this.#prefix, linesOf(records), this.#options.fsync ?? false);
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async read(query: CheckedQuery): Promise<DecisionRecord[]> {
    const { folder, onDamagedLine } = this.#options;
    return findRecords(await logFilesIn(folder, this.#prefix), query, onDamagedLine);
  }

  async #currentFile(): Promise<LogFile> {
    const file = this.#file;
    if (file !== undefined && (this.#isOld(file) || (await file.isDeleted()))) await this.close();
    return (this.#file ??= await this.#openFile());
  }

  #isOld({ openedMs }: LogFile): boolean {
    const { maxAgeHours = 24, keepDays = Infinity } = this.#options;
    // Another process deletes a file after `keepDays`, also if this one has it open.
    return Date.now() - openedMs >= Math.min(maxAgeHours * hourMs, keepDays * dayMs);
  }

  async #openFile(): Promise<LogFile> {
    const { folder, keepDays, fsync = false } = this.#options;
    if (keepDays !== undefined) await this.#deleteBefore(Date.now() - keepDays * dayMs);
    return LogFile.open(folder, this.#prefix, fsync);
  }

  /** Deletes old files. A file that cannot be deleted does not stop the log. */
  async #deleteBefore(timeMs: number): Promise<void> {
    try {
      const files = await logFilesIn(this.#options.folder, this.#prefix);
      // Another process may delete a file at the same time.
      const ages = await Promise.all(files.map((file) => stat(file).catch(() => undefined)));
      const old = files.filter((_, i) => (ages[i]?.mtimeMs ?? timeMs) < timeMs);
      const ends = await Promise.allSettled(old.map((file) => rm(file, { force: true })));
      for (const end of ends) if (end.status === 'rejected') warnOfOldFile(end.reason);
    } catch (error) {
      warnOfOldFile(error);
    }
  }
}

const warnOfOldFile = (error: unknown): void =>
  process.emitWarning(
    `jsonLines could not delete a file that is older than \`keepDays\`; delete it yourself, or give the process the right: ${reasonOf(error)}`,
    'NanookLogWarning',
  );

const positive: OptionKind = {
  expected: 'a positive number',
  accepts: (value) => typeof value === 'number' && value > 0,
};
const kinds = {
  folder: aText,
  prefix: {
    expected: 'a name of letters, digits, `_`, `.` and `-`',
    accepts: (value: unknown) => typeof value === 'string' && /^[\w.-]+$/.test(value),
  },
  maxBytes: aCount,
  maxAgeHours: positive,
  keepDays: positive,
  fsync: aBoolean,
  onDamagedLine: aFunction,
} satisfies { readonly [Option in keyof JsonLinesOptions]-?: OptionKind };

const linesOf = (records: readonly DecisionRecord[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

/**
 * Stores records as JSON lines: one record in each line of a file. A new file is started by size and by age, and no file is renamed.
 *
 * @throws {NanookLogError} `NANOOK_LOG_INVALID_OPTION`
 * @example
 * const store = jsonLines({ folder: 'audit', keepDays: 400 });
 * const log = decisionLog({ sinks: [store] });
 * const page = await readDecisions(store, { actor: { type: 'User', id: 7 } });
 */
export const jsonLines = (options: JsonLinesOptions): DecisionSink & DecisionSource => new JsonLines(options);
