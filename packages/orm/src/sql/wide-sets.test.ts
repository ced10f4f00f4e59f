import { Authorizer, isUndecided, many, one, typed } from '@nanook/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases, type Database } from '../testing/databases.fixture.js';
import { sqlResources } from './index.js';

// Lists of recursive rules about a tree whose rows a narrow, a wide and an empty user may read, against a check row by row.

const types = {
  User: { key: 'id', fields: { id: 'Integer' } },
  Node: {
    key: 'id',
    fields: { id: 'Integer', ownerId: 'Integer?', parentId: 'Integer?', isOpen: Boolean },
    relations: {
      parent: one('Node', { local: 'parentId', foreign: 'id' }),
      grants: many('Share', { local: 'id', foreign: 'nodeId' }),
    },
  },
  Share: { key: 'id', fields: { id: 'Integer', nodeId: 'Integer', userId: 'Integer' } },
  Item: {
    key: 'id',
    fields: { id: 'Integer', nodeId: 'Integer?', isPublic: Boolean },
    relations: { node: one('Node', { local: 'nodeId', foreign: 'id' }) },
  },
} as const;
const [narrow, wide, empty] = [1, 2, 3] as const;
const [nodes, items] = [6000, 300];

const rules = {
  'a grant on each node above': 'reach(u, n.parent)',
  'a grant on each node above over open nodes': 'n.isOpen and reach(u, n.parent)',
};
const bodies = {
  'a set alone': 'reach(u, i.node)',
  'a set beside another condition': 'i.isPublic or reach(u, i.node)',
  'a negated set': 'i.node != nil and not reach(u, i.node)',
};

/** Nodes as a tree of depth 5, with a ring of nodes beside it, and items in each of them. */
const nodeRows = Array.from({ length: nodes }, (_, id) => ({
  id,
  ownerId: id === 5500 ? narrow : null,
  parentId: id === 0 ? null : id >= 5900 ? 5900 + ((id + 1) % 100) : Math.floor((id - 1) / 6),
  isOpen: id % 7 !== 3,
}));
const shareRows = [
  { id: 1, nodeId: 0, userId: wide },
  { id: 2, nodeId: 900, userId: narrow },
  { id: 3, nodeId: 5950, userId: narrow },
  { id: 4, nodeId: 5950, userId: wide },
];
const itemRows = Array.from({ length: items }, (_, id) => ({
  id,
  nodeId: id % 10 === 9 ? null : id % 10 === 8 ? nodes + 5 : (id * 1999) % nodes,
  isPublic: id % 11 === 0,
}));

/** The items as loaded objects. */
function loaded() {
  const byId = nodeRows.map((node) => ({
    ...node,
    grants: shareRows.filter(({ nodeId }) => nodeId === node.id),
    parent: null as object | null,
  }));
  for (const node of byId) node.parent = node.parentId === null ? null : byId[node.parentId]!;
  return itemRows.map((item) => ({
    ...item,
    node: item.nodeId === null ? null : (byId[item.nodeId] ?? null),
  }));
}

describe.each(databases.filter(([name]) => name.startsWith('P')))(
  'a list of a recursive rule on %s',
  (_name, open) => {
    let database: Database;
    beforeAll(async () => {
      database = await open({ name: 'wide' });
      const insert = async (table: string, columns: string, rows: readonly object[]) => {
        await database.execute(`CREATE TABLE ${table} (${columns})`, []);
        await database.execute(
          `INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1::json)`,
          [JSON.stringify(rows)],
        );
      };
      await insert(
        'nodes',
        'id integer PRIMARY KEY, "ownerId" integer, "parentId" integer, "isOpen" boolean',
        nodeRows,
      );
      await insert('shares', 'id integer PRIMARY KEY, "nodeId" integer, "userId" integer', shareRows);
      await insert('items', 'id integer PRIMARY KEY, "nodeId" bigint, "isPublic" boolean', itemRows);
      await database.execute('CREATE INDEX ON nodes ("parentId")', []);
      await database.execute('ANALYZE', []);
    });
    afterAll(() => database.close());

    it.each(
      Object.entries(rules).flatMap(([rule, step]) =>
        Object.entries(bodies).map(([body, condition]) => [rule, body, step, condition] as const),
      ),
    )('has the rows that a check allows: %s, %s', async (_rule, _body, step, condition) => {
      const queries: string[] = [];
      const resources = sqlResources(
        { dialect: 'postgres', tables: { Node: 'nodes', Share: 'shares', Item: 'items' } },
        (text, values) => {
          queries.push(text);
          return database.query(text, values);
        },
      );
      const policies = `
      reach(u: User, n: Node) if n.ownerId = u.id;
      reach(u: User, n: Node) if g in n.grants and g.userId = u.id;
      reach(u: User, n: Node) if ${step};
      allow(u: User, "read", i: Item) if u = u and (${condition});`;
      const authorizer = await Authorizer.load({ policies, types, resources, onWarning: () => {} });
      const rows = loaded();
      for (const id of [narrow, wide, empty]) {
        const user = typed('User', { id });
        const expected = rows.filter((row) => {
          try {
            return authorizer.canSync(user, 'read', typed('Item', row));
          } catch (error) {
            if (isUndecided(error)) return false;
            throw error;
          }
        });
        queries.length = 0;
        // oxlint-disable-next-line no-await-in-loop -- one query after the other, as on one connection
        const page = await authorizer.list(user, 'read', 'Item', { take: items });
        expect(page.rows.map((row) => Number(row['id']))).toEqual(expected.map((row) => row.id));
        const isUpwards = /EXISTS \(WITH RECURSIVE/.test(queries.at(-1)!);
        expect([id, isUpwards]).toEqual([id, id === wide && step === rules['a grant on each node above']]);
        // oxlint-disable-next-line no-await-in-loop -- as above
        expect(await authorizer.count(user, 'read', 'Item')).toBe(expected.length);
      }
    });
  },
);
