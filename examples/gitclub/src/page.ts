import type { ListOptions } from '@nanook/core';
import type { RequestAuthorization } from '@nanook/http';

/** The query string of a list: `?take=20&after=…`. */
export type PageQuery = Readonly<Record<string, unknown>>;

/** A page of rows, the number of rows on all pages, and the cursor of the next page, if one exists. */
export interface Page {
  readonly rows: readonly object[];
  readonly total: number;
  readonly next: string | undefined;
}

/** Returns a page of the rows that the actor may read: one query for the page, and one for the total. */
export async function readPage(
  authz: RequestAuthorization,
  type: string,
  query: PageQuery,
  options: Pick<ListOptions, 'where' | 'orderBy'> = {},
): Promise<Page> {
  const { take = 20, after } = query;
  const page = await authz.list('read', type, {
    ...options,
    // A client must not load the whole table as one page.
    take: Math.min(Math.max(Math.trunc(Number(take)) || 20, 1), 100),
    after: typeof after === 'string' ? after : undefined,
  });
  const { where } = options;
  return { ...page, total: await authz.count('read', type, { where }) };
}
