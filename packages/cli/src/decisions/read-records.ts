import { createReadStream, existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DecisionRecord } from '@nanook/log';
import { UsageError } from '../errors/usage-error.js';
import { recordOf } from './record-of.js';

/** A place in a log at which there is no record. */
export interface DamagedLine {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

/**
 * Returns the files of decision logs: files, the files of folders that end in `.jsonl`, and `-` for the standard input.
 *
 * @throws {UsageError} when a path does not exist, or a folder has no log
 */
export async function logFiles(paths: readonly string[]): Promise<readonly string[]> {
  const files: string[] = [];
  for (const path of paths) {
    if (path !== '-' && !existsSync(path)) throw new UsageError(`the decision log ${path} does not exist`);
    if (path === '-' || !statSync(path).isDirectory()) files.push(path);
    // oxlint-disable-next-line no-await-in-loop -- a command names few folders
    else files.push(...(await filesIn(path)));
  }
  return files;
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).toSorted();
  if (names.length === 0) throw new UsageError(`the folder ${folder} has no file that ends in .jsonl`);
  return names.map((name) => join(folder, name));
}

/** Yields the records of decision logs, in the order of their lines. A last line without a line break is still being written. */
export async function* readRecords(
  files: readonly string[],
  onDamagedLine: (place: DamagedLine) => void,
): AsyncGenerator<DecisionRecord> {
  for (const file of files) {
    let line = 0;
    for await (const text of wholeLines(file)) {
      line++;
      if (text.trim() === '') continue;
      const record = recordOf(text);
      if (record === undefined) onDamagedLine({ file, line });
      else yield record;
    }
  }
}

async function* wholeLines(file: string): AsyncGenerator<string> {
  const input = file === '-' ? process.stdin.setEncoding('utf8') : createReadStream(file, 'utf8');
  let rest = '';
  for await (const chunk of input as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
  if (recordOf(rest) !== undefined) yield rest;
}
