import type { DecisionRecord } from '@nanook/log';
import { DamagedLines } from '../decisions/damaged-lines.js';
import { filterOf, type FilterFlags } from '../decisions/filters.js';
import { logFiles, readRecords } from '../decisions/read-records.js';
import { outcomes } from '../decisions/record-of.js';
import { singleDecisions } from '../decisions/single-decisions.js';
import { UsageError } from '../errors/usage-error.js';
import type { ExplorerDecisions } from './messages.js';

/** The page shows the newest ones. */
const maxRecords = 300;

/**
 * Lists the newest decisions of a log that satisfy the filters of the page: those of `nanook log`, as parameters of the address.
 *
 * @throws {UsageError} for a filter that is not valid, or a log that cannot be read
 */
export async function listDecisions(
  paths: readonly string[],
  parameters: URLSearchParams,
): Promise<ExplorerDecisions> {
  const isWanted = await filterOf(flagsOf(parameters));
  const damaged = new DamagedLines();
  const records: DecisionRecord[] = [];
  let total = 0;
  for await (const record of singleDecisions(readRecords(await logFiles(paths), damaged.add))) {
    if (!isWanted(record)) continue;
    total++;
    records.push(record);
    if (records.length > maxRecords) records.shift();
  }
  const notes: string[] = [];
  damaged.report({ err: (text) => void notes.push(text) });
  return { kind: 'decisions', records: records.toReversed(), total, notes };
}

function flagsOf(parameters: URLSearchParams): FilterFlags {
  const text = (name: string): string | undefined => parameters.get(name)?.trim() || undefined;
  const action = text('action')?.split(/[\s,]+/);
  const wanted = text('outcome');
  const outcome = outcomes.find((each) => each === wanted);
  if (wanted !== undefined && outcome === undefined)
    throw new UsageError(`expected the outcome ${outcomes.join(', ')}, found ${wanted}`);
  const named = { actor: text('actor'), resource: text('resource'), from: text('from'), to: text('to') };
  const given = Object.entries(named).filter(([, value]) => value !== undefined);
  return {
    ...Object.fromEntries(given),
    ...(action && { action }),
    ...(outcome && { outcome: [outcome] }),
  };
}
