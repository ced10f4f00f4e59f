import { describe, expect, it } from 'vitest';
import { Authorizer, isPolarError, many, manyThrough, nullable, one, optional, typed } from '../index.js';
import type { Comparable, Condition } from '../filter/condition.js';

const types = {
  User: { key: 'id', fields: { id: 'Integer', name: String, teams: ['Integer'] } },
  Folder: {
    key: 'id',
    fields: { id: 'Integer', isPublic: Boolean, parentId: 'Integer?' },
    relations: { parent: one('Folder', { local: 'parentId', foreign: 'id' }) },
  },
  Document: {
    key: 'id',
    fields: {
      id: 'Integer',
      title: optional(String),
      size: 'Integer?',
      rate: 'Float',
      isPublic: Boolean,
      createdAt: Date,
      ownerId: 'Integer?',
      folderId: 'Integer?',
      labels: ['String'],
      levels: nullable(['Integer?']),
      rates: ['Float'],
      details: 'Details?',
    },
    relations: {
      owner: one('User', { local: 'ownerId', foreign: 'id' }),
      folder: one('Folder', { local: 'folderId', foreign: 'id', enforced: true }),
      comments: many('Comment', { local: 'id', foreign: 'documentId' }),
      tags: manyThrough('Tag', {
        through: 'document_tags',
        local: 'id',
        throughLocal: 'document_id',
        throughForeign: 'tag_id',
        foreign: 'id',
      }),
    },
  },
  Details: { fields: { level: 'Integer' } },
  Comment: { key: 'id', fields: { id: 'Integer', documentId: 'Integer', text: String } },
  Tag: { key: 'id', fields: { id: 'Integer', name: String } },
  Plan: { discriminator: { title: 'plan' } },
  Draft: { discriminator: { isDraft: true } },
} as const;

const alice = typed('User', { id: 7, name: 'alice', teams: [1, 2] });

async function conditionOf(body: string, actor: unknown = alice): Promise<Condition> {
  const policies = `allow(actor, "read", row: Document) if actor = actor and row = row and (${body});`;
  const authorizer = await Authorizer.load({ policies, types, onWarning: () => {} });
  return (await authorizer.where(actor, 'read', 'Document')).condition;
}

/** Prints a condition as short text. */
function shown(condition: Condition): string {
  switch (condition.kind) {
    case 'and': {
      // Each column that is read has such a part.
      const parts = condition.parts.filter(({ kind }) => kind !== 'readable').map(shown);
      return parts.length === 1 ? parts[0]! : `(${parts.join(' and ')})`;
    }
    case 'or':
      return `(${condition.parts.map(shown).join(' or ')})`;
    case 'not':
      return `not ${shown(condition.part)}`;
    case 'equal':
    case 'order': {
      const side = (each: Comparable): string => {
        if (each.kind === 'computed') return `(${side(each.left)} ${each.operator} ${side(each.right)})`;
        return each.kind === 'column' ? each.field : JSON.stringify(each.value);
      };
      const [left, right] = [side(condition.left), side(condition.right)];
      return `${left} ${condition.kind === 'equal' ? '=' : condition.operator} ${right}`;
    }
    case 'count': {
      const { step, operator, other } = condition;
      return `count of ${step.relation.name} ${operator} ${other.kind === 'column' ? other.field : String(other.value)}`;
    }
    case 'text': {
      const [text, part] = [condition.text, condition.part].map((side) =>
        side.kind === 'column' ? side.field : JSON.stringify(side.value),
      );
      return `${text} ${condition.test} ${part}`;
    }
    case 'contains': {
      const { column, item } = condition;
      const shownItem =
        item === null ? 'nil' : item.kind === 'column' ? item.field : JSON.stringify(item.value);
      return `${shownItem} among ${column.field}`;
    }
    case 'readable-elements':
      return `elements of ${condition.column.field}`;
    case 'is-nil':
      return `${condition.column.field} = nil`;
    case 'is-true':
      return condition.column.field;
    case 'in':
      return `${condition.column.field} in ${JSON.stringify(condition.values)}`;
    case 'some':
    case 'through':
      return `${condition.kind} ${condition.step.relation.name}: ${shown(condition.where)}`;
    case 'reaches':
      return `reaches ${shown(condition.set.body)}`;
    default:
      return condition.kind;
  }
}

describe('where()', () => {
  it.each([
    ['row.isPublic', 'isPublic'],
    ['row.title = "a"', 'title = "a"'],
    ['row.title = nil', 'title = nil'],
    ['row.size = "a"', 'never'],
    ['row.size = 1.5', 'never'],
    ['row.size < 1.5', 'size <= 1'],
    ['row.size >= 3', '3 <= size'],
    ['row.size in [1, 2, 2, nil, "a"]', '(size in [1,2] or size = nil)'],
    ['actor.id = row.ownerId', 'ownerId = 7'],
    ['row.size in actor.teams', 'size in [1,2]'],
    ['actor.id = 7', 'always'],
    ['actor.id = 8 and row.isPublic', 'never'],
    ['not row.isPublic', 'not isPublic'],
    ['row.owner.name = "alice"', 'through owner: name = "alice"'],
    ['row.owner = actor', '(ownerId = 7 and some owner: always)'],
    ['row.folder.isPublic', 'through folder: isPublic'],
    ['row.owner = nil', 'not some owner: always'],
    ['c in row.comments and c.text = "hi"', 'some comments: text = "hi"'],
    ['t in row.tags and t.name = "x" and row.isPublic', '(some tags: name = "x" and isPublic)'],
    ['forall(c in row.comments, c.text = "hi")', 'not some comments: not text = "hi"'],
    ['row.title.startsWith("a")', 'title startsWith "a"'],
    ['row.title.includes("a") = false', 'not title includes "a"'],
    ['row.title.endsWith("")', '(not title = nil or (title = nil and undecided))'],
    ['actor.name.endsWith(row.owner.name)', 'through owner: "alice" endsWith name'],
    [
      'row.title.toLowerCase() = "a"',
      '((not title = nil or (title = nil and undecided)) and title lowers-to "a")',
    ],
    ['row.owner.name.toLowerCase() = actor.name.toLowerCase()', 'through owner: name lowers-to "alice"'],
    [
      'row.owner.name.toLowerCase() in ["a", "A", "b"]',
      'through owner: (name lowers-to "a" or name lowers-to "b")',
    ],
    ['row.owner.name.toLowerCase() != "A"', 'through owner: readable'],
    ['row.createdAt.getUTCFullYear() - 1 < 2026', '(computable and (createdAt.getUTCFullYear() - 1) < 2026)'],
    ['row.createdAt.valueOf() in [1, "1"]', 'createdAt.getTime() = 1'],
    ['row.owner.name.toLowerCase() = 7', 'through owner: never'],
    ['row.owner.name.toLowerCase() matches String', 'through owner: readable'],
    ['"id-".concat(row.owner.name) = "id-a"', 'through owner: name = "a"'],
    ['row.owner.name.concat("-x") = "a-x"', 'through owner: name = "a"'],
    ['"a".concat(row.owner.name, "a") = "aa"', 'through owner: name = ""'],
    ['"a".concat(row.owner.name, "a") = "a"', 'through owner: never'],
    ['"a".concat("b".concat(row.owner.name)).concat("e") = "able"', 'through owner: name = "l"'],
    ['"id-".concat(row.owner.name) = "x-a"', 'through owner: never'],
    ['"id-".concat(row.owner.name) != "x-a"', 'through owner: readable'],
    ['"id-".concat(row.owner.name) in ["id-a", "id-b", "a"]', 'through owner: (name = "a" or name = "b")'],
    ['"id-".concat(row.owner.name) = 7', 'through owner: never'],
    ['"id-".concat(row.owner.name) matches String', 'through owner: readable'],
    ['"\u{d83d}".concat(row.owner.name) = "\u{1F600}"', 'through owner: never'],
    ['row.owner.name.concat(7) = "a7"', 'through owner: undecided'],
    [
      '"id-".concat(row.title) = "id-a"',
      '((not title = nil or (title = nil and undecided)) and title = "a")',
    ],
    [
      '"null".includes(row.title)',
      '((not title = nil and "null" includes title) or (title = nil and undecided))',
    ],
    [
      'x = row.title.startsWith("a") and (x = false or row.isPublic)',
      '((title startsWith "a" and isPublic) or (not title startsWith "a" and (always or isPublic)))',
    ],
    ['"a" in row.labels', '("a" among labels or (elements of labels and never))'],
    ['not "a" in row.labels', 'not ("a" among labels or (elements of labels and never))'],
    ['row.title in row.labels', '(title among labels or (elements of labels and never))'],
    ['nil in row.labels', '(elements of labels and never)'],
    ['nil in row.levels', '(nil among levels or (elements of levels and never))'],
    ['1.5 in row.levels', '(elements of levels and never)'],
    [
      'row.size in row.levels',
      '(size among levels or (size = nil and nil among levels) or (elements of levels and never))',
    ],
    [
      't in actor.teams and t in row.levels',
      '((1 among levels or (elements of levels and never)) or (2 among levels or (elements of levels and never)))',
    ],
    ['row.comments.length >= 2', 'count of comments >= 2'],
    ['2 < row.tags.length', 'count of tags >= 3'],
    ['row.comments.length > 0', 'some comments: always'],
    ['row.comments.length = 0', 'not some comments: always'],
    ['row.comments.length <= 1.5', 'not count of comments >= 2'],
    ['row.comments.length >= -1', 'always'],
    ['row.comments.length in [2, "2", nil, 2.5]', 'count of comments = 2'],
    ['row.comments.length < row.size', 'count of comments < size'],
    ['row.size != row.comments.length', 'not count of comments = size'],
    ['row.comments.length < "2"', 'undecided'],
    ['row.comments.length = row.title', 'never'],
    ['row.comments.length matches Integer', 'always'],
    ['row.comments.length', 'undecided'],
    ['row.size + 1 > 3', '(computable and 3 < (size + 1))'],
    ['row.size * 2 = row.id', '(computable and (size * 2) = id)'],
    [
      '(row.id - row.ownerId) * 1.5 >= actor.id',
      '(computable and computable and 7 <= ((id - ownerId) * 1.5))',
    ],
    ['row.size mod 2 = 1', '(computable and (size mod 2) = 1)'],
    ['(row.size + 1) in [2, 3.5, "4", nil]', '(computable and (size + 1) = 2)'],
    ['row.size + 1 < inf', 'computable'],
    ['row.size + 1 = "2"', '(computable and never)'],
    ['row.size + 1 < "2"', '(computable and undecided)'],
    ['row.size + 1 = row.title', '(computable and never)'],
    ['(row.size + 1) matches Integer', 'computable'],
    ['(row.size / 2) matches String', '(computable and never)'],
    ['x = row.size + 1 and x', '(computable and undecided)'],
    ['row.title + 1 = 2', 'undecided'],
    ['row.size + "1" = 2', 'undecided'],
    ['row.size rem 0 = 2', 'undecided'],
    ['row matches Plan', 'title = "plan"'],
    ['row matches {title: "a", isPublic: true}', '(title = "a" and isPublic = true)'],
  ])('finds the condition of `%s`', async (body, expected) => {
    expect(shown(await conditionOf(body))).toBe(expected);
  });

  it('finds no row for an action that no rule names', async () => {
    const authorizer = await Authorizer.load({
      policies: 'allow(_, "read", row: Document) if row.isPublic;',
      types,
    });
    expect((await authorizer.where(alice, 'delete', 'Document')).filter).toEqual({ kind: 'never' });
    expect((await authorizer.where(alice, 'read', 'Comment')).filter).toEqual({ kind: 'never' });
  });

  it.each([undefined, null])('finds no row of a typed or owned rule for the actor %s', async (actor) => {
    const authorizer = await Authorizer.load({
      policies: `
        allow(_: User, "read", _: Document);
        allow("admin", "read", _: Document);
        allow(actor, "update", row: Document) if actor.id = row.ownerId;
      `,
      types,
    });
    expect((await authorizer.where(actor, 'read', 'Document')).filter).toEqual({ kind: 'never' });
    expect((await authorizer.where(actor, 'update', 'Document')).filter).toEqual({ kind: 'never' });
  });

  it('keeps undecided alternatives beside one that holds, because a negation needs them', async () => {
    const condition = await conditionOf('not ((actor.id = 7 or row.size < 5) and row.isPublic)');
    expect(shown(condition)).toBe('not ((always or size < 5) and isPublic)');
  });

  it.each([
    'allow(_: User, "read", row: Document) if row.isPublic;',
    'allow(user: User, "read", row: Document) if row.ownerId = user.id;',
    'allow(user, "read", row: Document) if user = 3 and row.isPublic;',
    'allow(user, "read", row: Document) if user.id = row.ownerId;',
    'allow(nil, "read", row: Document) if row.isPublic;',
    'allow(user, "read", row: Document) if f(user, row); f(user: User, row) if row.isPublic and user = user;',
    'allow(user, "read", row: Document) if user in [1, alice] and row.isPublic and alice = 2;',
  ])('finds no row for an actor that is undefined, as a check does: %s', async (policies) => {
    const authorizer = await Authorizer.load({ policies, types, onWarning: () => {}, undecided: 'deny' });
    const row = typed('Document', { id: 1, isPublic: true, ownerId: 7 });
    expect(await authorizer.can(undefined, 'read', row)).toBe(false);
    expect((await authorizer.where(undefined, 'read', 'Document')).filter).toEqual({ kind: 'never' });
  });

  it.each([
    [7, 'undecided'],
    [{ name: 'team' }, 'undecided'],
    [null, 'isPublic'],
  ])(
    'finds no row when a relation of the actor holds a key, or a row without its key: %j',
    async (lead, expected) => {
      const relations = { lead: one('User', { local: 'id', foreign: 'id' }) };
      const authorizer = await Authorizer.load({
        policies: 'allow(user: User, "read", row: Document) if not (user.lead = user) and row.isPublic;',
        types: { ...types, User: { ...types.User, relations } },
        undecided: 'deny',
      });
      for (const value of [lead, Promise.resolve(lead)]) {
        const user = typed('User', { id: 7, lead: value });
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        expect(shown((await authorizer.where(user, 'read', 'Document')).condition)).toBe(expected);
        const row = typed('Document', { id: 1, isPublic: true });
        // oxlint-disable-next-line no-await-in-loop -- as above
        expect(await authorizer.can(user, 'read', row)).toBe(expected === 'isPublic');
      }
    },
  );

  it('does not take a row for its type, also if the type has no key', async () => {
    const policies = `
      allow(_: User, "create", Note);
      allow(_: User, _, note: Note) if note.isPublic;`;
    const authorizer = await Authorizer.load({
      policies,
      types: { User: {}, Note: { fields: { isPublic: Boolean } } },
    });
    const { condition } = await authorizer.where(typed('User', {}), 'create', 'Note');
    expect(shown(condition)).toBe('isPublic');
  });

  it('compares an actor with a row of another type without a key, which are never equal', async () => {
    const policies = `
      allow(user: User, _, user: User);
      allow(user: User, "read", note: Note) if note.ownerId = user.id;`;
    const types = {
      User: { fields: { id: 'Integer' } },
      Note: { fields: { id: 'Integer', ownerId: 'Integer' } },
    };
    const authorizer = await Authorizer.load({ policies, types } as never);
    const user = typed('User', { id: 1, ownerId: 1 });
    expect(shown((await authorizer.where(user, 'read', 'Note')).condition)).toBe('ownerId = 1');
    expect(shown((await authorizer.where(user, 'delete', 'Note')).condition)).toBe('never');
    expect(await authorizer.can(user, 'delete', typed('Note', { id: 1, ownerId: 1 }))).toBe(false);
    // Without a key, two rows of one type are compared by all of their fields, which a database need not have.
    await expect(authorizer.where(user, 'delete', 'User')).rejects.toMatchObject({
      code: 'POLAR_FILTER_UNTRANSLATABLE',
    });
  });

  it('calls a method of the actor once, and awaits its promise', async () => {
    class Session {
      calls = 0;
      readonly id = 7;
      teamIds(): Promise<number[]> {
        this.calls++;
        return Promise.resolve([3, 4]);
      }
    }
    const session = new Session();
    const authorizer = await Authorizer.load({
      policies: `
        allow(session: Session, "read", row: Document) if row.size in session.teamIds();
        allow(session: Session, "read", row: Document) if row.isPublic and row.ownerId in session.teamIds();
      `,
      types: { ...types, Session },
    });
    const { condition } = await authorizer.where(session, 'read', 'Document');
    expect(shown(condition)).toBe('(size in [3,4] or (isPublic and ownerId in [3,4]))');
    expect(session.calls).toBe(1);
  });

  it('follows a rule that calls itself for a related row', async () => {
    const authorizer = await Authorizer.load({
      policies: `
        allow(_, "read", folder: Folder) if visible(folder);
        visible(folder: Folder) if folder.isPublic;
        visible(folder: Folder) if visible(folder.parent);
      `,
      types,
    });
    const { condition } = await authorizer.where(alice, 'read', 'Folder');
    expect(condition.kind).toBe('reaches');
  });

  it.each([
    ['row.size.length > 3', '`length` of the column `size`'],
    ['row.title.toLowerCase().length > 3', '`length` of the column `title` in lower case'],
    ['row.rate + 1 > 3', 'arithmetic on `rate`, a column of floating-point numbers'],
    ['row.size mod 1.5 = 1', '`mod` of numbers that can have a fraction'],
    ['(row.size / 2) rem 2 = 1', '`rem` of numbers that can have a fraction'],
    ['row.size * 1e300 = 1', 'arithmetic with so many operations, or such large numbers'],
    ['row.size + inf = 1', 'arithmetic with so many operations, or such large numbers'],
    [`row.size${' + 1'.repeat(21)} > 3`, 'arithmetic with so many operations'],
    ['(row.size / 2) matches Integer', 'whether the result of arithmetic on columns is a whole number'],
    ['(row.size + 1).toFixed(1) = "3.0"', 'the method `toFixed` of the result of arithmetic on columns'],
    ['row.comments.length < row.size + 1', 'the number of `comments` and the result of arithmetic'],
    ['row.comments.length < row.tags.length', 'the number of `comments` and the number of `tags`'],
    [
      'row.comments.length = row.createdAt',
      'the number of `comments` and `createdAt`, which is not a whole number',
    ],
    ['row.comments.length + 1 > 3', 'arithmetic on the number of the related rows `comments`'],
    [
      'row.createdAt.getDay() = 1',
      '`getDay` of the column `createdAt`, which depends on the time zone of the process',
    ],
    ['row.createdAt.toISOString() = "a"', 'the method `toISOString` of the column `createdAt`'],
    ['row.title.toLowerCase() = "é"', '`toLowerCase` compared with a text that has other characters'],
    [
      'row.title.toLowerCase() = row.title',
      'the column `title` in lower case compared with the column `title`',
    ],
    ['row.title.toLowerCase() < "b"', 'the order of the column `title` in lower case'],
    ['row.title.toLowerCase().includes("b")', 'the method `includes` of the column `title` in lower case'],
    ['row.title.concat("-x") = row.title', 'the column `title` joined with a known text compared with'],
    ['row.title.concat(row.title) = "aa"', '`concat` of two columns'],
    ['row.title.concat("-x") < "b"', 'the order of the column `title` joined with a known text'],
    ['row.title.concat("-x").length = 3', '`length` of the column `title` joined with a known text'],
    ['row.size.concat("-x") = "1-x"', 'the method `concat` of the column `size`'],
    ['row.title.toUpperCase() = "A"', 'the method `toUpperCase` of the column `title`'],
    ['row.size.toLowerCase() = "a"', 'the method `toLowerCase` of the column `size`'],
    ['row.title.includes("\u{d83d}")', '`includes` with a text that has half of a character'],
    ['row.title.startsWith("a", 1)', 'the method `startsWith` of the column `title`'],
    ['row.details.level = 1', 'the JSON `details`, which can also be of the type `Plan`'],
    ['row.archive()', 'the method `archive` of a row of `Document`'],
    ['"a" in row.rates', 'the field `rates` of `Document`'],
    ['x in row.labels and x = "a"', '`in` over the column `labels` with the variable `x`'],
    ['row.owner in row.labels', '`in` over the column `labels` with a row of `User`'],
    ['"\u{d83d}" in row.labels', '`in` with a text that has half of a character'],
    ['row.labels = ["a"]', 'the list in the column `labels` as a value'],
    ['row.labels = [row.title]', 'the list in the column `labels` as a value'],
    ['row.levels = nil', 'the list in the column `levels` as a value'],
    ['row.labels matches List', 'the type of the list in the column `labels`'],
    ['row.labels.length > 1', '`length` of the column `labels`'],
    ['row.labels.includes("a")', 'the method `includes` of the column `labels`'],
    ['row.comments = []', 'the related rows `comments` as a value'],
    ['row.createdAt < row.size', 'the order of the date `createdAt` and a number'],
    ['row matches Draft', 'whether a row of `Document` is also of the type `Draft`'],
  ])('throws POLAR_FILTER_UNTRANSLATABLE for `%s`, with its place', async (body, construct) => {
    const error = await conditionOf(body).catch((thrown: unknown) => thrown);
    if (!isPolarError(error)) throw error;
    expect(error).toMatchObject({ code: 'POLAR_FILTER_UNTRANSLATABLE', line: 1, data: { rule: 'allow' } });
    expect(error.message).toContain(`a filter cannot express ${construct}`);
  });

  it('decides by the declared type that a row without the field of a discriminator is not of the type', async () => {
    const authorizer = await Authorizer.load({
      policies: `
        allow(_: User, "read", invoice: Invoice) if invoice.isPaid;
        allow(_: User, "read", document: Document) if not sealed(document) and document.isPublic;
        sealed(_: Invoice);`,
      types: {
        ...types,
        Invoice: { discriminator: { kind: 'invoice' }, fields: { kind: 'String', isPaid: 'Boolean' } },
      },
    });
    const condition = async (type: string) => shown((await authorizer.where(alice, 'read', type)).condition);
    expect(await condition('Document')).toBe('isPublic');
    expect(await condition('Invoice')).toBe('(kind = "invoice" and isPaid)');
  });

  it('throws POLAR_FILTER_UNTRANSLATABLE even where another rule allows every row', async () => {
    await expect(conditionOf('row.isPublic or row.archive()')).rejects.toMatchObject({
      code: 'POLAR_FILTER_UNTRANSLATABLE',
    });
  });

  it('throws POLAR_FILTER_UNTRANSLATABLE for a recursion that also depends on another row', async () => {
    const authorizer = await Authorizer.load({
      policies: `
        allow(_, "read", row: Document) if above(row, row.folder);
        above(row, folder: Folder) if folder.id = row.size;
        above(row, folder: Folder) if above(row, folder.parent);
      `,
      types,
    });
    await expect(authorizer.where(alice, 'read', 'Document')).rejects.toMatchObject({
      code: 'POLAR_FILTER_UNTRANSLATABLE',
    });
  });

  it('throws POLAR_FILTER_TOO_LARGE for nested negations whose filter would fill the memory', async () => {
    let nested = 'row.size < 5';
    for (let i = 0; i < 30; i++) nested = `not (${nested} and row.ownerId < ${i})`;
    await expect(conditionOf(nested)).rejects.toMatchObject({ code: 'POLAR_FILTER_TOO_LARGE' });
  });

  it('throws POLAR_FILTER_NO_FIELDS for a type whose columns are not declared', async () => {
    const authorizer = await Authorizer.load({ policies: 'allow(_, "read", _: Draft);', types });
    await expect(authorizer.where(alice, 'read', 'Draft')).rejects.toMatchObject({
      code: 'POLAR_FILTER_NO_FIELDS',
    });
  });

  it('throws what the application throws, with the place in the policy', async () => {
    class Session {
      get team(): never {
        throw new Error('no database');
      }
    }
    const authorizer = await Authorizer.load({
      policies: 'allow(session: Session, "read", row: Document) if row.size = session.team;',
      types: { ...types, Session },
    });
    await expect(authorizer.where(new Session(), 'read', 'Document')).rejects.toMatchObject({
      code: 'POLAR_RUN_HOST_ERROR',
      line: 1,
    });
  });

  it.each([
    [[5], 'not size in [1,5]'],
    [['5'], 'not (size = 1 or undecided)'],
    [new Set([5]), 'not size in [1,5]'],
    [new Set(['5']), 'not (size = 1 or undecided)'],
    [[Promise.resolve(5)], 'not size in [1,5]'],
    [[Promise.resolve('5')], 'not (size = 1 or undecided)'],
  ])('finds only rows for which the declared list %o in another list is decided', async (sizes, expected) => {
    const authorizer = await Authorizer.load({
      policies:
        'allow(user: User, "read", row: Document) if sizes = user.sizes and not row.size in [1, *sizes];',
      types: { ...types, User: { fields: { id: 'Integer', sizes: ['Integer'] } } },
    });
    const { condition } = await authorizer.where(typed('User', { sizes }), 'read', 'Document');
    expect(shown(condition)).toBe(expected);
  });

  it('ends at the limits of the authorizer', async () => {
    const policies = `
      allow(actor, "read", row: Document) if loop(actor, 1) and row.isPublic;
      loop(actor, n) if loop(actor, n + 1);
    `;
    const authorizer = await Authorizer.load({ policies, types, limits: { maxSteps: 500 } });
    await expect(authorizer.where(alice, 'read', 'Document')).rejects.toMatchObject({
      code: 'POLAR_RUN_STEP_LIMIT',
    });
  });

  it.each([
    ['a promise that never settles', 'row.size = actor.size', { size: new Promise(() => {}) }],
    ['an iterator without an end', 'row.size in actor.sizes', { sizes: endless() }],
  ])('ends at the limits for %s', async (_, body, actor) => {
    const authorizer = await Authorizer.load({
      policies: `allow(actor, "read", row: Document) if ${body};`,
      types,
      limits: { timeoutMs: 20, maxSteps: 1_000 },
    });
    await expect(authorizer.where(actor, 'read', 'Document')).rejects.toMatchObject({
      code: expect.stringMatching(/^POLAR_RUN_(TIMEOUT|STEP_LIMIT)$/) as string,
    });
  });

  it('ends when its signal is aborted while it awaits a promise', async () => {
    const authorizer = await Authorizer.load({
      policies: 'allow(actor, "read", row: Document) if row.size = actor.size;',
      types,
    });
    const controller = new AbortController();
    const actor = { size: new Promise(() => {}) };
    const condition = authorizer.where(actor, 'read', 'Document', { signal: controller.signal });
    controller.abort();
    await expect(condition).rejects.toMatchObject({ code: 'POLAR_RUN_ABORTED' });
  });

  it('handles the rejection of a promise while it awaits another one', async () => {
    const authorizer = await Authorizer.load({
      policies: 'allow(actor, "read", row: Document) if row.size in actor.sizes;',
      types,
    });
    const later = new Promise((resolve) => setImmediate(() => setImmediate(resolve, 1)));
    const actor = { sizes: [later, Promise.reject(new Error('no database'))] };
    await expect(authorizer.where(actor, 'read', 'Document')).rejects.toMatchObject({
      code: 'POLAR_RUN_HOST_ERROR',
    });
  });

  it.each([
    'row.createdAt in actor.dates',
    'row.createdAt = actor.name',
    'row.createdAt = row.owner',
    'row.owner = nil',
    'row.owner = 7',
  ])('throws POLAR_FILTER_UNTRANSLATABLE for `%s` where a function decides equality', async (body) => {
    const authorizer = await Authorizer.load({
      policies: `allow(actor, "read", row: Document) if actor = actor and ${body};`,
      types,
      equality: () => true,
      onWarning: () => {},
    });
    const actor = { name: 'alice', dates: [new Date(0)] };
    await expect(authorizer.where(actor, 'read', 'Document')).rejects.toMatchObject({
      code: 'POLAR_FILTER_UNTRANSLATABLE',
    });
  });

  it('reads a column of Date where Date is a type of the application', async () => {
    const authorizer = await Authorizer.load({
      policies: 'allow(_, "read", row: Document) if row.createdAt matches Date and row.createdAt < 5;',
      types: { ...types, Date },
    });
    const { condition } = await authorizer.where(alice, 'read', 'Document');
    expect(shown(condition)).toBe('createdAt < "1970-01-01T00:00:00.005Z"');
  });
});

function* endless(): Generator<number> {
  for (let i = 0; ; i++) yield i;
}
