import {
  Authorizer,
  isPolarError,
  isPolicyError,
  isUndecided,
  typed,
  type ResourceAdapter,
  type TypesInput,
} from '@nanook/core';
import type { RowCondition } from '@nanook/core/filter';
import { randomCases, randomSeed } from '../../../../tools/test-scope.js';
import { isNanookOrmError } from '../errors/nanook-orm-error.js';
import { Conditions, type ConditionOptions } from './conditions.fixture.js';
import { objectsOf, Random, randomTables, types, type Tables } from './world.fixture.js';

/** The work of an adapter: fill its database, and return the ids of the rows of a type that satisfy a condition. */
export interface FilteredDatabase {
  fill(data: Tables): Promise<void>;
  idsOf(type: string, condition: RowCondition, query: OracleQuery): Promise<readonly unknown[]>;
  /** The option `resources` of the authorizers. */
  readonly resources?: ResourceAdapter;
  /** The types, and the rows as they are loaded. By default the rows are plain objects. */
  readonly world?: World;
}

export interface World {
  readonly types: TypesInput;
  objectsOf(data: Tables): ReturnType<typeof objectsOf>;
}

/** The query that an adapter answers, for one that lists pages. */
export interface OracleQuery {
  readonly authorizer: Authorizer;
  readonly actor: object;
  readonly rows: readonly object[];
}

export interface OracleReport {
  /** Policies whose rows were compared. */
  compared: number;
  /** Those for which some rows are allowed and some are not. */
  telling: number;
  /** Policies that a check refuses at load, such as one that reads a field which is not declared. */
  refused: number;
  /** Policies that the adapter says it cannot express. */
  untranslatable: number;
  readonly failures: unknown[];
}

export interface OracleOptions extends ConditionOptions {
  readonly seed?: number;
  readonly policies?: number;
}

const helpers = `
  helper(actor: User, _, row) if row.id = 3 or actor.level = row.id;
  helper(_, text: String, document: Document) if document.title = text;
  helper(_, "admin", comment: Comment) if comment.author.active;
`;

/** A rule that calls itself for the parent of a folder, with random conditions. */
function recursiveRule(random: Random, { joinedTexts = true }: ConditionOptions): string {
  const conditions = new Conditions(random, { recursion: false, joinedTexts });
  const condition = () => conditions.about('folder', 'Folder', random.below(2));
  return `
    reach(actor, folder: Folder) if actor = actor and folder = folder and (${condition()});
    reach(actor, folder: Folder) if ${random.of([`(${condition()}) and`, ''])} reach(actor, folder.parent) ${random.of([`and (${condition()})`, ''])};
  `;
}

/**
 * Compares the rows that a database returns for random policies with the rows for which `can` returns `true`. The expected rows are never
 * written down. NANOOK_TEST_TIMES multiplies the number of policies, NANOOK_TEST_SEED chooses others.
 */
export async function compareWithIsAllowed(
  database: FilteredDatabase,
  { seed: firstSeed = randomSeed(1), policies: count = randomCases(240), ...options }: OracleOptions = {},
): Promise<OracleReport> {
  const report: OracleReport = { compared: 0, telling: 0, refused: 0, untranslatable: 0, failures: [] };
  let objects: ReturnType<typeof objectsOf> = {};
  let seed = firstSeed;
  let random = new Random(seed);
  for (let i = 0; i < count && report.failures.length < 3; i++) {
    if (i % 40 === 0) {
      seed = firstSeed + i / 40;
      random = new Random(seed);
      const data = randomTables(seed);
      await database.fill(data);
      objects = (database.world ?? plain).objectsOf(data);
    }
    const type = random.of(['Document', 'Document', 'Comment', 'Folder']);
    const condition = new Conditions(random, options).about('row', type, random.below(5));
    const policy = `allow(actor: User, "read", row: ${type}) if actor = actor and row = row and (${condition});\n${helpers}${recursiveRule(random, options)}`;
    const actor = random.of(objects['User']!);
    try {
      await compareOne(database, { seed, policy, actor, type, rows: objects[type]! }, report);
    } catch (error) {
      if (isPolicyError(error)) report.refused++;
      else if (isUntranslatable(error)) report.untranslatable++;
      else report.failures.push({ policy, error });
    }
  }
  return report;
}

const plain: World = { types, objectsOf };

const isUntranslatable = (error: unknown): boolean =>
  (isPolarError(error) &&
    (error.code === 'POLAR_FILTER_UNTRANSLATABLE' || error.code === 'POLAR_FILTER_NOT_CLASSIC')) ||
  (isNanookOrmError(error) && error.code.endsWith('_INEXPRESSIBLE'));

interface Case {
  /** The seed of the rows of all types. */
  readonly seed: number;
  readonly policy: string;
  readonly actor: object;
  readonly type: string;
  readonly rows: readonly object[];
}

async function compareOne(
  database: FilteredDatabase,
  { seed, policy: policies, actor, type, rows }: Case,
  report: OracleReport,
): Promise<void> {
  const limits = { maxSteps: 20_000 };
  const { resources, world = plain } = database;
  const { types } = world;
  const options = { policies, types, limits, onWarning: () => {}, ...(resources && { resources }) };
  const authorizer = await Authorizer.load(options);
  const condition = await authorizer.where(typed('User', actor), 'read', type);
  const key = JSON.stringify([seed, (actor as { id: number }).id, type, policies]);
  const allowed = (world === plain && plainAnswers.get(key)) || answersFor(authorizer, actor, type, rows);
  if (world === plain) plainAnswers.set(key, allowed);
  const found = await database.idsOf(type, condition, { authorizer, actor, rows });
  report.compared++;
  if (allowed.length > 0 && allowed.length < rows.length) report.telling++;
  const isSame = JSON.stringify(found.toSorted(byNumber)) === JSON.stringify(allowed.toSorted(byNumber));
  if (!isSame) report.failures.push({ policies, actor: (actor as { id: number }).id, type, found, allowed });
}

const byNumber = (a: unknown, b: unknown): number => (a as number) - (b as number);

/** The answers for plain rows, which hold for each database, by seed, actor, type and policy. */
const plainAnswers = new Map<string, readonly number[]>();

/** The ids of the rows by the answer of `can`. An undecided row is not allowed. */
function answersFor(
  authorizer: Authorizer,
  actor: object,
  type: string,
  rows: readonly object[],
): readonly number[] {
  const allowed: number[] = [];
  for (const row of rows as readonly { id: number }[]) {
    try {
      if (authorizer.canSync(typed('User', actor), 'read', typed(type, row))) allowed.push(row.id);
    } catch (error) {
      if (!isUndecided(error)) throw error;
    }
  }
  return allowed;
}
