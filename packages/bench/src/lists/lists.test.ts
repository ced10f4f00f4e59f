import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampled } from '../../../../tools/test-scope.ts';
import { measureCell } from './budgets/measure.ts';
import { excesses, type BudgetCell } from './budgets/results.ts';
import { openServers } from './budgets/server.ts';
import { shapes } from './budgets/shapes.ts';
import { clients } from './clients.ts';
import { openDatabase, type Database } from './database.ts';
import { planOf } from './plan.ts';
import { clientIds, type ListResults } from './results.ts';
import { conditionFor, loadAuthorizer, verifyList } from './run.ts';
import { listSection, listSectionOf, withListSection } from './section.ts';

describe('the lists', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase(true);
  }, 120_000);
  afterAll(() => database.close());

  it.each(sampled(clientIds, 3))(
    'have the expected rows, by an index: %s',
    async (id) => {
      const client = await clients[id]();
      const condition = await conditionFor(await loadAuthorizer());
      for (const query of [await client.nanook(condition), await client.hand()]) {
        await verifyList(database, query);
        expect(await planOf(database, query)).toContain('repositories_organization_id');
      }
    },
    60_000,
  );

  it('cause an error when their rows are not the expected ones', async () => {
    const query = { text: 'SELECT * FROM repositories LIMIT 1', values: [] };
    await expect(verifyList(database, query)).rejects.toThrow('the list has 1 rows');
  });
});

const spread = (median: number) => ({ median, min: median - 0.1, max: median + 0.1 });
const within: BudgetCell = {
  shape: 'folders',
  user: 'narrow',
  listed: 120,
  nanookMs: 1.9,
  databaseMs: 1.8,
  handMs: 1,
  protectedMs: 5.5,
  planningMs: 20,
  whereMs: 4,
  printMs: 10,
  countMs: 60,
  handCountMs: 50,
};
const beyond: BudgetCell = {
  ...within,
  shape: 'GitClub',
  user: 'wide',
  nanookMs: 31,
  databaseMs: 25,
  handMs: 20,
  protectedMs: 96,
  planningMs: 21,
  printMs: 11,
};
const results: ListResults = {
  at: '2026-01-02T03:04:05.000Z',
  quick: false,
  rounds: 9,
  machine: { cpu: 'A', cores: 2, memoryGb: 8, os: 'Linux', node: '24' },
  versions: { pg: '8' },
  database: 'PostgreSQL 15',
  rows: 1_000_000,
  listed: 9_005,
  load: [0.1, 0.2],
  whereMs: spread(0.5),
  cells: [
    {
      client: 'sql',
      nanookMs: spread(11),
      handMs: spread(10),
      ratio: spread(1.1),
      nanookPlan: 'Seq Scan',
      handPlan: 'Seq Scan',
    },
  ],
  budgets: [{ server: 'MariaDB 11', rows: 1_000_000, cells: [within, beyond] }],
};

describe('the section about lists', () => {
  const section = listSection(results);

  it('compares the times and the plans', () => {
    expect(section).toContain(
      '| `sql()` | 10.0 ms (9.9 ms) | 11.0 ms (10.9 ms) | 1.10 | 1.00 – 1.20 | the same |',
    );
    expect(section).toContain('- `sql()` by hand, `sql()` with Nanook: Seq Scan');
  });

  it('marks the budgets that are exceeded', () => {
    expect(section).toContain(
      '| folders | narrow | 120 | 1.0 ms | 1.9 ms | 1.8 ms | 1.90 | 5.5 ms | 20.0 ms | 4.0 ms | 10.0 ms | 50.0 ms | 60.0 ms |',
    );
    expect(section).toContain(
      '| GitClub | wide | 120 | 20.0 ms | 31.0 ms | 25.0 ms | **1.55** | **96.0 ms** | **21.0 ms** | **4.0 ms** | **11.0 ms** | 50.0 ms | 60.0 ms |',
    );
  });

  it('can be added before the section about web requests, replaced, and found in the page', () => {
    const page = '# Performance\n\nSmall.\n\n## Web requests\n\nFast.\n';
    const added = withListSection(page, section);
    expect(added).toBe(`# Performance\n\nSmall.\n\n${section}\n## Web requests\n\nFast.\n`);
    expect(listSectionOf(added)).toBe(section);
    expect(withListSection(added, section)).toBe(added);
    expect(withListSection(added, '')).toBe(page);
    expect(listSectionOf(page)).toBe('');
  });
});

describe('the budgets', () => {
  it('have a description when a list exceeds them, except for differences of a page below a millisecond', () => {
    expect(excesses(within)).toEqual([]);
    expect(excesses(beyond).map(({ text }) => text)).toEqual([
      'a page takes 31.0 ms, 1.6 times the hand-written one; the budget is 1.5',
      'a protected page takes 96.0 ms, 3.1 times the page of `list`; the budget is 3',
      'planning takes 21.0 ms; the budget is 20',
      'printing takes 11.0 ms; the budget is 10',
      'finding the condition takes 4.0 ms; the budget is 1',
    ]);
  });

  it('compare lists that have the same rows as hand-written queries, for every shape and user', async () => {
    const rows = 3_000;
    let listed = 0;
    for await (const server of openServers(rows))
      try {
        for (const shape of sampled(shapes, 6))
          for (const user of shape.users)
            // It throws when the rows differ.
            listed += (await measureCell(server, shape, user, rows, 1)).listed;
        expect(listed).toBeGreaterThan(100);
      } finally {
        await server.close();
      }
  }, 120_000);
});
