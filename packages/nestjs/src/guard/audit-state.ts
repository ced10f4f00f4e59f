import { Injectable } from '@nestjs/common';

/**
 * The outcome of the audit. The guard reads it in each call: after a failed audit, every call is refused, even if the application caught
 * the error of its start. If the audit has not run yet, the first call runs it.
 */
@Injectable()
export class AuditState {
  #audit: (() => void) | undefined;
  #outcome: 'passed' | { readonly error: unknown } | undefined;

  /** Sets the audit, which throws an error that stops the application. */
  use(audit: () => void): void {
    this.#audit = audit;
  }

  /** Returns whether the audit has not run yet. */
  get isPending(): boolean {
    return this.#outcome === undefined;
  }

  /** Runs the audit, also if it has run before, because the configuration can have changed. @throws the error of the audit */
  run(): void {
    try {
      this.#audit?.();
      this.#outcome = 'passed';
    } catch (error) {
      this.#outcome = { error };
      throw error;
    }
  }

  /** Makes the audit fail after it has passed: from now on, every call is refused. */
  fail(error: unknown): void {
    this.#outcome = { error };
  }

  /** Runs the audit if it has not run. @throws the error of the audit */
  assertPassed(): void {
    if (this.#outcome === 'passed') return;
    if (this.#outcome === undefined) return this.run();
    throw this.#outcome.error;
  }
}
