import { messageOf } from '@nanook/cli/tools';
import type { LoadedProject } from './load-project.js';
import type { Question } from './project-text.js';
import { createDebugSession, type DebugSession, type Movement, type StopView } from '@nanook/core/debug';

/** The place at which a query has stopped, and its end. */
export interface Stop {
  /** Undefined before the first step, and for a query without one. */
  readonly view: StopView | undefined;
  /** The outcome if the query has ended here. */
  readonly end: 'allowed' | 'denied' | undefined;
  /** The error that has ended the query. */
  readonly error: string | undefined;
}

/** Steps through the check of a question, forward and back. */
export class Stepper {
  readonly #session: DebugSession;

  constructor(loaded: LoadedProject, { actor, action, resource }: Question) {
    this.#session = createDebugSession(loaded.authorizer, 'allow(actor, action, resource)', {
      bindings: { actor: loaded.valueOf(actor), action, resource: loaded.valueOf(resource) },
    });
  }

  /** Moves to another step. `reverse` goes to the first one. */
  async move(movement: Movement): Promise<Stop> {
    try {
      if (movement === 'back' || movement === 'reverse') return this.#stopped(this.#session.back(movement));
      const progress = await this.#session.forward(movement);
      if (typeof progress !== 'string') return this.#stopped(progress);
      return { view: undefined, end: progress === 'answer' ? 'allowed' : 'denied', error: undefined };
    } catch (error) {
      return { view: undefined, end: undefined, error: messageOf(error) };
    }
  }

  dispose(): void {
    this.#session.dispose();
  }

  #stopped(halt: Parameters<DebugSession['view']>[0]): Stop {
    const view = this.#session.view(halt);
    return { view, end: view.reason === 'answer' ? 'allowed' : undefined, error: undefined };
  }
}
