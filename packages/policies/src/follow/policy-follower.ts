import type { Authorizer } from '@nanook/core';
import { expiryError } from '../bundle/expiry.js';
import { Announcer, type AnnouncedPolicy, type AnnounceOptions } from '../fleet/announcer.js';
import { NanookPoliciesError, isNanookPoliciesError } from '../errors/nanook-policies-error.js';
import type { PolicySource, PublishedPolicy, SourceListener } from '../source/policy-source.js';
import { readSource } from '../source/read-source.js';
import { acceptPolicy, type AcceptOptions } from './accept-policy.js';
import { inTime } from './in-time.js';
import { PolicyLoader, type CandidateStatus, type RollOutOptions } from './policy-loader.js';
import { sourceError } from './source-error.js';

/** The policy that a process uses. */
export interface PolicyStatus {
  readonly policyHash: string;
  readonly version: string | undefined;
  /** The time from which the policy is in use, in ISO 8601. */
  readonly since: string;
  /** The revision; undefined before the first policy of the source, and for a source without revisions. */
  readonly revision: number | undefined;
  /** The time from which the policy in use is expired, in ISO 8601; undefined for one that never expires. */
  readonly expiresAt: string | undefined;
  /** The policy that decides for a part of the actors; undefined without one. */
  readonly candidate: CandidateStatus | undefined;
  /** Whether the policy of the source is in use, and has not expired. */
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
  /** Options of the policies that are rolled out, such as `identify` and `onDifference`. Without `onDifference`, nothing is compared. */
  readonly candidate?: RollOutOptions;
  /** Announces the policy of this process, for an overview of all processes. */
  readonly announce?: AnnounceOptions;
  /** Called after each change of the policy. */
  readonly onChange?: (status: PolicyStatus) => void;
  /** Called for a policy that is refused, and for a source that cannot be read. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
  /** The time after which the source is read again without a notification. Default: 30,000. */
  readonly pollMs?: number;
  /** The time after which reading or watching the source fails. Default: 5,000. */
  readonly timeoutMs?: number;
  /** The time after which `check` fails. Default: 60,000. */
  readonly checkTimeoutMs?: number;
}

/** A source can answer with an old policy for a moment after its notification, if it reads from a replica. */
const mostRereads = 6;
const firstRereadMs = 25;
const firstRetryMs = 100;
const lastRetryMs = 5_000;

/** The parts of a follower that can fail. */
type FailingPart = 'watch' | 'read' | 'policy' | 'expiry';

/** Keeps the policy of an authorizer the same as that of a source. `followPolicies` creates it. */
export class PolicyFollower {
  readonly #authorizer: Authorizer;
  readonly #source: PolicySource;
  readonly #options: FollowOptions;
  readonly #loader: PolicyLoader;
  readonly #announcer: Announcer | undefined;
  /** The tag of the policy that was used or refused last. */
  #tag: string | undefined;
  /** The reason why the policy with this tag was refused. */
  #refusal: unknown;
  #revision: number | undefined;
  #expiresAt: string | undefined;
  #since = new Date().toISOString();
  #error: unknown;
  #isCurrent = false;
  #isClosed = false;
  #running: Promise<void> | undefined;
  #isDirty = false;
  #failures = 0;
  /** The tag of a notification that no read has returned yet. */
  #announced: { readonly tag: string; rereads: number } | undefined;
  /** The failures that were reported and that have not ended. */
  readonly #reported = new Map<FailingPart, string>();
  readonly #closing = new AbortController();
  #poll: NodeJS.Timeout | undefined;
  #retryWatch: NodeJS.Timeout | undefined;
  #stopWatch: (() => Promise<void>) | undefined;

  /** @internal Use `followPolicies`. */
  constructor(authorizer: Authorizer, source: PolicySource, options: FollowOptions) {
    this.#authorizer = authorizer;
    this.#source = source;
    this.#options = options;
    if (options.announce !== undefined)
      this.#announcer = new Announcer(
        options.announce,
        () => announcedOf(this.status),
        (error) => this.#report(error),
      );
    this.#loader = new PolicyLoader(authorizer, options, this.#closing.signal);
  }

  /** The policy that the authorizer uses. */
  get status(): PolicyStatus {
    const expired = this.#expired();
    return {
      policyHash: this.#authorizer.policy.hash,
      version: this.#authorizer.policy.version,
      since: this.#since,
      revision: this.#revision,
      expiresAt: this.#expiresAt,
      candidate: this.#loader.candidate,
      isCurrent: this.#isCurrent && expired === undefined,
      error: expired ?? this.#error,
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
    this.#closing.abort(new NanookPoliciesError('NANOOK_POLICIES_CLOSED', {}));
    clearTimeout(this.#poll);
    clearTimeout(this.#retryWatch);
    const stop = this.#stopWatch;
    this.#stopWatch = undefined;
    // A connection that is lost cannot end the watch properly, and needs not.
    await stop?.().catch(() => {});
    await this.#running;
    await this.#announcer?.close();
  }

  async #refreshWhileDirty(): Promise<void> {
    while (this.#isDirty && !this.#isClosed) {
      this.#isDirty = false;
      // oxlint-disable-next-line no-await-in-loop -- one reload after the other
      await this.#refreshOnce();
    }
    this.#noteExpiry();
    this.#announcer?.note();
    this.#schedule();
  }

  async #refreshOnce(): Promise<void> {
    let published: PublishedPolicy | 'unchanged' | undefined;
    try {
      published = await this.#inTime(readSource(this.#source, this.#tag));
      this.#failures = 0;
      if (published === undefined)
        throw new NanookPoliciesError('NANOOK_POLICIES_EMPTY', { source: this.#source.name });
      this.#reported.delete('read');
    } catch (error) {
      this.#failures++;
      this.#fail('read', sourceError(this.#source, error));
      return;
    }
    this.#noteRead(published === 'unchanged' ? this.#tag : published.tag);
    if (this.#isClosed) return;
    if (published === 'unchanged' || published.tag === this.#tag) {
      // The source may have failed in between.
      this.#settle(this.#refusal);
      return;
    }
    try {
      await this.#use(published);
      this.#tag = published.tag;
      this.#refusal = undefined;
      this.#reported.delete('policy');
    } catch (error) {
      // The application may accept the policy later, and the clock may be corrected. Other reasons are part of the policy.
      if (!canEnd(error)) {
        this.#tag = published.tag;
        this.#refusal = error;
      }
      this.#fail('policy', error);
    }
  }

  /** Ends the failures of the source: the policy that was read last is in use, or refused. */
  #settle(refusal: unknown): void {
    this.#isCurrent = refusal === undefined;
    this.#error = refusal;
  }

  /** Returns the reason why the policy in use is not current any more. */
  #expired(): NanookPoliciesError | undefined {
    return this.#revision === undefined
      ? undefined
      : expiryError({ revision: this.#revision, expiresAt: this.#expiresAt });
  }

  /** Reports once that the policy in use has expired. */
  #noteExpiry(): void {
    const expired = this.#expired();
    if (expired === undefined) this.#reported.delete('expiry');
    else this.#reportOnce('expiry', expired);
  }

  #noteRead(tag: string | undefined): void {
    const announced = this.#announced;
    if (announced === undefined) return;
    if (announced.tag === tag || ++announced.rereads > mostRereads) this.#announced = undefined;
  }

  #inTime<Result>(promise: PromiseLike<Result>): Promise<Result> {
    return inTime(promise, this.#options.timeoutMs ?? 5_000, this.#closing.signal);
  }

  async #use(published: PublishedPolicy): Promise<void> {
    const minRevision = Math.max(this.#options.minRevision ?? 0, this.#revision ?? 0);
    const accepted = await acceptPolicy(published, this.#source, this.#options.keys, minRevision);
    const { revision, expiresAt } = accepted;
    if (revision !== undefined && revision === this.#revision) {
      if (!this.#loader.hasLoaded(accepted) || this.#expiresAt !== expiresAt)
        throw new NanookPoliciesError('NANOOK_POLICIES_REVISION_REUSED', { revision });
      this.#settle(undefined);
      return;
    }
    if (this.#isClosed) return;
    const { hash, version } = this.#authorizer.policy;
    await this.#loader.load(accepted);
    this.#revision = revision;
    this.#expiresAt = expiresAt;
    const { policy } = this.#authorizer;
    if (policy.hash !== hash || policy.version !== version) this.#since = new Date().toISOString();
    this.#settle(undefined);
    try {
      this.#options.onChange?.(this.status);
    } catch (error) {
      this.#report(error);
    }
  }

  #fail(part: FailingPart, error: unknown): void {
    if (this.#isClosed) return;
    this.#isCurrent = false;
    this.#error = error;
    this.#reportOnce(part, error);
  }

  /** A source is read again and again, so a failure is reported once, until it has ended. */
  #reportOnce(part: FailingPart, error: unknown): void {
    if (this.#isClosed) return;
    const text = String(error);
    if (text === this.#reported.get(part)) return;
    this.#reported.set(part, text);
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
      this.#expiresAt === undefined || this.#reported.has('expiry')
        ? Infinity
        : Math.max(1, Date.parse(this.#expiresAt) - Date.now()),
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
      this.#fail('watch', sourceError(this.#source, error));
      this.#retryWatch = setTimeout(() => void this.#watchAgain(attempt + 1), retryMs(attempt));
      this.#retryWatch.unref();
    };
    try {
      const listener: SourceListener = {
        changed: (tag) => {
          if (this.#isClosed || isLost) return;
          // A read that has started may return another policy than the one in use.
          if (tag !== undefined && tag === this.#tag && this.#running === undefined) return;
          if (tag !== undefined) this.#announced = { tag, rereads: 0 };
          void this.refresh();
        },
        lost: again,
      };
      const start = async (): Promise<void> => {
        const stop = await this.#source.watch?.(listener);
        if (this.#isClosed || isLost) await stop?.().catch(() => {});
        else this.#stopWatch = stop;
      };
      await this.#inTime(start());
      if (!isLost) this.#reported.delete('watch');
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

function announcedOf(status: PolicyStatus): AnnouncedPolicy {
  const { error, ...policy } = status;
  return { ...policy, error: isNanookPoliciesError(error) ? error.code : undefined };
}

const retryMs = (attempt: number): number => Math.min(lastRetryMs, firstRetryMs * 2 ** (attempt - 1));

const canEnd = (error: unknown): boolean =>
  isNanookPoliciesError(error) &&
  (error.code === 'NANOOK_POLICIES_CHECK_FAILED' || error.code === 'NANOOK_POLICIES_EXPIRED');
