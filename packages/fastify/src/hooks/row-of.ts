import type { RowKey, TypeReference } from '@nanook/core';
import { rowSource } from '@nanook/http';
import type { FastifyRequest } from 'fastify';

/**
 * Creates the source of a requirement that loads a row by its key and decides about it with one query, on the database of the authorizer (its
 * option `resources`). No related row must be loaded: the row is the one that `list` returns.
 *
 * @param type the type of the row: its name, its class, or the result of `authorizer.type(name)`
 * @param key returns the key from a request; convert it to the type that the key has. `null`, `undefined` and `NaN` are answered with 404
 * @example
 * const findNote = rowOf('Note', (request) => Number(request.params.id));
 * app.get('/notes/:id', { preHandler: authorize('read', findNote) }, (request) => request.authz.resource);
 */
// oxlint-disable-next-line typescript/no-explicit-any -- as in Loader
export const rowOf = <Row = unknown, Params = any>(
  type: TypeReference,
  key: (request: FastifyRequest<{ Params: Params }>) => RowKey | null | undefined,
): ((request: FastifyRequest<{ Params: Params }>) => Promise<Row>) =>
  rowSource<[FastifyRequest<{ Params: Params }>], Row>(type, key);
