import { isPolarError, type Explanation } from '@nanook/core';
import { messageOf, UsageError } from '@nanook/cli/tools';
import { decisionTime } from './decision-time.js';
import type { LoadedProject } from './load-project.js';
import type { Question } from './project-text.js';

/** The answer to a question. An error of a check or of this page is never an outcome. */
export type Answer =
  | {
      readonly kind: 'decision';
      readonly question: Question;
      readonly outcome: Explanation['outcome'];
      readonly explanation: Explanation;
      /** The duration of a check of the engine in milliseconds; undefined for an undecided answer. */
      readonly durationMs: number | undefined;
      /** Whether the project that is explored has decided, because the page lacks a part of it. */
      readonly isOfProject?: boolean;
    }
  /** The question cannot be asked: a name is missing or unknown. */
  | { readonly kind: 'no question'; readonly question: Question; readonly message: string }
  /** The check has ended in an error, such as an exceeded limit. */
  | { readonly kind: 'error'; readonly question: Question; readonly message: string };

/** Asks whether an actor may perform an action on a resource, with all reasons. */
export async function ask(loaded: LoadedProject, question: Question): Promise<Answer> {
  const { authorizer, names } = loaded;
  const missing = missingPart(question);
  if (missing !== undefined) return { kind: 'no question', question, message: `choose ${missing}` };
  try {
    const [actor, resource] = [loaded.valueOf(question.actor), loaded.valueOf(question.resource)];
    const explanation = await authorizer.explain(actor, question.action, resource, { names });
    const { outcome } = explanation;
    const durationMs =
      outcome === 'undecided'
        ? undefined
        : await decisionTime(() => authorizer.can(actor, question.action, resource));
    return { kind: 'decision', question, outcome, explanation, durationMs };
  } catch (error) {
    if (error instanceof UsageError) return { kind: 'no question', question, message: error.message };
    if (isPolarError(error)) return { kind: 'error', question, message: error.message };
    return { kind: 'error', question, message: `this page has failed: ${messageOf(error)}` };
  }
}

function missingPart({ actor, action, resource }: Question): string | undefined {
  if (actor === '') return 'an actor';
  if (action === '') return 'an action';
  return resource === '' ? 'a resource' : undefined;
}

/** Returns the actions that a policy can allow on a resource, and its other actions. */
export function actionsFor(
  { authorizer, vocabulary, valueOf }: LoadedProject,
  resource: string,
): { readonly own: readonly string[]; readonly others: readonly string[] } {
  const all = authorizer.policy.actions();
  const own = new Set<string>();
  const { types } = vocabulary();
  const isType = types.some(({ type }) => type === resource);
  for (const type of typesOf(resource)) {
    const names = types.find((each) => each.type === type);
    for (const action of (isType ? names?.typeActions : names?.actions) ?? []) own.add(action);
  }
  return { own: [...own], others: all.filter((action) => !own.has(action)) };

  function typesOf(name: string): readonly string[] {
    if (isType) return [name];
    try {
      return authorizer.policy.typesOf(valueOf(name));
    } catch {
      return [];
    }
  }
}

/** Returns a question whose names exist: a name that is missing or unknown becomes the first that fits. */
export function completed(loaded: LoadedProject, question: Question): Question {
  const isValue = (name: string): boolean => {
    try {
      return name !== '' && loaded.valueOf(name) !== undefined;
    } catch {
      return false;
    }
  };
  const actor = isValue(question.actor) ? question.actor : (loaded.actors[0] ?? '');
  const resource = isValue(question.resource)
    ? question.resource
    : (loaded.resources.find((name) => name !== actor) ?? '');
  return {
    actor,
    action: question.action === '' ? firstAction(loaded, resource) : question.action,
    resource,
  };
}

function firstAction(loaded: LoadedProject, resource: string): string {
  const { own, others } = actionsFor(loaded, resource);
  return own[0] ?? others[0] ?? '';
}
