/** The approvals that were used. Several processes need a store that they share. */
export interface ApprovalStore {
  /**
   * Uses an approval.
   *
   * @param id the identifier of the approval
   * @param expiresAt the time after which the store may forget it
   * @returns `true` for the first use, also when several calls arrive at once; `false` for every other one
   */
  use(id: string, expiresAt: Date): boolean | PromiseLike<boolean>;
}

/** Keeps used approvals in the memory of this process. */
export class MemoryApprovalStore implements ApprovalStore {
  readonly #used = new Map<string, number>();

  use(id: string, expiresAt: Date): boolean {
    const now = Date.now();
    for (const [each, expires] of this.#used) {
      // Entries are in the order of their time, apart from a few.
      if (expires > now) break;
      this.#used.delete(each);
    }
    if (this.#used.has(id)) return false;
    this.#used.set(id, expiresAt.getTime());
    return true;
  }
}
