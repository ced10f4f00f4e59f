import { isUndecided, type Authorizer, type DecisionOutcome } from '@nanook/core';

/** The outcome of a check; `error` for a check that has failed, which is never shown as a denial. */
export type CheckOutcome = 'allowed' | 'denied' | 'undecided' | 'error';

export async function decide(
  authorizer: Authorizer,
  actor: unknown,
  action: string,
  resource: unknown,
): Promise<CheckOutcome> {
  try {
    return (await authorizer.can(actor, action, resource)) ? 'allowed' : 'denied';
  } catch (error) {
    return isUndecided(error) ? 'undecided' : 'error';
  }
}

/** The sign and the word of each outcome, so that no meaning depends on a color alone. */
export const signs: Readonly<Record<CheckOutcome | DecisionOutcome, string>> = {
  allowed: '✓',
  denied: '✗',
  undecided: '?',
  error: '!',
};

/** Lets the browser draw if the last pause was a frame ago. */
export class Pauses {
  #last = performance.now();

  async pauseIfNeeded(): Promise<void> {
    if (performance.now() - this.#last < 12) return;
    await new Promise((resolve) => setTimeout(resolve));
    this.#last = performance.now();
  }
}
