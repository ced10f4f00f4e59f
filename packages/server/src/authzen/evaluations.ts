import { optionalObject, own } from '../messages/access-request.js';
import { isJsonObject, type JsonObject } from '../messages/read-body.js';
import { badRequest, RequestError } from '../messages/request-error.js';
import { answerEvaluation, evaluate, evaluationOf, type EvaluationAnswer } from './evaluation.js';
import type { Exchange } from './exchange.js';

/** The decision after which a batch stops; undefined if all items are decided. */
const lastDecisions = new Map<string, boolean | undefined>([
  ['execute_all', undefined],
  ['deny_on_first_deny', false],
  ['permit_on_first_permit', true],
]);

/** Answers a batch. An error of an item fails only this item. Without items, the request is a single evaluation. */
export async function evaluateBatch(
  exchange: Exchange,
  message: JsonObject,
): Promise<EvaluationAnswer | { readonly evaluations: readonly EvaluationAnswer[] }> {
  const items = own(message, 'evaluations');
  if (items !== undefined && !Array.isArray(items)) throw badRequest('`evaluations` must be a list');
  const last = lastDecisionOf(message);
  if (items === undefined || items.length === 0) return evaluate(exchange, message);
  const { batchSize } = exchange.server.limits;
  if (items.length > batchSize) throw badRequest(`\`evaluations\` must have at most ${batchSize} items`);
  const explains = exchange.explains(message);
  const answer = (item: unknown): Promise<EvaluationAnswer> => answerItem(exchange, message, item, explains);
  if (last === undefined) return { evaluations: await Promise.all(items.map(answer)) };
  const evaluations: EvaluationAnswer[] = [];
  for (const item of items as readonly unknown[]) {
    // oxlint-disable-next-line no-await-in-loop -- a later item is decided only if no earlier one ends the batch
    const decided = await answer(item);
    evaluations.push(decided);
    if (decided.decision === last) break;
  }
  return { evaluations };
}

function lastDecisionOf(message: JsonObject): boolean | undefined {
  const semantic = own(optionalObject(message, 'options'), 'evaluations_semantic');
  if (semantic === undefined) return undefined;
  if (typeof semantic !== 'string' || !lastDecisions.has(semantic))
    throw badRequest(
      `\`options.evaluations_semantic\` must be one of ${[...lastDecisions.keys()].join(', ')}`,
    );
  return lastDecisions.get(semantic);
}

async function answerItem(
  exchange: Exchange,
  defaults: JsonObject,
  item: unknown,
  explains: boolean,
): Promise<EvaluationAnswer> {
  try {
    if (!isJsonObject(item)) throw badRequest('an item of `evaluations` must be an object');
    const request = evaluationOf(exchange, withDefaults(item, defaults));
    return await answerEvaluation(exchange, request, explains);
  } catch (error) {
    const { status, message } =
      error instanceof RequestError ? error : new RequestError(500, 'internal error');
    if (!(error instanceof RequestError)) exchange.server.report(error);
    return { decision: false, context: { error: { status, message } } };
  }
}

/** An item replaces each default as a whole. */
const withDefaults = (item: JsonObject, defaults: JsonObject): JsonObject =>
  Object.fromEntries(
    ['subject', 'action', 'resource', 'context'].flatMap((key) => {
      const value = own(Object.hasOwn(item, key) ? item : defaults, key);
      return value === undefined ? [] : [[key, value]];
    }),
  );
