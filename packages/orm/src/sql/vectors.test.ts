import type { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { Authorizer, typed } from '@nanook/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from './index.js';
import { emptyPglite } from '../../../../tools/empty-pglite.js';

interface Chunk {
  readonly id: number;
  readonly tenant: string;
}

describe('sql() with an approximate index of pgvector', () => {
  let db: PGlite;
  const chunks: readonly Chunk[] = Array.from({ length: 2000 }, (_, i) => ({
    id: i + 1,
    tenant: i % 100 === 0 ? 'acme' : 'other',
  }));
  const embedding = ({ id }: Chunk) => [Math.sin(id), Math.cos(id), Math.sin(id * 0.37)];
  const searched = [0.1, 0.9, 0.2];
  const distance = (chunk: Chunk) => Math.hypot(...embedding(chunk).map((each, i) => each - searched[i]!));

  beforeAll(async () => {
    db = await emptyPglite({ vector });
    await db.exec(`
      CREATE EXTENSION vector;
      CREATE TABLE chunks (id int PRIMARY KEY, tenant text NOT NULL, embedding vector(3) NOT NULL);
      CREATE INDEX ON chunks USING hnsw (embedding vector_l2_ops);
      SET enable_seqscan = off;
      SET enable_sort = off;
    `);
    const rows = chunks.map((chunk) => `(${chunk.id}, '${chunk.tenant}', '[${embedding(chunk).join()}]')`);
    await db.exec(`INSERT INTO chunks VALUES ${rows.join()}`);
  });
  afterAll(() => db.close());

  it('finds the nearest rows for which a check is true only with iterative scans, and never another row', async () => {
    const authorizer = await Authorizer.load({
      policies: 'allow(user: User, "read", chunk: Chunk) if chunk.tenant = user.tenant;',
      types: {
        User: { fields: { tenant: 'String' } },
        Chunk: { key: 'id', fields: { id: 'Integer', tenant: 'String' } },
      },
    });
    const user = typed('User', { tenant: 'acme' });
    const condition = await authorizer.where(user, 'read', 'Chunk');
    const print = sql({ dialect: 'postgres', tables: { Chunk: 'chunks' } });
    const { text, values } = print(condition, { firstParameter: 2 });
    const search = async (iterativeScan: string) => {
      await db.exec(`SET hnsw.iterative_scan = ${iterativeScan}`);
      const query = `SELECT id FROM chunks WHERE ${text} ORDER BY embedding <-> $1 LIMIT 5`;
      const { rows } = await db.query<{ id: number }>(query, [JSON.stringify(searched), ...values]);
      return rows.map(({ id }) => id);
    };
    const nearest = chunks
      .filter((chunk) => authorizer.canSync(user, 'read', typed('Chunk', chunk)))
      .toSorted((a, b) => distance(a) - distance(b))
      .slice(0, 5)
      .map(({ id }) => id);
    expect(nearest).toHaveLength(5);
    expect(await search('strict_order')).toEqual(nearest);
    const without = await search('off');
    expect(without.length).toBeLessThan(5);
    expect(nearest).toEqual(expect.arrayContaining(without));
  });
});
