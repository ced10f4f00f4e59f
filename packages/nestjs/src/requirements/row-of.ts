import type { RowKey, TypeReference } from '@nanook/core';
import { rowSource } from '@nanook/http';

/**
 * Creates the source of a requirement that loads a row by its key and decides about it with one query, on the database of the authorizer (its
 * option `resources`). No related row must be loaded: the row is the one that `list` returns. The options `id` and `parse` of
 * `@Authorize` are about the key.
 *
 * @param type the type of the row: its name, its class, or the result of `authorizer.type(name)`
 * @example
 * @Get(':id') @Authorize('read', rowOf('Note'), { parse: Number }) show(@AuthorizedResource() note: Note) { return note; }
 */
export const rowOf = <Row = unknown>(type: TypeReference): (() => Promise<Row>) =>
  rowSource<[key?: RowKey], Row>(type, (key) => key);
