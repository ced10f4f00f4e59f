import { addPolicy, Debugger, debugCheck, debugQuery } from '@nanook/core/debug';
import { requireQuery } from '../commands/query.js';
import type { Opened } from '../commands/opened.js';
import { UsageError } from '../errors/usage-error.js';
import { bindingsOf } from '../values/bindings-of.js';

/** A query or a check of a project that is debugged in this process. */
export interface LocalQuery {
  readonly target: Debugger;
  /** Runs to the end. Returns the number of answers, or whether the action is allowed. */
  readonly run: () => Promise<number | boolean>;
}

/**
 * Prepares a query or a check. It stops before its first goal.
 *
 * @param words a query, or an actor, an action and a resource
 * @throws {UsageError} for other words
 */
export async function localQuery(
  { authorizer, fixtures, value }: Opened,
  words: readonly string[],
  {
    stopsAtOutcomes,
    stopsAtStart = true,
  }: { readonly stopsAtOutcomes: boolean; readonly stopsAtStart?: boolean },
): Promise<LocalQuery> {
  const target = new Debugger({ stopsAtOutcomes });
  addPolicy(authorizer, target);
  if (stopsAtStart) await target.stopAtNextQuery();
  const [first = '', action = '', third = ''] = words;
  if (words.length === 3) {
    const [actor, resource] = [value(first), value(third)];
    return { target, run: () => debugCheck(authorizer, actor, action, resource, target) };
  }
  if (words.length !== 1)
    throw new UsageError('nanook debug expects a query, or an actor, an action and a resource');
  requireQuery(first);
  const bindings = bindingsOf(first, fixtures);
  return {
    target,
    run: async () => {
      let count = 0;
      const answers = debugQuery(authorizer, first, target, { bindings, acceptExpression: true });
      for await (const _answer of answers) count++;
      return count;
    },
  };
}
