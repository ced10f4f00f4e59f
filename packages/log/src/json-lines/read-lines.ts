import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { NanookLogError } from '../errors/nanook-log-error.js';
import { comparePositions } from '../read/cursor.js';
import type { CheckedQuery } from '../read/decision-query.js';
import { matchesQuery } from '../read/matches-query.js';
import type { DecisionRecord } from '../record/decision-record.js';

/** Receives the place of a line that is not a record. */
export type OnDamagedLine = (file: string, line: number) => void;

/** Returns the files of a log, oldest first; none if the folder does not exist. */
export async function logFilesIn(folder: string, prefix: string): Promise<readonly string[]> {
  let names: readonly string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  return names
    .filter(
      (name) =>
        name.startsWith(`${prefix}-`) && /^\d{8}T\d{9}Z-[\w-]+\.jsonl$/.test(name.slice(prefix.length + 1)),
    )
    .toSorted()
    .map((name) => join(folder, name));
}

/**
 * Finds the records of a page. It reads every line of every file, because the files of several processes overlap in time, and keeps only the
 * records of the page in memory.
 */
export async function findRecords(
  files: readonly string[],
  query: CheckedQuery,
  onDamagedLine: OnDamagedLine | undefined,
): Promise<DecisionRecord[]> {
  const page: DecisionRecord[] = [];
  for (const file of files) {
    let number = 0;
    // oxlint-disable-next-line no-await-in-loop -- one file after the other
    for await (const line of wholeLinesOf(file)) {
      number++;
      const record = parseRecord(line);
      if (record === undefined) {
        if (onDamagedLine === undefined)
          throw new NanookLogError('NANOOK_LOG_DAMAGED_LINE', { file, line: number });
        onDamagedLine(file, number);
      } else if (matchesQuery(record, query)) insert(page, record, query);
    }
  }
  return page;
}

/** Puts a record into its place in the page, unless it is there already or the page is full of earlier ones. */
function insert(page: DecisionRecord[], record: DecisionRecord, { take, order }: CheckedQuery): void {
  let [low, high] = [0, page.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const place = comparePositions(page[middle]!, record);
    if (place === 0) return;
    if (order === 'newest' ? place < 0 : place > 0) high = middle;
    else low = middle + 1;
  }
  page.splice(low, 0, record);
  if (page.length > take + 1) page.pop();
}

function parseRecord(line: string): DecisionRecord | undefined {
  try {
    const record = JSON.parse(line) as Partial<DecisionRecord> | null;
    return typeof record?.id === 'string' && typeof record.at === 'string'
      ? (record as DecisionRecord)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads the lines of a file that end with a line break. A last line without one was never confirmed: the process ended, or is still
 * writing it.
 */
async function* wholeLinesOf(file: string): AsyncGenerator<string> {
  let rest = '';
  try {
    for await (const chunk of createReadStream(file, 'utf8') as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      yield* lines;
    }
  } catch (error) {
    if (!isMissing(error)) throw error;
    // The file became older than `keepDays` after the folder was read.
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';
