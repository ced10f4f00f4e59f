import type { Authorizer } from '../authorization/authorizer.js';
import { isUndecided } from '../diagnostics/polar-error.js';
import { typed } from '../types/typed.js';

/** Options for {@link expectFilterMatches}. */
export interface FilterExpectation {
  readonly actor: unknown;
  readonly action: string;
  /** The name of the type of the rows. */
  readonly type: string;
  /** All rows of the test data, with the related rows that the policy reads. */
  readonly rows: Iterable<object>;
  /** The rows that the filtered query returned. Their key is enough. */
  readonly listed: Iterable<object>;
  /** The field that identifies a row. Default: the declared key of the type, else `id`. */
  readonly key?: string;
}

/**
 * Checks that a filtered query returned exactly the rows for which `can` returns `true`.
 *
 * @throws {Error} that names the rows that are listed and not allowed, and the rows that are allowed and not listed
 * @example
 * const listed = await db.selectFrom('notes').selectAll().where(list(await authorizer.where(ann, 'read', 'Note'))).execute();
 * await expectFilterMatches(authorizer, { actor: ann, action: 'read', type: 'Note', rows: await loadAllNotes(), listed });
 */
export async function expectFilterMatches(
  authorizer: Authorizer,
  { actor, action, type, rows, listed, key }: FilterExpectation,
): Promise<void> {
  const { row } = await authorizer.where(actor, action, type);
  const fields = key === undefined ? (row.type.key ?? ['id']) : [key];
  const keyOf = (each: object): string =>
    JSON.stringify(fields.map((field) => (each as Record<string, unknown>)[field]));
  const found = new Set(Array.from(listed, keyOf));
  const allowed = new Set<string>();
  for (const each of rows)
    if (await isAllowed(authorizer, actor, action, type, each)) allowed.add(keyOf(each));
  const tooMany = [...found].filter((each) => !allowed.has(each));
  const missing = [...allowed].filter((each) => !found.has(each));
  if (tooMany.length === 0 && missing.length === 0) return;
  throw new Error(
    [
      `expected the rows of \`${type}\` on which the actor may "${action}", by ${fields.join(', ')}`,
      ...(tooMany.length > 0 ? [`listed, but not allowed: ${tooMany.join(', ')}`] : []),
      ...(missing.length > 0 ? [`allowed, but not listed: ${missing.join(', ')}`] : []),
    ].join('\n'),
  );
}

/** An undecided row is not allowed. */
async function isAllowed(
  authorizer: Authorizer,
  actor: unknown,
  action: string,
  type: string,
  row: object,
): Promise<boolean> {
  const isTyped = authorizer.policy.typesOf(row).includes(type);
  try {
    return await authorizer.can(actor, action, isTyped ? row : typed(type, row));
  } catch (error) {
    if (isUndecided(error)) return false;
    throw error;
  }
}
