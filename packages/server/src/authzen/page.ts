import { optionalObject, own } from '../messages/access-request.js';
import type { JsonObject } from '../messages/read-body.js';
import { badRequest } from '../messages/request-error.js';
import type { Exchange } from './exchange.js';
import type { PagePlace, Position } from './page-tokens.js';

/** The results of one page, and the place of the next one; undefined at the end. */
export interface Found<Result> {
  readonly results: readonly Result[];
  readonly next: Position | undefined;
}

/** The answer to a search. */
export interface SearchAnswer<Result> {
  readonly results: readonly Result[];
  readonly page?: { readonly next_token: string; readonly count: number };
}

/** The page that a request wants. */
interface WantedPage {
  readonly limit: number;
  /** The start of the page; undefined for the first one. */
  readonly position: Position | undefined;
}

/**
 * Answers a search, page by page.
 *
 * @param signed the parts of the request for which a token is valid
 * @param search finds at most `limit` results from a position on
 */
export async function answerPage<Result>(
  exchange: Exchange,
  message: JsonObject,
  signed: JsonObject,
  search: (limit: number, position: Position | undefined) => Promise<Found<Result>>,
): Promise<SearchAnswer<Result>> {
  const request = { ...signed, caller: exchange.caller.name };
  const { limit, position } = await wantedPage(exchange, message, request);
  const { results, next } = await exchange.deadline.within(search(limit, position));
  // Clients that want no pages may compare the whole answer.
  if (own(message, 'page') === undefined && next === undefined) return { results };
  const place: PagePlace | undefined = next === undefined ? undefined : { position: next, limit };
  const next_token = place === undefined ? '' : await exchange.server.pageTokens.create(place, request);
  return { results, page: { next_token, count: results.length } };
}

async function wantedPage(
  { server: { limits, pageTokens } }: Exchange,
  message: JsonObject,
  request: JsonObject,
): Promise<WantedPage> {
  const page = optionalObject(message, 'page');
  const wanted = own(page, 'limit') as number | undefined;
  if (wanted !== undefined && !(Number.isSafeInteger(wanted) && wanted > 0))
    throw badRequest('`page.limit` must be a positive whole number');
  const limit = Math.min(wanted ?? limits.results, limits.results);
  const token = own(page, 'token');
  if (token !== undefined && typeof token !== 'string') throw badRequest('`page.token` must be a string');
  if (token === undefined || token === '') return { limit, position: undefined };
  const place = await pageTokens.read(token, request);
  if (wanted !== undefined && limit !== place.limit)
    throw badRequest('`page.limit` must be the same for each page');
  return place;
}
