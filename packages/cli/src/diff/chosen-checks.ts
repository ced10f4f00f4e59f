import type { Authorizer } from '@nanook/core';
import type { DiffedCheck } from '@nanook/core/candidate';
import { Option, type Command } from 'commander';
import { positiveInteger } from '../commands/common-options.js';
import { DamagedLines } from '../decisions/damaged-lines.js';
import { logFiles, readRecords } from '../decisions/read-records.js';
import { RecordedObjects } from '../decisions/recorded-objects.js';
import { singleDecisions } from '../decisions/single-decisions.js';
import { UsageError } from '../errors/usage-error.js';
import { count } from '../output/count.js';
import { counted } from '../output/counted.js';
import type { Io } from '../output/io.js';
import type { Fixtures } from '../project/config.js';
import type { Project } from '../project/project.js';
import { checksOf, sampled } from './checks.js';
import { generateRows } from './generate-rows.js';

/** The options that choose the checks of a command. */
export interface ChecksFlags {
  readonly log?: readonly string[];
  readonly generate?: number | true;
  readonly sample?: number;
}

/** The most checks of generated rows without `--sample`: a hundred rows of ten types have millions. */
const defaultSample = 100_000;

/** Adds the options that choose the checks of a command. @param does what the command does with a check: `compare` */
export const addChecksOptions = (command: Command, does: string): Command =>
  command.addOption(logOption(does)).addOption(generateOption(does)).addOption(sampleOption(does));

const logOption = (does: string): Option =>
  new Option('--log <files...>', `${does} the recorded decisions of these files and folders`);

const generateOption = (does: string): Option =>
  new Option('--generate [number]', `${does} generated rows, this many of each type; default: 10`).argParser(
    positiveInteger('--generate'),
  );

const sampleOption = (does: string): Option =>
  new Option(
    '--sample <number>',
    `${does} at most this many checks, spread over all; default: ${defaultSample} if there are generated rows`,
  ).argParser(positiveInteger('--sample'));

/** The checks of a command, and the values of which they are made. */
export interface ChosenChecks {
  readonly values: Fixtures;
  readonly checks: AsyncIterable<DiffedCheck>;
}

/**
 * Chooses the checks of the fixtures, of generated rows, or of a decision log, and shows how many of them the command has read.
 *
 * @param authorizers the policies; the last one finds the recorded objects
 * @param each `once` to yield equal recorded checks once
 */
export async function chooseChecks(
  project: Project,
  authorizers: readonly Authorizer[],
  { generate, log, sample }: ChecksFlags,
  io: Io,
  each: 'once' | 'always',
): Promise<ChosenChecks> {
  const fixtures = await project.fixtures();
  const isGenerated = generate !== undefined || (log === undefined && Object.keys(fixtures).length === 0);
  const rows = isGenerated
    ? generateRows(project.types, project.trees, typeof generate === 'number' ? generate : 10)
    : {};
  const values = { ...rows, ...fixtures };
  if (log !== undefined) {
    const objects = new RecordedObjects(project, values, authorizers.at(-1)!);
    return { values, checks: counted(recordedChecks(log, objects, io, each), 'check', io) };
  }
  const all = checksOf(values, project.trees, authorizers);
  const wanted = sample ?? (isGenerated ? defaultSample : all.length);
  if (wanted < all.length)
    io.err(`${wanted} of ${count(all.length, 'check')} are used; --sample ${all.length} uses all`);
  return {
    values,
    checks: counted(sampled(all, wanted), 'check', io, Math.min(wanted, all.length)),
  };
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
