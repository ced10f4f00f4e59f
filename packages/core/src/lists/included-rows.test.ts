import { describe, expect, it } from 'vitest';
import {
  Authorizer,
  isPolarError,
  many,
  manyThrough,
  one,
  typed,
  type ListOptions,
  type ResourceAdapter,
  type ResourceQuery,
} from '../index.js';

const types = {
  Folder: {
    key: 'id',
    fields: { id: 'Integer', name: String, parentId: 'Integer?' },
    relations: {
      parent: one('Folder', { local: 'parentId', foreign: 'id' }),
      pages: many('Page', { local: 'id', foreign: 'folderId', where: { isDeleted: false } }),
    },
  },
  Page: {
    key: ['orgId', 'number'],
    fields: { orgId: 'Integer', number: 'Integer', title: String, folderId: 'Integer?', isDeleted: Boolean },
    relations: {
      folder: one('Folder', { local: 'folderId', foreign: 'id' }),
      notes: many('Note', { local: ['orgId', 'number'], foreign: ['orgId', 'page'] }),
      tags: manyThrough('Folder', {
        through: 'page_tags',
        local: 'number',
        throughLocal: 'page',
        throughForeign: 'tag',
        foreign: 'id',
      }),
      parts: many('Part', { local: 'number', foreign: 'page' }),
    },
  },
  Note: {
    key: 'id',
    fields: { id: 'Integer', orgId: 'Integer?', page: 'Integer?' },
    relations: { of: one('Page', { local: ['orgId', 'page'], foreign: ['orgId', 'number'] }) },
  },
  Part: { fields: { page: 'Integer' } },
} as const;

const policies = `
  allow(_: String, "read", _: Page);
  allow(_: String, "read", folder: Folder) if folder.name != "secret";
  allow(_: String, "read", _: Note);
  allow("ann", "edit", _: Page);
`;

const tables: Readonly<Record<string, readonly object[]>> = {
  Folder: [
    { id: 1, name: 'open', parentId: 2, password: 'x' },
    { id: 2, name: 'root', parentId: 1, password: 'x' },
  ],
  Page: [
    { orgId: 1, number: 1, title: 'a', folderId: 1, isDeleted: false, hidden: 'x' },
    { orgId: 1, number: 2, title: 'b', folderId: 3, isDeleted: false, hidden: 'x' },
    { orgId: 2, number: 1, title: 'c', folderId: null, isDeleted: false, hidden: 'x' },
  ],
  Note: [
    { id: 1, orgId: 1, page: 1 },
    { id: 2, orgId: 2, page: 1 },
    { id: 3, orgId: null, page: 1 },
    { id: 4, orgId: 1, page: 2 },
  ],
};

/** An adapter that returns all rows of a type, and records its queries. */
function adapterOf(rows = tables) {
  const queries: ResourceQuery[] = [];
  const resources: ResourceAdapter = {
    list: async (query) => {
      queries.push(query);
      return rows[query.condition.type]!.slice(0, query.take).map((row) => ({ ...row }));
    },
    count: async () => 0,
  };
  return { resources, queries };
}

const load = (resources: ResourceAdapter, text = policies) =>
  Authorizer.load({ policies: text, types, resources, onWarning: () => {} });

describe('list() with the option `include`', () => {
  it('reads the rows of each relation by one query, with the condition of their type and the keys of the page', async () => {
    const { resources, queries } = adapterOf();
    const authorizer = await load(resources);
    const { rows, next } = await authorizer.list('ann', 'edit', 'Page', {
      include: ['folder', 'notes'],
      take: 2,
    });
    expect(next).toBeDefined();
    expect(rows).toEqual([
      {
        orgId: 1,
        number: 1,
        title: 'a',
        folderId: 1,
        isDeleted: false,
        folder: { id: 1, name: 'open', parentId: 2 },
        notes: [{ id: 1, orgId: 1, page: 1 }],
      },
      {
        orgId: 1,
        number: 2,
        title: 'b',
        folderId: 3,
        isDeleted: false,
        folder: null,
        notes: [{ id: 4, orgId: 1, page: 2 }],
      },
    ]);
    expect(queries.map(({ condition, take }) => [condition.type, take])).toEqual([
      ['Page', 3],
      ['Folder', undefined],
      ['Note', undefined],
    ]);
    const folders = JSON.stringify(queries[1]!.condition.filter, (key, value: unknown) =>
      key === 'scope' ? undefined : value,
    );
    expect(folders).toContain('"secret"');
    // The third page is not shown, and neither are its notes read.
    expect(folders).toContain('"values":[1,3]');
  });

  it('ends a path of a cycle where it ends, and shows no property of a row that its type does not declare', async () => {
    const { resources, queries } = adapterOf();
    const authorizer = await load(resources);
    const { rows } = await authorizer.list('ann', 'read', 'Page', {
      include: ['folder.parent.parent'],
      take: 1,
    });
    expect(rows[0]!['folder']).toEqual({
      id: 1,
      name: 'open',
      parentId: 2,
      parent: { id: 2, name: 'root', parentId: 1, parent: { id: 1, name: 'open', parentId: 2 } },
    });
    expect(JSON.stringify(rows)).not.toMatch(/password|hidden/);
    expect(queries).toHaveLength(4);
  });

  it('runs no query for keys that are null, and none for rows that no rule allows', async () => {
    const { resources, queries } = adapterOf({ ...tables, Page: [{ ...tables['Page']![2] }] });
    const authorizer = await load(resources, 'allow(_: String, "read", _: Page);');
    const { rows } = await authorizer.list('ann', 'read', 'Page', { include: ['folder', 'notes.of'] });
    expect(rows[0]).toMatchObject({ folder: null, notes: [] });
    expect(queries).toHaveLength(1);
  });

  it('binds at most 200 keys in a query', async () => {
    const pages = Array.from({ length: 450 }, (_, i) => ({ ...tables['Page']![0], number: i, folderId: i }));
    const { resources, queries } = adapterOf({ ...tables, Page: pages });
    const authorizer = await load(resources);
    await authorizer.list('ann', 'read', 'Page', { include: ['folder'] });
    expect(queries.map(({ condition }) => condition.type)).toEqual(['Page', 'Folder', 'Folder', 'Folder']);
  });

  it('adds the condition of a relation to its query', async () => {
    const { resources, queries } = adapterOf();
    const authorizer = await load(resources);
    await authorizer.list('ann', 'read', 'Folder', { include: ['pages'] });
    expect(
      JSON.stringify(queries[1]!.condition.filter, (key, value: unknown) =>
        key === 'scope' ? undefined : value,
      ),
    ).toContain('"field":"isDeleted"');
  });

  it('uses the action readAction for related rows, and not the action of the list', async () => {
    const { resources, queries } = adapterOf();
    const authorizer = await Authorizer.load({
      policies:
        'allow(_: String, action, _: Page) if action in ["view", "read"]; allow(_: String, "read", _: Folder);',
      types,
      resources,
      readAction: 'view',
      onWarning: () => {},
    });
    const { rows } = await authorizer.list('ann', 'read', 'Page', { include: ['folder'] });
    expect(rows.map((row) => row['folder'])).toEqual([null, null, null]);
    expect(queries).toHaveLength(1);
  });

  it('shows a relation of a list with `fields` only where a rule allow_field allows its name', async () => {
    const rules = `${policies}
      allow_field(_: String, "read", _: Page, field) if field in ["orgId", "number"];
      allow_field(_: String, "read", page: Page, "folder") if page.title = "a";
      allow_field(_: String, "read", _: Folder, field) if field in ["id", "name"];`;
    const { resources } = adapterOf();
    const list: ResourceAdapter['list'] = async (query) => {
      const rows = await resources.list(query);
      const isMask = JSON.stringify(query.condition.filter, (key, value: unknown) =>
        key === 'scope' ? undefined : value,
      ).includes('"title"');
      return isMask ? rows.slice(0, 1) : rows;
    };
    const authorizer = await load({ ...resources, list }, rules);
    const { rows } = await authorizer.list('ann', 'read', 'Page', {
      include: ['folder', 'notes'],
      fields: 'read',
    });
    expect(rows).toEqual([
      { orgId: 1, number: 1, folder: { id: 1, name: 'open' } },
      { orgId: 1, number: 2 },
      { orgId: 2, number: 1 },
    ]);
  });

  it('reads no relation as a column, if a rule allow_field allows every field', async () => {
    const fields: (readonly string[])[] = [];
    const resources: ResourceAdapter = {
      ...adapterOf().resources,
      listFields: async (query) => {
        fields.push(query.fields);
        return [];
      },
    };
    const authorizer = await load(resources, `${policies} allow_field(_: String, "read", _: Page, _);`);
    const columns = ['orgId', 'number', 'title', 'folderId', 'isDeleted'];
    await authorizer.list('ann', 'read', 'Page', { fields: 'read' });
    await authorizer.list('ann', 'read', 'Page', { fields: 'read', include: ['folder'] });
    expect(fields).toEqual([columns, columns]);
  });

  it.each(['machine', 'source', 'closures'] as const)(
    'returns rows that a check refuses, because related rows can be missing, with the engine %s',
    async (engine) => {
      const { resources } = adapterOf();
      const authorizer = await Authorizer.load({
        policies: `${policies} allow(_: String, "keep", page: Page) if not (_ in page.notes);`,
        types,
        resources,
        engine,
        onWarning: () => {},
      });
      const { rows } = await authorizer.list('ann', 'read', 'Page', { include: ['notes', 'folder'] });
      for (let i = 0; i < 3; i++)
        // oxlint-disable-next-line no-await-in-loop -- the first checks of an engine can differ from later ones
        await expect(authorizer.can('ann', 'keep', rows[0])).rejects.toMatchObject({
          code: 'POLAR_RUN_RELATED_ROWS',
          data: { type: 'Page' },
        });
      expect(await authorizer.can('ann', 'read', rows[0]!['folder'])).toBe(true);
      expect(await authorizer.can('ann', 'read', typed('Page', { ...rows[0] }))).toBe(true);
    },
  );

  it.each<[unknown, string]>([
    ['folder', '`include` must be'],
    [{ folder: true }, '`include` must be'],
    [[5], '`include` must be'],
    [['folders'], 'names `folders`, which is not a relation of `Page`; did you mean `folder`?'],
    [
      ['title'],
      'names `title`, which is not a relation of `Page`; its relations are folder, notes, tags, parts',
    ],
    [['folder.owner'], 'names `owner` in `folder.owner`, which is not a relation of `Folder`'],
    [[''], 'names ``, which is not a relation'],
    [['folder.'], 'names `` in `folder.`'],
    [['__proto__'], 'names `__proto__`, which is not a relation'],
    [['constructor'], 'names `constructor`, which is not a relation'],
    [
      ['tags'],
      'whose join table `page_tags` the option `resources` cannot read; declare a type for the join table',
    ],
    [[`folder${'.parent'.repeat(20)}`], 'must have at most 20 relations'],
  ])('throws POLAR_TYPE_INVALID_OPTION for %j', async (include, text) => {
    const { resources, queries } = adapterOf();
    const authorizer = await load(resources);
    const error = {
      code: 'POLAR_TYPE_INVALID_OPTION',
      message: expect.stringContaining(text) as string,
    };
    const options = { include } as ListOptions;
    await expect(authorizer.list('ann', 'read', 'Page', options)).rejects.toMatchObject(error);
    const key = { orgId: 1, number: 1 };
    await expect(authorizer.one('ann', 'read', 'Page', key, options)).rejects.toMatchObject(error);
    expect(queries).toEqual([]);
  });

  it('throws POLAR_LIST_NO_KEY for related rows without a key, and POLAR_LIST_ROW for a row without its foreign key', async () => {
    const { resources } = adapterOf({ ...tables, Page: [{ orgId: 1, number: 1 }] });
    const authorizer = await load(resources);
    const list = (include: string[]) => authorizer.list('ann', 'read', 'Page', { include });
    await expect(list(['parts'])).rejects.toMatchObject({
      code: 'POLAR_LIST_NO_KEY',
      data: { type: 'Part' },
    });
    await expect(list(['folder'])).rejects.toMatchObject({
      code: 'POLAR_LIST_ROW',
      data: { field: 'folderId' },
    });
    await expect(list(['folder']).catch(isPolarError)).resolves.toBe(true);
  });
});
