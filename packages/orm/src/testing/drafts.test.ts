import assert from 'node:assert/strict';
import {
  Authorizer,
  isAuthorizationError,
  isPolicyError,
  isUndecided,
  typed,
  type ResourceAdapter,
} from '@nanook/core';
import { describe, expect, it } from 'vitest';
import { hasManyCases, randomCases, randomSeed, randomTimeout } from '../../../../tools/test-scope.js';
import { adapters } from './adapters.fixture.js';
import { Conditions } from './conditions.fixture.js';
import { databases, type Database } from './databases.fixture.js';
import { isInexpressible } from './describe-field-oracle.fixture.js';
import { camel, objectsOf, Random, randomTables, types } from './world.fixture.js';

// The check of a row before it is written must agree with the check of the written row, which the database decides.

type Row = Readonly<Record<string, unknown>>;

const snake = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The number of checks with each outcome. */
interface Report {
  allowed: number;
  denied: number;
  undecided: number;
}

const policyOf = (random: Random): string => {
  const condition = () =>
    new Conditions(random, { recursion: false }).about('row', 'Document', random.below(3));
  return `
    allow(_: User, "read", _: Document);
    allow(actor: User, action, row: Document) if action in ["create", "update"] and actor = actor and row = row and (${condition()});
    allow(actor: User, "update", row: Document) if actor = actor and row = row and (${condition()});
    allow(actor: User, "create", row: Document) if reach(actor, row.folder);
    allow(_: User, "create", row: Document) if row.owner.documents.length > ${2 + random.below(4)};
    allow(_: User, "update", row: Document) if other in row.folder.documents and other.status = row.title;
    helper(actor: User, _, row) if row.id = 3 or actor.level = row.id;
    helper(_, text: String, document: Document) if document.title = text;
    helper(_, "admin", comment: Comment) if comment.author.active;
    reach(actor, folder: Folder) if folder.owner = actor;
    reach(actor, folder: Folder) if reach(actor, folder.parent);`;
};

/** Runs a check, and returns its outcome. */
async function outcomeOf(check: Promise<unknown>, report?: Report): Promise<keyof Report> {
  let outcome: keyof Report = 'allowed';
  try {
    await check;
  } catch (error) {
    if (isAuthorizationError(error)) outcome = 'denied';
    else if (isUndecided(error)) outcome = 'undecided';
    else throw error;
  }
  if (report !== undefined) report[outcome]++;
  return outcome;
}

async function compareDrafts(
  database: Database,
  resources: ResourceAdapter,
  recursion: boolean,
): Promise<Report> {
  const report: Report = { allowed: 0, denied: 0, undecided: 0 };
  const random = new Random(randomSeed(11));
  const quote = (name: string) => (database.dialect === 'mysql' ? `\`${name}\`` : `"${name}"`);
  const hole = (i: number) => (database.dialect === 'postgres' ? `$${i}` : '?');
  const data = randomTables(1, 12);
  const objects = objectsOf(data);
  const insert = async (row: Row) => {
    const names = Object.keys(row);
    await database.execute(
      `INSERT INTO documents (${names.map((name) => quote(snake(name))).join(', ')}) VALUES (${names.map((_, i) => hole(i + 1)).join(', ')})`,
      Object.values(row),
    );
  };
  const remove = (id: number) => database.execute(`DELETE FROM documents WHERE id = ${hole(1)}`, [id]);
  for (let i = 0; i < randomCases(24); i++) {
    if (i % 4 === 0) await database.fill(data);
    const policies = policyOf(random).replace(
      recursion ? '' : /allow\(actor: User, "create", row: Document\) if reach.*/,
      '',
    );
    const actor = typed('User', random.of(objects['User']!));
    const template = () => {
      const { id: _, ...row } = random.of(data.documents) as Record<string, unknown>;
      return Object.fromEntries(Object.entries(row).map(([name, value]) => [camel(name), value]));
    };
    const stored = random.of(data.documents) as Record<string, unknown>;
    const before = Object.fromEntries(Object.entries(stored).map(([name, value]) => [camel(name), value]));
    try {
      const authorizer = await Authorizer.load({
        policies,
        types,
        resources,
        onWarning: () => {},
        undecided: 'error',
      });
      const user = authorizer.as(actor);
      const values = { ...template(), id: 1000 + i };
      const draft = await outcomeOf(user.authorizeNew('create', 'Document', values), report);
      await insert(values);
      const written = await outcomeOf(user.one('create', 'Document', values.id));
      await remove(values.id);
      // A draft is undecided where it cannot know something. A row that a list leaves out can be undecided, too.
      if (draft !== 'undecided') assert.equal(draft, written, JSON.stringify(values));

      const id = before['id'] as number;
      const changes = Object.fromEntries(Object.entries(template()).filter(() => random.below(2) === 0));
      const change = await outcomeOf(user.authorizeChange('update', 'Document', id, changes), report);
      const old = await outcomeOf(user.one('update', 'Document', id));
      await remove(id);
      await insert({ ...before, ...changes });
      const changed = await outcomeOf(user.one('update', 'Document', id));
      await remove(id);
      await insert(before);
      const both = old === 'allowed' && changed === 'allowed' ? 'allowed' : 'denied';
      if (change !== 'undecided') assert.equal(change, both, JSON.stringify({ id, changes }));
    } catch (error) {
      if (!isPolicyError(error) && !isInexpressible(error)) throw new Error(policies, { cause: error });
    }
  }
  return report;
}

describe.each(databases)('authorizeNew() and authorizeChange() on %s', (_name, open) => {
  it.each(adapters)(
    'agree with the check of the written row, with %s',
    async (name, create) => {
      const isPrisma = name.startsWith('prisma');
      const database = await open({ name: `draft_${name.slice(0, 4).toLowerCase()}_`, binaryText: isPrisma });
      try {
        const report = await compareDrafts(database, await create(database), !isPrisma);
        const least = hasManyCases ? 0 : -1;
        expect(report.allowed).toBeGreaterThan(least);
        expect(report.denied).toBeGreaterThan(least);
      } finally {
        await database.close();
      }
    },
    randomTimeout(120_000),
  );
});
