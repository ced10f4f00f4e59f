import type { RowKey, TypeReference } from '@nanook/core';
import { rowSource } from '@nanook/http';
import type { Context } from 'koa';

/**
 * Creates the source of a requirement that loads a row by its key and decides about it with one query, on the database of the authorizer (its
 * option `resources`). No related row must be loaded: the row is the one that `list` returns. TypeScript cannot infer the
 * parameters of the path here.
 *
 * @param type the type of the row: its name, its class, or the result of `authorizer.type(name)`
 * @param key returns the key from a request; convert it to the type that the key has. `null`, `undefined` and `NaN` are answered with 404
 * @example
 * router.get('/notes/:id', authorize('read', rowOf('Note', (ctx) => Number(ctx.params.id))), (ctx) => (ctx.body = ctx.state.authz.resource));
 */
// oxlint-disable-next-line typescript/no-explicit-any -- as in Loader
export const rowOf = <Row = unknown, Params = any>(
  type: TypeReference,
  key: (ctx: Context & { params: Params }) => RowKey | null | undefined,
): ((ctx: Context & { params: Params }) => Promise<Row>) =>
  rowSource<[Context & { params: Params }], Row>(type, key);
