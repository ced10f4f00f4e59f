import { Injectable } from '@nestjs/common';

/**
 * The outcome of the audit. The guard asks for it with each call: an application whose audit failed answers nothing, also when
 * its failed start was caught, and one that nothing has audited yet is audited by its first call.
 */
@Injectable()
export class AuditState {
  #audit: (() => void) | undefined;
  #outcome: 'passed' | { readonly error: unknown } | undefined;

  /** @param audit throws what is wrong with the application, where that stops it */
  use(audit: () => void): void {
    this.#audit = audit;
  }

  get isPending(): boolean {
    return this.#outcome === undefined;
  }

  /** Audits the application, also when that was done before: its configuration may have changed. @throws what the audit throws */
  run(): void {
    try {
      this.#audit?.();
      this.#outcome = 'passed';
    } catch (error) {
      this.#outcome = { error };
      throw error;
    }
  }

  /** Makes the audit fail afterwards: from now on the application answers nothing. */
  fail(error: unknown): void {
    this.#outcome = { error };
  }

  /** @throws what the audit threw; it runs where it has not yet */
  assertPassed(): void {
    if (this.#outcome === 'passed') return;
    if (this.#outcome === undefined) return this.run();
    throw this.#outcome.error;
  }
}
