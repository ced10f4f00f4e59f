import type { FactOptions, SentFactArgument } from './fact-options.js';
import { entityIn, own, type SentFact } from '../messages/access-request.js';
import { isJsonObject, type JsonObject } from '../messages/read-body.js';
import { badRequest } from '../messages/request-error.js';

/** The most facts of an evaluation. The policy is linked with each of them. */
const mostFacts = 100;

/**
 * Reads `context.facts`. A fact is never ignored, because it can also take a permission away.
 *
 * @param options the facts that callers may send
 * @throws {RequestError} 400 for another fact
 */
export function sentFactsOf(options: FactOptions, context: JsonObject): readonly SentFact[] {
  const facts = own(context, 'facts');
  if (facts === undefined) return [];
  if (!Array.isArray(facts)) throw badRequest('`context.facts` must be a list');
  if (facts.length > mostFacts) throw badRequest(`\`context.facts\` must have at most ${mostFacts} facts`);
  return facts.map((fact: unknown, i) => sentFact(options, fact, `context.facts[${i}]`));
}

function sentFact(options: FactOptions, fact: unknown, path: string): SentFact {
  if (!Array.isArray(fact)) throw badRequest(`\`${path}\` must be a list of a name and arguments`);
  const [name, ...args] = fact as readonly unknown[];
  const expected = typeof name === 'string' && Object.hasOwn(options, name) ? options[name] : undefined;
  if (typeof name !== 'string' || expected === undefined)
    throw badRequest(`\`${path}\` is not a fact that callers may send`);
  if (args.length !== expected.length)
    throw badRequest(`\`${path}\` must have ${expected.length} arguments after the name`);
  return { name, args: args.map((arg, j) => argumentOf(expected[j]!, arg, `${path}[${j + 1}]`)) };
}

function argumentOf(expected: SentFactArgument, arg: unknown, path: string): SentFact['args'][number] {
  if ('values' in expected) {
    const value = expected.values.find((each) => each === arg);
    if (value === undefined) throw badRequest(`\`${path}\` is not a value that callers may send`);
    return value;
  }
  if (!isJsonObject(arg)) throw badRequest(`\`${path}\` must be an object with \`type\` and \`id\``);
  const entity = entityIn(arg, path);
  if (entity.type !== expected.entity)
    throw badRequest(`\`${path}.type\` must be ${JSON.stringify(expected.entity)}`);
  return entity;
}
