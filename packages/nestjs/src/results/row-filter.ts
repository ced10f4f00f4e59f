import { isUndecided, type Class, type RowCondition, type TypeToken } from '@nanook/core';
import type { RequestAuthorization } from '@nanook/http';
import { tagged } from './row-type.js';

/** Returns whether a list keeps the element. An undecided element is left out, as in every enumeration. */
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

/** The filter of `@AuthorizedWhere`, which checks each row. */
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
    return allowsElement(this.authz, this.action, tagged(await row, this.type));
  }

  async filter(rows: Iterable<Row> | PromiseLike<Iterable<Row>>): Promise<Awaited<Row>[]> {
    const awaited = await Promise.all(await rows);
    const allowed = await Promise.all(awaited.map((row) => this.allows(row as Row)));
    return awaited.filter((_, i) => allowed[i]);
  }

  condition(): Promise<RowCondition> {
    return this.authz.where(this.action, this.type);
  }
}
