import { describe, expect, it } from 'vitest';
import { withoutTests } from '../filter/row-filter.js';
import { Authorizer, isPolarError } from '../index.js';

class User {
  constructor(readonly isBoss: boolean) {}
}
class Admin extends User {}

const types = {
  User: { class: User, fields: { isBoss: Boolean } },
  Admin: { class: Admin },
  Document: { key: 'id', fields: { id: 'Integer', size: 'Integer', isPublic: Boolean } },
} as const;

async function filterOf(policies: string, actor: unknown) {
  const authorizer = await Authorizer.load({ policies, types, onWarning: () => {} });
  return withoutTests(
    (await authorizer.where(actor, 'read', 'Document')).filter,
    () => true,
    () => 'equality',
  );
}

/** The filter of the rows whose size is this number. */
const sizeIs = (size: number) => ({
  kind: 'compare',
  operator: '=',
  left: { field: 'size' },
  right: { value: size },
});

const user = new User(false);
const boss = new User(true);
const admin = new Admin(false);

describe('where() in a policy with a cut', () => {
  it.each([
    ['an `in`', 'x in [1, 2] and cut and row.size = x'],
    ['an `or`', '(x = 1 or x = 2) and cut and row.size = x'],
    ['the rules of a call', 'one_of(x) and cut and row.size = x'],
    ['an `in` within the rule of a call', 'listed(x) and cut and row.size = x'],
  ])('follows only the first alternative of %s before the cut', async (_, body) => {
    const policies = `
      allow(_, "read", row: Document) if ${body};
      one_of(1);
      one_of(2);
      listed(x) if x in [1, 2];
    `;
    expect(await filterOf(policies, user)).toMatchObject(sizeIs(1));
  });

  it('tries the rules of the most specific type first', async () => {
    const policies = `
      allow(actor, "read", row: Document) if level(actor, x) and row.size = x;
      level(_: User, x) if cut and x = 1;
      level(_: Admin, x) if cut and x = 2;
    `;
    expect(await filterOf(policies, user)).toMatchObject(sizeIs(1));
    expect(await filterOf(policies, admin)).toMatchObject(sizeIs(2));
  });

  it('keeps the alternatives outside a negation that has the cut', async () => {
    const policies = `
      allow(actor, "read", row: Document) if ok(actor, row);
      ok(actor, row) if not (actor.isBoss and cut and row.isPublic);
      ok(_, row) if row.size = 1;
    `;
    expect(await filterOf(policies, boss)).toMatchObject({
      kind: 'or',
      parts: [{ left: { field: 'isPublic' } }, sizeIs(1)],
    });
  });

  it('throws POLAR_FILTER_UNTRANSLATABLE where the row decides which rule is more specific', async () => {
    const policies = `
      allow(_, "read", row: Document) if ok(row);
      ok(row: Document) if row.isPublic;
      ok(_: Resource) if cut and false;
      resource Document { permissions = ["read"]; }
    `;
    const error = await filterOf(policies, user).catch((thrown: unknown) => thrown);
    if (!isPolarError(error)) throw error;
    expect(error.code).toBe('POLAR_FILTER_UNTRANSLATABLE');
    expect(error.message).toContain('a cut where the order of the rules depends on the row');
  });
});
