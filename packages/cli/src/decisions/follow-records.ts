import { open, stat } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { DecisionRecord } from '@nanook/log';
import type { DamagedLine } from './read-records.js';
import { recordOf } from './record-of.js';

/** The time between two looks at the files, in milliseconds. */
const pauseMs = 250;

/** The part of a file that was read. */
interface ReadPart {
  offset: number;
  line: number;
  /** The bytes of a line that is not finished. */
  rest: Buffer;
}

/**
 * Yields the records that are added to logs, until it is aborted. The records that are there already are left out.
 *
 * @param filesNow returns the files of the logs; a log starts a new file from time to time
 */
export async function* followRecords(
  filesNow: () => Promise<readonly string[]>,
  onDamagedLine: (place: DamagedLine) => void,
  signal: AbortSignal,
): AsyncGenerator<DecisionRecord> {
  const parts = new Map<string, ReadPart>();
  for (const file of await filesNow())
    parts.set(file, { offset: (await stat(file)).size, line: 0, rest: empty });
  while (!signal.aborted) {
    for (const file of await filesNow()) {
      const part = parts.get(file) ?? { offset: 0, line: 0, rest: empty };
      parts.set(file, part);
      for (const text of await newLines(file, part)) {
        const record = recordOf(text);
        if (record !== undefined) yield record;
        else if (text.trim() !== '') onDamagedLine({ file, line: part.line });
      }
    }
    await wait(pauseMs, undefined, { signal }).catch(() => {});
  }
}

const empty = Buffer.alloc(0);

/** Reads the finished lines after the part that was read, and extends the part. */
async function newLines(file: string, part: ReadPart): Promise<readonly string[]> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    // The file was emptied or replaced.
    if (size < part.offset) Object.assign(part, { offset: 0, line: 0, rest: empty });
    if (size === part.offset) return [];
    const chunk = Buffer.alloc(size - part.offset);
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, part.offset);
    part.offset += bytesRead;
    const bytes = Buffer.concat([part.rest, chunk.subarray(0, bytesRead)]);
    const end = bytes.lastIndexOf(10) + 1;
    part.rest = bytes.subarray(end);
    const lines = end === 0 ? [] : bytes.toString('utf8', 0, end - 1).split('\n');
    part.line += lines.length;
    return lines;
  } finally {
    await handle.close();
  }
}
