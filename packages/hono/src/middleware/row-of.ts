import type { RowKey, TypeReference } from '@nanook/core';
import { rowSource } from '@nanook/http';
import type { Context } from 'hono';

/**
 * Creates the source of a requirement that loads a row by its key and decides about it with one query, on the database of the authorizer (its
 * option `resources`). No related row must be loaded: the row is the one that `list` returns.
 *
 * @param type the type of the row: its name, its class, or the result of `authorizer.type(name)`
 * @param key returns the key from a request; convert it to the type that the key has. `null`, `undefined` and `NaN` are answered with 404
 * @example
 * const findNote = rowOf('Note', (c) => Number(c.req.param('id')));
 * app.get('/notes/:id', authorize('read', findNote), (c) => c.json(c.var.authz.resource));
 */
export const rowOf = <Row = unknown, Path extends string = `/:${string}`>(
  type: TypeReference,
  // oxlint-disable-next-line typescript/no-explicit-any -- as in Loader
  key: (c: Context<any, Path>) => RowKey | null | undefined,
  // oxlint-disable-next-line typescript/no-explicit-any -- as in Loader
): ((c: Context<any, Path>) => Promise<Row>) => rowSource<[Context<any, Path>], Row>(type, key);
