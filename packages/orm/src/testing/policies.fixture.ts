import { Authorizer, isUndecided, typed } from '@nanook/core';
import type { RowCondition } from '@nanook/core/filter';
import { objectsOf, randomTables, types, type Tables } from './world.fixture.js';

export const data: Tables = randomTables(7);
const { Document: documents, User: users } = objectsOf(data);
export const [user] = users as readonly [object];

/** The condition of a policy for the rows of a type, and the ids of the documents that `can` accepts, in ascending order. */
export async function listing(
  policies: string,
  type = 'Document',
): Promise<{ readonly condition: RowCondition; readonly allowed: readonly number[] }> {
  const authorizer = await Authorizer.load({ policies, types, onWarning: () => {} });
  const condition = await authorizer.where(typed('User', user), 'read', type);
  const isAllowed = (row: object): boolean => {
    try {
      return authorizer.canSync(typed('User', user), 'read', typed('Document', row));
    } catch (error) {
      if (isUndecided(error)) return false;
      throw error;
    }
  };
  const rows = documents as readonly { readonly id: number }[];
  const allowed = rows.filter((row) => isAllowed(row)).map(({ id }) => id);
  return { condition, allowed };
}

/** Several related rows satisfy the condition, so a join would return a document more than once. */
export const toMany = `
  allow(_: User, "read", document: Document) if
    comment in document.comments and (comment.rank < 5 or comment.author.active);`;

/** An `or` needs brackets beside other conditions. */
export const either = `
  allow(_: User, "read", document: Document) if document.isPublic or document.priority > 2;`;

/** Values that end a literal, look like placeholders, or differ by case from a stored text. */
export const hostileTexts = `
  allow(_: User, "read", document: Document) if document.title in ["o'?:x $1", "admin"];
  allow(_: User, "read", document: Document) if document.status = "o'?:x $1";`;

/** More values than a query lists one by one. */
export const longList = `
  allow(_: User, "read", document: Document) if
    document.status in [${Array.from({ length: 600 }, (_, i) => `"${i}"`).join(', ')}, "admin"];`;

export const nothing = 'allow(_: User, "write", _: Document);';
