import { describe, expect, it } from 'vitest';
import {
  Authorizer,
  many,
  type Decision,
  type FieldQuery,
  type ListOptions,
  type ResourceAdapter,
  optional,
  type ResourceQuery,
  type RowCondition,
  typed,
} from '../index.js';
import { loadCandidate } from '../candidate/index.js';

const types = {
  Note: {
    key: 'id',
    fields: {
      id: 'Integer',
      title: 'String?',
      score: 'Float',
      isOpen: Boolean,
      createdAt: Date,
      tags: ['String'],
    },
  },
  Draft: { fields: { id: 'Integer' } },
};
const policies = `
  allow(_: String, "read", note: Note) if note.isOpen;
  allow(_: String, "read", draft: Draft) if draft.id > 0;
  allow("admin", "write", _: Note);
`;
const note = (id: number, more: object = {}) => ({
  id,
  title: null,
  score: 0,
  isOpen: true,
  createdAt: new Date(id),
  ...more,
});

/** An adapter that returns the first of these rows, and records its queries. */
function adapterOf(rows: readonly object[]) {
  const queries: ResourceQuery[] = [];
  const resources: ResourceAdapter = {
    list: async (query) => {
      queries.push(query);
      return rows.slice(0, query.take);
    },
    count: async () => rows.length,
  };
  return { resources, queries };
}
const load = (resources: ResourceAdapter) =>
  Authorizer.load({ policies, types, resources, onWarning: () => {} });

describe('list()', () => {
  it('returns a page of tagged rows, and a cursor only if more rows exist', async () => {
    const { resources, queries } = adapterOf([1, 2, 3].map((id) => note(id)));
    const authorizer = await load(resources);
    const page = await authorizer.list('ann', 'read', 'Note', { take: 2 });
    expect(page.rows.map((row) => row['id'])).toEqual([1, 2]);
    expect(await authorizer.can('ann', 'read', page.rows[0])).toBe(true);
    expect(page.next).toMatch(/^[\w-]+$/);
    expect(queries).toMatchObject([{ take: 3, after: undefined }]);
    const all = await authorizer.as('ann').list('read', 'Note', { take: 3 });
    expect(all.rows).toHaveLength(3);
    expect(all.next).toBeUndefined();
  });

  it('starts after the position of the cursor', async () => {
    const { resources, queries } = adapterOf([note(1), note(2)]);
    const authorizer = await load(resources);
    const { next } = await authorizer.list('ann', 'read', 'Note', { take: 1 });
    await authorizer.list('ann', 'read', 'Note', { take: 1, after: next });
    expect(queries[1]!.after).toMatchObject({
      kind: 'compare',
      operator: '<',
      left: { value: 1 },
      right: { field: 'id' },
    });
  });

  it('sorts by the key last, in the direction of the last field', async () => {
    const { resources, queries } = adapterOf([]);
    const authorizer = await load(resources);
    const orderBy = { title: { nulls: 'last' }, createdAt: 'desc' } as const;
    await authorizer.list('ann', 'read', 'Note', { orderBy });
    await authorizer.list('ann', 'read', 'Note', { orderBy: { id: 'desc', title: 'asc' } });
    const keysOf = ({ orderBy: keys }: ResourceQuery) =>
      keys.map(({ column, direction, nulls }) => `${column.field} ${direction} ${nulls}`);
    expect(queries.map(keysOf)).toEqual([
      ['title asc last', 'createdAt desc last', 'id desc last'],
      ['id desc last', 'title asc first'],
    ]);
  });

  it('puts NULL where the database of the adapter puts it, unless an order says its place', async () => {
    const { resources, queries } = adapterOf([]);
    const authorizer = await load({ ...resources, nulls: 'high' });
    const orderBy = { title: 'asc', score: { direction: 'desc', nulls: 'last' } } as const;
    await authorizer.list('ann', 'read', 'Note', { orderBy });
    expect(queries[0]!.orderBy.map(({ direction, nulls }) => `${direction} ${nulls}`)).toEqual([
      'asc last',
      'desc last',
      'desc first',
    ]);
  });

  it('continues with the microseconds that the adapter read for the last row', async () => {
    const { resources, queries } = adapterOf([note(1), note(2)]);
    const authorizer = await load({ ...resources, microseconds: () => 456 });
    const list = (after?: string) =>
      authorizer.list('ann', 'read', 'Note', {
        take: 1,
        orderBy: { createdAt: 'asc' },
        after,
      });
    const { next } = await list();
    await list(next);
    expect(queries[1]!.after).toMatchObject({
      kind: 'and',
      parts: [
        { operator: '<=', left: { value: new Date(1) }, right: { field: 'createdAt' } },
        {
          kind: 'or',
          parts: [
            { operator: '<', left: { value: new Date(1), microseconds: 456 } },
            { kind: 'and', parts: [{ operator: '=', left: { microseconds: 456 } }, { operator: '<' }] },
          ],
        },
      ],
    });
    const [order, , id] = JSON.parse(Buffer.from(next!, 'base64url').toString()) as unknown[];
    for (const part of [[1], [1, -1], [1, 1000], [1, 0.5], [null, 1], ['1', 1], [1, 2, 3]]) {
      const forged = Buffer.from(JSON.stringify([order, part, id])).toString('base64url');
      // oxlint-disable-next-line no-await-in-loop -- a few cursors
      await expect(list(forged)).rejects.toMatchObject({ code: 'POLAR_LIST_CURSOR' });
    }
  });

  it('runs no query when no row can be allowed', async () => {
    const { resources, queries } = adapterOf([note(1)]);
    const authorizer = await load({ ...resources, count: () => Promise.reject(new Error('a query')) });
    expect(await authorizer.list('ann', 'write', 'Note')).toEqual({
      rows: [],
      next: undefined,
    });
    expect(await authorizer.count('ann', 'write', 'Note')).toBe(0);
    expect(await authorizer.count('admin', 'write', 'Note', { where: { id: [] } })).toBe(0);
    expect(queries).toEqual([]);
  });

  it('adds the values of `where` to the condition', async () => {
    const { resources, queries } = adapterOf([]);
    const authorizer = await load(resources);
    await authorizer.list('admin', 'write', 'Note', {
      where: { title: ['a', null], score: 2 },
    });
    expect(queries[0]!.condition.filter).toMatchObject({
      kind: 'and',
      parts: [
        { kind: 'or', parts: [{ left: { field: 'title' } }, { kind: 'null' }] },
        { left: { field: 'score' }, right: { value: 2 } },
      ],
    });
  });

  it.each<[unknown, string]>([
    [{ take: 0 }, 'the option `take` must be a whole number of rows from 1 on, found the number 0'],
    [{ take: '20' }, 'convert it with Number(…)'],
    [{ take: Number.NaN }, '`take`'],
    [{ orderBy: 'title' }, '`orderBy` must be an object of directions by field'],
    [{ orderBy: { title: 'up' } }, '`orderBy` must be'],
    [{ orderBy: { title: { nulls: 'smallest' } } }, '`orderBy` must be'],
    [
      { orderBy: { tittle: 'asc' } },
      'names `tittle`, which is not a column of `Note`; did you mean `title`?',
    ],
    [{ orderBy: { tags: 'asc' } }, 'not a column of `Note`; its columns are id, title'],
    [{ where: { tittle: 'a' } }, '`where` names `tittle`'],
    [
      { where: { title: undefined } },
      '`where.title` must be a text, null, a list of such values, or an object with operators, found undefined',
    ],
    [{ where: { title: [undefined] } }, 'found undefined'],
    [
      { where: { title: { $ne: null } } },
      '`where.title.$ne` is not an operator; the operators are in, not, contains, gt',
    ],
    [
      { where: { title: { contain: 'a' } } },
      '`where.title.contain` is not an operator; did you mean `contains`?',
    ],
    [{ where: { title: {} } }, '`where.title` must have an operator: in, not'],
    [{ where: { title: { contains: 5 } } }, '`where.title.contains` must be a text, found the number 5'],
    [{ where: { title: { contains: undefined } } }, 'found undefined'],
    [{ where: { title: { contains: '\uD800' } } }, 'remove the lone surrogate'],
    [{ where: { title: { gt: 'a\0' } } }, 'a character that databases do not store; remove it'],
    [{ where: { score: { contains: '5' } } }, '`where.score.contains` is only for a field that is a text'],
    [
      { where: { score: { gte: '5' } } },
      "`where.score.gte` must be a number, found the string '5'; convert it",
    ],
    [{ where: { score: { gte: null } } }, 'found null'],
    [{ where: { score: { in: 5 } } }, '`where.score.in` must be a list of values, found the number 5'],
    [{ where: { isOpen: { gt: false } } }, '`where.isOpen.gt` is not for a field that is true or false'],
    [{ where: { or: { title: 'a' } } }, '`where.or` must be a list of conditions, found a plain object'],
    [
      { where: { or: [{ id: 1 }, undefined] } },
      '`where.or[1]` must be an object with conditions, found undefined',
    ],
    [{ where: { not: [{ id: 1 }] } }, '`where.not` must be an object with conditions, found a list'],
    [{ skip: 2 }, '`skip` needs the option `take`'],
    [{ skip: -1, take: 5 }, '`skip` must be a whole number of rows from 0 on, found the number -1'],
    [{ fields: ['title'] }, "`fields` must be an action on fields, such as 'read', found a list"],
    [{ skip: 2, take: 5, after: 'x' }, '`skip` cannot be used with `after`'],
    [{ where: { title: [['a']] } }, 'found a list'],
    [{ where: { id: '5' } }, "or an object with operators, found the string '5'; convert it"],
    [{ where: { id: () => 5 } }, 'found a function'],
    [{ where: { score: Number.NaN } }, 'found the number NaN'],
    [{ where: { isOpen: 'true' } }, 'must be true or false'],
    [{ where: { createdAt: new Date(Number.NaN) } }, 'must be a valid Date'],
    [{ where: { createdAt: 5 } }, 'must be a valid Date'],
    [{ where: [1] }, '`where` must be an object'],
    [{ limit: 5 }, '`limit` is unknown'],
    [{ after: 5 }, '`after` must be the `next` of a page'],
  ])('throws POLAR_TYPE_INVALID_OPTION for %j', async (options, text) => {
    const authorizer = await load(adapterOf([]).resources);
    await expect(authorizer.list('ann', 'read', 'Note', options as ListOptions)).rejects.toMatchObject({
      code: 'POLAR_TYPE_INVALID_OPTION',
      message: expect.stringContaining(text) as string,
    });
  });

  it('throws POLAR_LIST_CURSOR for a cursor that it did not return for this list', async () => {
    const { resources } = adapterOf([note(1), note(2)]);
    const authorizer = await load(resources);
    const list = (options: ListOptions) => authorizer.list('ann', 'read', 'Note', options);
    const { next } = await list({ take: 1, orderBy: { title: 'asc' } });
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const order = 'Note,id asc first';
    expect((await list({ take: 1, after: encode([order, 1]) })).rows).toHaveLength(1);
    const invalid = [
      '',
      'x',
      next!,
      next!.slice(1),
      encode({}),
      encode([order]),
      encode([order, '1']),
      encode([order, null]),
      encode([order, 1.5]),
      encode([order, 1, 1]),
      encode(['Draft,id asc first', 1]),
    ];
    for (const after of invalid)
      await expect(list({ after })).rejects.toMatchObject({ code: 'POLAR_LIST_CURSOR' });
    // No database stores these dates, and some refuse them.
    const byDate = 'Note,createdAt asc first,id asc first';
    for (const date of [-8.64e15, 8.64e15, 8.65e15])
      await expect(
        list({ after: encode([byDate, date, 1]), orderBy: { createdAt: 'asc' } }),
      ).rejects.toMatchObject({ code: 'POLAR_LIST_CURSOR' });
  });

  it.each([
    [{ title: 'ü\0😀' }, { title: 'asc' }],
    [{ title: null }, { title: 'desc' }],
    [{ score: Number.NaN }, { score: 'asc' }],
    [{ score: -Infinity }, { score: 'desc' }],
    [{ isOpen: true }, { isOpen: 'asc' }],
    [{ createdAt: new Date(-1) }, { createdAt: 'asc' }],
  ] as const)('continues after a row with %o', async (values, orderBy) => {
    const { resources, queries } = adapterOf([note(1, values), note(2)]);
    const authorizer = await load(resources);
    const { next } = await authorizer.list('ann', 'read', 'Note', { take: 1, orderBy });
    await authorizer.list('ann', 'read', 'Note', { take: 1, orderBy, after: next });
    expect(queries[1]!.after).toBeDefined();
  });

  it('throws POLAR_LIST_ROW for a row whose sorted field is not as declared, also on the last page', async () => {
    for (const createdAt of ['2026-11-27', new Date(Number.NaN), null, undefined, 5]) {
      const authorizer = await load(adapterOf([note(1, { createdAt })]).resources);
      await expect(
        authorizer.list('ann', 'read', 'Note', { take: 5, orderBy: { createdAt: 'asc' } }),
      ).rejects.toMatchObject({ code: 'POLAR_LIST_ROW', data: { field: 'createdAt' } });
    }
  });

  it('reads a field without a value as NULL, and throws POLAR_LIST_ROW for a row that lacks the field', async () => {
    const list = async (row: object) => {
      const authorizer = await load(adapterOf([row, note(2)]).resources);
      return authorizer.list('ann', 'read', 'Note', { take: 1, orderBy: { title: 'asc' } });
    };
    const { title: _, ...partial } = note(1);
    const { next } = await list({ ...partial, title: undefined });
    expect(next).toBe((await list({ ...partial, title: null })).next);
    await expect(list(partial)).rejects.toMatchObject({ code: 'POLAR_LIST_ROW', data: { field: 'title' } });
  });

  it('throws POLAR_LIST_NO_KEY for a type without a key, and POLAR_LIST_NO_ADAPTER without `resources`', async () => {
    const authorizer = await load(adapterOf([]).resources);
    await expect(authorizer.list('ann', 'read', 'Draft')).rejects.toMatchObject({
      code: 'POLAR_LIST_NO_KEY',
    });
    expect(await authorizer.count('ann', 'read', 'Draft')).toBe(0);
    const without = await Authorizer.load({ policies, types, onWarning: () => {} });
    await expect(without.list('ann', 'read', 'Note')).rejects.toMatchObject({
      code: 'POLAR_LIST_NO_ADAPTER',
    });
    await expect(without.as('ann').count('read', 'Note')).rejects.toMatchObject({
      code: 'POLAR_LIST_NO_ADAPTER',
    });
  });

  it('refuses a value that is not an adapter at load', async () => {
    await expect(Authorizer.load({ policies, types, resources: {} as never })).rejects.toMatchObject({
      code: 'POLAR_TYPE_INVALID_OPTION',
      message: expect.stringContaining('drizzleResources(db, tables)') as string,
    });
  });
});

describe('list() with the option `fields`', () => {
  const masked = `
    allow(_: String, "read", note: Note) if note.isOpen;
    allow_field(user: String, "read", note: Note, field) if field in ["id", "isOpen"] and allow(user, "read", note);
    allow_field("ann", "read", note: Note, "title") if note.score > 1;
    allow_field("ann", "read", _: Note, "createdAt");
  `;
  const loadMasked = (resources: ResourceAdapter) =>
    Authorizer.load({ policies: masked, types, resources, onWarning: () => {} });
  const rows = [note(1, { title: 'a', score: 2 }), note(2, { title: 'b' }), note(3, { score: 3 })];

  it('returns the fields of each row with one more query for each condition, if the adapter cannot select by it', async () => {
    const queries: ResourceQuery[] = [];
    const isQueryOfTitles = ({ condition }: ResourceQuery) =>
      JSON.stringify(condition.filter).includes('score');
    const authorizer = await loadMasked({
      list: async (query) => {
        queries.push(query);
        return isQueryOfTitles(query) ? rows.filter(({ score }) => score > 1) : rows;
      },
      count: async () => 0,
    });
    const page = await authorizer.list('ann', 'read', 'Note', { fields: 'read', take: 3 });
    const common = (id: number) => ({ id, isOpen: true, createdAt: new Date(id) });
    expect(page.rows).toEqual([{ ...common(1), title: 'a' }, common(2), { ...common(3), title: null }]);
    expect(queries).toHaveLength(2);
    const other = await authorizer.list('bob', 'read', 'Note', { fields: 'read' });
    expect(other.rows).toEqual([1, 2, 3].map((id) => ({ id, isOpen: true })));
    expect(queries).toHaveLength(3);
  });

  it.each(['source', 'closures', 'machine'] as const)(
    'keeps a check undecided about an optional field that the list hides, with the engine %s',
    async (engine) => {
      const lock = new Date(0);
      const authorizer = await Authorizer.load({
        policies: `
          allow("ann", "edit", note: Note) if note.lockedAt = nil;
          allow("ann", "see", note: Note) if note.lockedAt = nil or note.id = 1;
          allow(_, "read", _: Note);
          allow_field(user, "read", _: Note, field) if field = "id" or user = "eve" and field in ["lockedAt", "title"];
        `,
        types: {
          Note: { key: 'id', fields: { id: 'Integer', title: optional(String), lockedAt: optional(Date) } },
        },
        resources: { list: async () => [{ id: 1, lockedAt: lock }, { id: 2 }], count: async () => 2 },
        onWarning: () => {},
        engine,
      });
      const { rows: hidden } = await authorizer.list('ann', 'read', 'Note', { fields: 'read' });
      expect(hidden).toEqual([{ id: 1 }, { id: 2 }]);
      for (const row of hidden)
        await expect(authorizer.can('ann', 'edit', row)).rejects.toMatchObject({
          code: 'POLAR_UNDECIDED_MISSING_ATTRIBUTE',
        });
      expect(await authorizer.can('ann', 'see', hidden[0])).toBe(true);
      const { rows: shown } = await authorizer.list('eve', 'read', 'Note', { fields: 'read' });
      expect(await Promise.all(shown.map((row) => authorizer.can('ann', 'edit', row)))).toEqual([
        false,
        true,
      ]);
    },
  );

  it('passes the fields to an adapter that selects by conditions, and leaves out what the adapter returns beyond them', async () => {
    const queries: FieldQuery[] = [];
    const authorizer = await loadMasked({
      ...adapterOf([]).resources,
      listFields: async (query) => {
        queries.push(query);
        return rows.map((row) => ({ row, shows: [row.score > 1] }));
      },
    });
    const page = await authorizer.list('ann', 'read', 'Note', { fields: 'read' });
    expect(page.rows.map((row) => Object.keys(row))).toEqual([
      ['id', 'isOpen', 'createdAt', 'title'],
      ['id', 'isOpen', 'createdAt'],
      ['id', 'isOpen', 'createdAt', 'title'],
    ]);
    expect(queries).toMatchObject([
      { fields: ['id', 'isOpen', 'createdAt'], masks: [{ fields: ['title'], filter: { kind: 'and' } }] },
    ]);
  });

  it.each<[string, ListOptions, string, string]>([
    ['an order by a field that some rows hide', { orderBy: { title: 'asc' } }, 'ann', 'not every'],
    ['an order by a field that all rows hide', { orderBy: { score: 'asc' } }, 'ann', 'no'],
    ['a search by a field that all rows hide', { where: { title: 'a' } }, 'bob', 'no'],
  ])('refuses %s', async (_what, options, actor, howMany) => {
    const authorizer = await loadMasked(adapterOf([]).resources);
    const list = authorizer.list(actor, 'read', 'Note', { ...options, fields: 'read' });
    await expect(list).rejects.toMatchObject({ code: 'POLAR_LIST_FIELD', data: { rows: howMany } });
  });

  it('warns once about an attribute of the actor that is missing, if the list is empty for this reason', async () => {
    const warnings: string[] = [];
    const authorizer = await Authorizer.load({
      policies: `allow(user: User, "read", note: Note) if team in user.teams and note.title = team.name;
                 allow(_: User, "edit", note: Note) if note.title = "a";
                 allow(user: User, "edit", note: Note) if note.title = user.teams.name;`,
      types: {
        User: {
          fields: { id: 'Integer' },
          relations: { teams: many('Team', { local: 'id', foreign: 'userId' }) },
        },
        Team: { fields: { userId: 'Integer', name: 'String' } },
        Note: { key: 'id', fields: { id: 'Integer', title: 'String' } },
      },
      resources: adapterOf([]).resources,
      onWarning: ({ message }) => warnings.push(message),
    });
    const user = typed('User', { id: 1 });
    await authorizer.list(user, 'edit', 'Note');
    expect(warnings).toEqual([]);
    expect((await authorizer.list(user, 'read', 'Note')).rows).toEqual([]);
    expect(warnings).toEqual([
      'a User has no attribute `teams`, which its type declares; load it with the row',
    ]);
    await authorizer.where(user, 'read', 'Note');
    expect(warnings).toHaveLength(1);
    await expect(authorizer.can(user, 'read', typed('Note', { id: 1, title: 'a' }))).rejects.toMatchObject({
      code: 'POLAR_UNDECIDED_MISSING_ATTRIBUTE',
    });
  });

  it('refuses to list rows whose key the actor may not read', async () => {
    const authorizer = await loadMasked(adapterOf([]).resources);
    const list = authorizer.list('ann', 'read', 'Note', { fields: 'write' });
    await expect(list).rejects.toMatchObject({
      code: 'POLAR_LIST_HIDDEN_KEY',
      data: { field: 'id', action: 'write' },
    });
  });

  it('adds the condition of a field to a search by it, also in counts', async () => {
    const { resources, queries } = adapterOf([]);
    const counted: RowCondition[] = [];
    const authorizer = await loadMasked({
      ...resources,
      count: async (condition) => {
        counted.push(condition);
        return 0;
      },
    });
    const options = { fields: 'read', where: { title: 'a' } };
    await authorizer.list('ann', 'read', 'Note', options);
    await authorizer.count('ann', 'read', 'Note', options);
    const fieldsIn = ({ filter }: RowCondition): ReadonlySet<unknown> => {
      const found = new Set<unknown>();
      JSON.stringify(filter, (key, value: unknown) => {
        if (key === 'field') found.add(value);
        return key === 'scope' ? undefined : value;
      });
      return found;
    };
    for (const condition of [queries[0]!.condition, counted[0]!])
      expect(fieldsIn(condition)).toEqual(new Set(['isOpen', 'score', 'title']));
  });

  it('calls the application once for the condition of the rows and for those of all fields', async () => {
    let calls = 0;
    class Person {
      get level(): Promise<number> {
        calls++;
        return Promise.resolve(3);
      }
    }
    const authorizer = await Authorizer.load({
      policies: `
        allow(person: Person, "read", note: Note) if note.score < person.level;
        allow_field(person: Person, "read", note: Note, _) if note.score < person.level;
      `,
      types: { ...types, Person },
      resources: adapterOf(rows).resources,
      onWarning: () => {},
    });
    await authorizer.list(new Person(), 'read', 'Note', { fields: 'read' });
    expect(calls).toBe(1);
  });
});

describe('one()', () => {
  const rules = `
    allow(_: String, "read", note: Note) if note.isOpen;
    allow("ann", "edit", note: Note) if note.score > 1;
    allow_field(_: String, "read", _: Note, field) if field in ["id", "title"];
  `;
  /** The rows, of which an adapter accepts those with the given answers for the conditions about `score`, `isOpen` and neither. */
  const adapterFor = (row: object, isEditable: boolean, isReadable: boolean, exists = true) => {
    const queries: string[] = [];
    const holds = ({ filter }: RowCondition): boolean => {
      const text = JSON.stringify(filter, (key, value: unknown) => (key === 'scope' ? undefined : value));
      expect(text).toContain('"field":"id"');
      return text.includes('score') ? isEditable : text.includes('isOpen') ? isReadable : exists;
    };
    const resources: ResourceAdapter = {
      list: async ({ condition, take }) => {
        queries.push(`list ${take}`);
        return holds(condition) ? [row] : [];
      },
      count: async (condition) => {
        queries.push('count');
        return holds(condition) ? 1 : 0;
      },
    };
    return { resources, queries };
  };
  const loadWith = (resources: ResourceAdapter, options: { hideUnreadable?: boolean } = {}) =>
    Authorizer.load({ policies: rules, types, resources, onWarning: () => {}, ...options });

  it('returns the row with one query, with its type and with the fields that the actor may read', async () => {
    const { resources, queries } = adapterFor(note(5, { title: 'a' }), true, true);
    const authorizer = await loadWith(resources);
    const row = await authorizer.one('ann', 'edit', 'Note', 5);
    expect(row).toEqual(note(5, { title: 'a' }));
    expect(authorizer.policy.typesOf(row)[0]).toBe('Note');
    expect(queries).toEqual(['list 1']);
    expect(await authorizer.as('ann').one('edit', 'Note', { id: 5 }, { fields: 'read' })).toEqual({
      id: 5,
      title: 'a',
    });
  });

  it.each([
    ['ForbiddenError', 403, 'may read the row', true, {}, {}],
    ['NotFoundError', 404, 'may not read the row', false, {}, {}],
    [
      'ForbiddenError',
      403,
      'may not read the row, and unreadable rows are shown',
      false,
      { hideUnreadable: false },
      {},
    ],
    ['ForbiddenError', 403, 'may not read the row, without a read check', false, {}, { checkRead: false }],
  ])('throws a %s (%d) for an actor who %s', async (name, status, _who, isReadable, ofLoad, options) => {
    const { resources, queries } = adapterFor(note(5), false, isReadable);
    const authorizer = await loadWith(resources, ofLoad);
    const one = authorizer.one('ann', 'edit', 'Note', 5, options);
    await expect(one).rejects.toMatchObject({ name, status, action: 'edit', resourceType: 'Note' });
    expect(queries).toEqual(['list 1', 'count']);
  });

  it('throws a NotFoundError for a row that does not exist, also where unreadable rows are shown', async () => {
    const authorizer = await loadWith(adapterFor(note(5), false, false, false).resources, {
      hideUnreadable: false,
    });
    await expect(authorizer.one('ann', 'edit', 'Note', 5)).rejects.toMatchObject({ name: 'NotFoundError' });
  });

  it('runs no query when no row can be allowed, except for the choice of the error', async () => {
    const { resources, queries } = adapterFor(note(5), false, true);
    const authorizer = await loadWith(resources);
    await expect(authorizer.one('bob', 'edit', 'Note', 5)).rejects.toMatchObject({ status: 403 });
    await expect(authorizer.one(null, 'read', 'Note', 5)).rejects.toMatchObject({ status: 404 });
    expect(queries).toEqual(['count']);
  });

  it.each([
    [undefined, 'the option `key` must be the value of `id`, found undefined'],
    [null, 'found null'],
    [{}, 'must be the value of `id`, found a plain object'],
    [{ id: { gt: 0 } }, 'must be the value of `id`'],
    [{ id: 5, title: 'a' }, 'must be the value of `id`'],
    [[5], 'found a list'],
    [
      '5',
      "must be a number, null, a list of such values, or an object with operators, found the string '5'; convert it",
    ],
  ])('throws POLAR_TYPE_INVALID_OPTION for the key %j', async (key, text) => {
    const authorizer = await loadWith(adapterFor(note(5), true, true).resources);
    await expect(authorizer.one('ann', 'edit', 'Note', key as never)).rejects.toMatchObject({
      code: 'POLAR_TYPE_INVALID_OPTION',
      message: expect.stringContaining(text) as string,
    });
  });

  it('makes one decision with the identity of the row and its outcome, and lists make none', async () => {
    const decisions: Decision[] = [];
    const loadFor = (resources: ResourceAdapter) =>
      Authorizer.load({
        policies,
        types,
        resources,
        onWarning: () => {},
        onDecision: (decision) => void decisions.push(decision),
        decisionDuration: true,
      });
    const recorded = () =>
      decisions
        .splice(0)
        .map(({ kind, actor, action, resourceIdentity, outcome, reason, engine, context }) => ({
          kind,
          actor,
          action,
          outcome,
          reason,
          engine,
          resource: resourceIdentity,
          request: context?.requestId,
        }));
    const about = {
      kind: 'allow',
      resource: { type: 'Note', id: '5' },
      engine: 'database',
      request: undefined,
    };

    const { resources } = adapterOf([note(5)]);
    const authorizer = await loadFor(resources);
    await authorizer.one('ann', 'read', 'Note', 5, { context: { requestId: 'r1' } });
    expect(decisions[0]!.durationMs).toBeGreaterThanOrEqual(0);
    expect(decisions[0]!.policy).toBe(authorizer.policy.hash);
    expect(recorded()).toEqual([
      { ...about, actor: 'ann', action: 'read', outcome: 'allowed', reason: undefined, request: 'r1' },
    ]);

    const refusing = await loadFor({ list: async () => [], count: async () => 1 });
    await expect(refusing.one('admin', 'write', 'Note', { id: 5 })).rejects.toMatchObject({ status: 403 });
    const reason = 'no rule for "write" on Note matched, or no row has the key';
    expect(recorded()).toEqual([{ ...about, actor: 'admin', action: 'write', outcome: 'denied', reason }]);

    const failing = await loadFor({
      list: () => Promise.reject(new Error('no connection')),
      count: async () => 1,
    });
    await expect(failing.one('ann', 'read', 'Note', 5)).rejects.toThrow('no connection');
    expect(recorded()).toEqual([
      { ...about, actor: 'ann', action: 'read', outcome: 'error', reason: 'no connection' },
    ]);

    await authorizer.list('ann', 'read', 'Note');
    await authorizer.count('ann', 'read', 'Note');
    expect(recorded()).toEqual([]);
  });

  it('fails with the error of onDecision if the log is required', async () => {
    const { resources } = adapterOf([note(5)]);
    const authorizer = await Authorizer.load({
      policies,
      types,
      resources,
      onWarning: () => {},
      onDecision: () => Promise.reject(new Error('log is full')),
      decisionLog: 'required',
    });
    await expect(authorizer.one('ann', 'read', 'Note', 5)).rejects.toThrow('log is full');
  });

  it('uses the candidate, and its record, for the actors of its roll-out', async () => {
    const decisions: Decision[] = [];
    const { resources } = adapterOf([note(5)]);
    const authorizer = await Authorizer.load({
      policies,
      types,
      resources,
      onWarning: () => {},
      onDecision: (decision) => void decisions.push(decision),
    });
    const candidate = await loadCandidate(authorizer, `${policies} allow("bob", "write", _: Note);`);
    candidate.rollOut(100);
    await authorizer.one('bob', 'write', 'Note', 5);
    expect(decisions.map(({ outcome, policy }) => [outcome, policy])).toEqual([['allowed', candidate.hash]]);
  });
});
