import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampled } from '../../../../tools/test-scope.ts';
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
};

describe('the section about lists', () => {
  const section = listSection(results);

  it('compares the times and the plans', () => {
    expect(section).toContain(
      '| `sql()` | 10.0 ms (9.9 ms) | 11.0 ms (10.9 ms) | 1.10 | 1.00 – 1.20 | the same |',
    );
    expect(section).toContain('- `sql()` by hand, `sql()` with Nanook: Seq Scan');
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
