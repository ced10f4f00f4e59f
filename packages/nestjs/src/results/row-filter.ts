import { isUndecided, typed, type Class, type TypeToken } from '@nanook/core';
import type { RequestAuthorization } from '@nanook/http';

/** Whether a list keeps the element: what is undecided is left out, as of every enumeration. */
export async function allowsElement(
  authz: RequestAuthorization,
  action: string,
  element: unknown,
): Promise<boolean> {
  try {
    return await authz.can(action, element);
  } catch (error) {
    if (isUndecided(error)) return false;
    throw error;
  }
}

/** What `@AuthorizedWhere` hands over: the policy, asked about each row. */
export class RowFilter<Row> {
  readonly type: Class | TypeToken;

  constructor(
    private readonly authz: RequestAuthorization,
    readonly action: string,
    type: Class | TypeToken | string,
  ) {
    this.type = typeof type === 'string' ? authz.authorizer.type(type) : type;
  }

  async allows(row: Row): Promise<boolean> {
    return allowsElement(this.authz, this.action, this.#typed(await row));
  }

  async filter(rows: Iterable<Row> | PromiseLike<Iterable<Row>>): Promise<Awaited<Row>[]> {
    const awaited = await Promise.all(await rows);
    const allowed = await Promise.all(awaited.map((row) => this.allows(row as Row)));
    return awaited.filter((_, i) => allowed[i]);
  }

  /** A row of a type without a class shows no type. */
  #typed(row: unknown): unknown {
    const isRow = typeof row === 'object' && row !== null;
    return isRow && typeof this.type !== 'function' ? typed(this.type.name, row) : row;
  }
}
