import type { Authorizer, DiffedCheck } from '@nanook/core';
import { Option } from 'commander';
import { positiveInteger } from '../commands/common-options.js';
import { DamagedLines } from '../decisions/damaged-lines.js';
import { logFiles, readRecords } from '../decisions/read-records.js';
import { RecordedObjects } from '../decisions/recorded-objects.js';
import { singleDecisions } from '../decisions/single-decisions.js';
import { UsageError } from '../errors/usage-error.js';
import type { Io } from '../output/io.js';
import type { Fixtures } from '../project/config.js';
import type { Project } from '../project/project.js';
import { checksOf } from './checks.js';
import { generateRows } from './generate-rows.js';

/** The options that choose the checks of a command. */
export interface ChecksFlags {
  readonly log?: readonly string[];
  readonly generate?: number | true;
}

export const logOption = (does: string): Option =>
  new Option('--log <files...>', `${does} the recorded decisions of these files and folders`);

export const generateOption = (does: string): Option =>
  new Option('--generate [number]', `${does} generated rows, this many of each type; default: 10`).argParser(
    positiveInteger('--generate'),
  );

/** Returns the fixtures and, if they are wanted or there is no fixture, generated rows. */
export async function valuesOf(project: Project, { generate, log }: ChecksFlags): Promise<Fixtures> {
  const fixtures = await project.fixtures();
  if (generate === undefined && (log !== undefined || Object.keys(fixtures).length > 0)) return fixtures;
  const rows = generateRows(project.types, project.trees, typeof generate === 'number' ? generate : 10);
  return { ...rows, ...fixtures };
}

/**
 * Yields the checks of the fixtures, of generated rows, or of a decision log.
 *
 * @param authorizers the policies; the last one finds the recorded objects
 * @param each `once` to yield equal recorded checks once
 */
export function chosenChecks(
  project: Project,
  values: Fixtures,
  authorizers: readonly Authorizer[],
  { log }: ChecksFlags,
  io: Io,
  each: 'once' | 'always',
): Iterable<DiffedCheck> | AsyncIterable<DiffedCheck> {
  return log === undefined
    ? checksOf(values, project.trees, authorizers)
    : recordedChecks(log, new RecordedObjects(project, values, authorizers.at(-1)!), io, each);
}

async function* recordedChecks(
  paths: readonly string[],
  objects: RecordedObjects,
  io: Io,
  each: 'once' | 'always',
): AsyncGenerator<DiffedCheck> {
  const damaged = new DamagedLines();
  const seen = new Set<string>();
  for await (const record of singleDecisions(readRecords(await logFiles(paths), damaged.add))) {
    const { kind, actor, action, resource, field } = record;
    if (each === 'once') {
      const key = JSON.stringify([kind, actor, action, resource, field]);
      if (seen.has(key)) continue;
      seen.add(key);
    }
    const check = await objects.checkOf(record);
    if (check !== undefined) yield check;
  }
  damaged.report(io);
  objects.report(io);
}

/** @param verb what the command would do with a decision */
export const noChecks = (verb: string, { log }: ChecksFlags): UsageError =>
  new UsageError(
    log === undefined
      ? `there is no decision to ${verb}: the configuration has no fixtures, and no type declares its fields; add them, or use --log`
      : `there is no decision to ${verb}: ${log.join(', ')} contains no record of an actor, an action and a resource`,
  );
