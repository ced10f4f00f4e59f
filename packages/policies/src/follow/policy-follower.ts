import { isPolarError, isPolicyError, type Authorizer } from '@nanook/core';
import { NanookPoliciesError, isNanookPoliciesError, reasonOf } from '../errors/nanook-policies-error.js';
import type { PolicySource, PublishedPolicy } from '../source/policy-source.js';
import { acceptPolicy, differencesOf, type AcceptedPolicy, type AcceptOptions } from './accept-policy.js';
import { sourceError } from './source-error.js';

/** The policy that a process uses. */
export interface PolicyStatus {
  readonly policyHash: string;
  readonly version: string | undefined;
  /** The revision; undefined before the first policy of the source, and for a source without revisions. */
  readonly revision: number | undefined;
  /** Whether the policy of the source is in use. */
  readonly isCurrent: boolean;
  /** The reason why it is not. */
  readonly error: unknown;
}

/** Options of `followPolicies`. */
export interface FollowOptions extends AcceptOptions {
  /**
   * Tests each new policy before it is used. If it throws or rejects, the policy is refused. It receives an authorizer with the new
   * policy, which records no decisions.
   */
  readonly check?: (next: Authorizer) => unknown;
  /** Called after each change of the policy. */
  readonly onChange?: (status: PolicyStatus) => void;
  /** Called for a policy that is refused, and for a source that cannot be read. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
  /** The time after which the source is read again without a notification. Default: 30,000. */
  readonly pollMs?: number;
  /** The time after which reading the source fails. Default: 5,000. */
  readonly timeoutMs?: number;
}

/** A source can answer with an old policy for a moment after its notification, if it reads from a replica. */
const mostRereads = 6;
const firstRereadMs = 25;
const firstRetryMs = 100;
const lastRetryMs = 5_000;

/** Keeps the policy of an authorizer the same as that of a source. `followPolicies` creates it. */
export class PolicyFollower {
  readonly #authorizer: Authorizer;
  readonly #source: PolicySource;
  readonly #options: FollowOptions;
  /** The tag of the policy that was used or refused last. */
  #tag: string | undefined;
  #revision: number | undefined;
  #error: unknown;
  #isCurrent = false;
  #isClosed = false;
  #running: Promise<void> | undefined;
  #isDirty = false;
  #failures = 0;
  /** The tag of a notification that no read has returned yet. */
  #announced: { readonly tag: string; rereads: number } | undefined;
  #reported: string | undefined;
  #poll: NodeJS.Timeout | undefined;
  #retryWatch: NodeJS.Timeout | undefined;
  #stopWatch: (() => Promise<void>) | undefined;

  /** @internal Use `followPolicies`. */
  constructor(authorizer: Authorizer, source: PolicySource, options: FollowOptions) {
    this.#authorizer = authorizer;
    this.#source = source;
    this.#options = options;
  }

  /** The policy that the authorizer uses. */
  get status(): PolicyStatus {
    return {
      policyHash: this.#authorizer.policyHash,
      version: this.#authorizer.policyVersion,
      revision: this.#revision,
      isCurrent: this.#isCurrent,
      error: this.#error,
    };
  }

  /** @internal Starts to watch, then reads the first policy. A policy that is published in between is not lost. */
  async start(): Promise<void> {
    await this.#watch(1);
    await this.refresh();
  }

  /**
   * Reads the source, and uses its policy if it is new. It never rejects: `status` and `onError` have the reason of a failure.
   *
   * @returns a promise that is fulfilled when a policy that was published before the call is in use or refused
   */
  refresh(): Promise<void> {
    this.#isDirty = true;
    this.#running ??= this.#refreshWhileDirty().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Ends the watch. The authorizer keeps its policy. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#poll);
    clearTimeout(this.#retryWatch);
    const stop = this.#stopWatch;
    this.#stopWatch = undefined;
    // A connection that is lost cannot end the watch properly, and needs not.
    await stop?.().catch(() => {});
    await this.#running;
  }

  async #refreshWhileDirty(): Promise<void> {
    while (this.#isDirty && !this.#isClosed) {
      this.#isDirty = false;
      // oxlint-disable-next-line no-await-in-loop -- one reload after the other
      await this.#refreshOnce();
    }
    this.#schedule();
  }

  async #refreshOnce(): Promise<void> {
    let published: PublishedPolicy | 'unchanged' | undefined;
    try {
      published = await this.#read();
      this.#failures = 0;
      if (published === undefined)
        throw new NanookPoliciesError('NANOOK_POLICIES_EMPTY', { source: this.#source.name });
    } catch (error) {
      this.#failures++;
      this.#fail(sourceError(this.#source, error));
      return;
    }
    this.#noteRead(published === 'unchanged' ? this.#tag : published.tag);
    if (published === 'unchanged' || published.tag === this.#tag || this.#isClosed) return;
    try {
      await this.#use(published);
      this.#tag = published.tag;
      this.#reported = undefined;
    } catch (error) {
      // The application may accept the policy later. Other reasons are part of the policy.
      if (!isCheckError(error)) this.#tag = published.tag;
      this.#fail(error);
    }
  }

  #noteRead(tag: string | undefined): void {
    const announced = this.#announced;
    if (announced === undefined) return;
    if (announced.tag === tag || ++announced.rereads > mostRereads) this.#announced = undefined;
  }

  async #read(): Promise<PublishedPolicy | 'unchanged' | undefined> {
    const { timeoutMs = 5_000 } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    });
    try {
      return await Promise.race([this.#source.read(this.#tag), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #use(published: PublishedPolicy): Promise<void> {
    const minRevision = Math.max(this.#options.minRevision ?? 0, this.#revision ?? 0);
    const accepted = await acceptPolicy(published, this.#source, this.#options.keys, minRevision);
    const { revision, expected, version } = accepted;
    const isInUse =
      this.#authorizer.policyHash === expected?.policyHash && this.#authorizer.policyVersion === version;
    if (revision !== undefined && revision === this.#revision) {
      if (!isInUse) throw new NanookPoliciesError('NANOOK_POLICIES_REVISION_REUSED', { revision });
      this.#isCurrent = true;
      this.#error = undefined;
      return;
    }
    if (this.#isClosed) return;
    await this.#reload(accepted);
    this.#revision = revision;
    this.#isCurrent = true;
    this.#error = undefined;
    try {
      this.#options.onChange?.(this.status);
    } catch (error) {
      this.#report(error);
    }
  }

  async #reload({ policies, version, expected }: AcceptedPolicy): Promise<void> {
    if (expected !== undefined) {
      const differences = differencesOf(expected.types, this.#authorizer.typeSignature);
      if (differences.length > 0) throw new NanookPoliciesError('NANOOK_POLICIES_TYPES', { differences });
    }
    const { check } = this.#options;
    try {
      await this.#authorizer.reload(policies, {
        ...(version === undefined ? {} : { version }),
        check: async (next) => {
          if (expected !== undefined && next.policyHash !== expected.policyHash)
            throw new NanookPoliciesError('NANOOK_POLICIES_TAMPERED', {
              file: policies.map(({ name }) => name).join(', '),
              reason: 'has another hash than the manifest',
            });
          if (this.#isClosed) throw new NanookPoliciesError('NANOOK_POLICIES_CLOSED', {});
          try {
            await check?.(next);
          } catch (error) {
            const reason = reasonOf(error);
            throw new NanookPoliciesError('NANOOK_POLICIES_CHECK_FAILED', { reason }, { cause: error });
          }
        },
      });
    } catch (error) {
      if (isNanookPoliciesError(error)) throw error;
      if (!isPolicyError(error) && !isPolarError(error)) throw error;
      const reason = reasonOf(error);
      throw new NanookPoliciesError('NANOOK_POLICIES_BROKEN', { reason }, { cause: error });
    }
  }

  #fail(error: unknown): void {
    this.#isCurrent = false;
    this.#error = error;
    // A source that is read again and again reports a failure once.
    const text = String(error);
    if (text === this.#reported || this.#isClosed) return;
    this.#reported = text;
    this.#report(error);
  }

  #report(error: unknown): void {
    const { onError } = this.#options;
    try {
      if (onError !== undefined) {
        onError(error);
        return;
      }
    } catch (failure) {
      // oxlint-disable-next-line no-console -- the callback for errors has failed
      console.error('[error] onError of followPolicies failed:', failure);
    }
    // oxlint-disable-next-line no-console -- without `onError` the console is the only place that is read
    console.error('[error]', error);
  }

  /** Reads the source again later: soon after a failure. */
  #schedule(): void {
    clearTimeout(this.#poll);
    if (this.#isClosed) return;
    const { pollMs = 30_000 } = this.#options;
    const waitMs = Math.min(
      pollMs,
      this.#failures === 0 ? Infinity : retryMs(this.#failures),
      this.#announced === undefined ? Infinity : firstRereadMs * 2 ** this.#announced.rereads,
    );
    this.#poll = setTimeout(() => void this.refresh(), waitMs);
    this.#poll.unref();
  }

  /** Starts the watch, and starts it again when it is lost. */
  async #watch(attempt: number): Promise<void> {
    if (this.#source.watch === undefined) return;
    let isLost = false;
    const again = (error: unknown): void => {
      if (isLost || this.#isClosed) return;
      isLost = true;
      const stop = this.#stopWatch;
      this.#stopWatch = undefined;
      void stop?.().catch(() => {});
      this.#fail(sourceError(this.#source, error));
      this.#retryWatch = setTimeout(() => void this.#watchAgain(attempt + 1), retryMs(attempt));
      this.#retryWatch.unref();
    };
    try {
      const stop = await this.#source.watch({
        changed: (tag) => {
          if (this.#isClosed || isLost || (tag !== undefined && tag === this.#tag)) return;
          if (tag !== undefined) this.#announced = { tag, rereads: 0 };
          void this.refresh();
        },
        lost: again,
      });
      if (this.#isClosed || isLost) await stop().catch(() => {});
      else this.#stopWatch = stop;
    } catch (error) {
      again(error);
    }
  }

  async #watchAgain(attempt: number): Promise<void> {
    await this.#watch(attempt);
    // The policy may have changed while nothing watched it.
    if (this.#stopWatch !== undefined) await this.refresh();
  }
}

const retryMs = (attempt: number): number => Math.min(lastRetryMs, firstRetryMs * 2 ** (attempt - 1));

const isCheckError = (error: unknown): boolean =>
  isNanookPoliciesError(error) && error.code === 'NANOOK_POLICIES_CHECK_FAILED';
