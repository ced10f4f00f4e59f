import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import process from 'node:process';
import { NanookPoliciesError, reasonOf } from '../errors/nanook-policies-error.js';
import type { Announcement, Fleet } from './announcement.js';

/** The option `announce` of `followPolicies`. */
export interface AnnounceOptions {
  /** The place, such as `natsFleet(kv)`. */
  readonly to: Fleet;
  /** The name of the process, of letters, digits, `_` and `-`. Default: the name of the machine, the process id and a random text. */
  readonly process?: string;
  /** The time after which the policy is announced again. Default: 15,000. */
  readonly everyMs?: number;
}

/** The part of an announcement that changes. */
export type AnnouncedPolicy = Omit<Announcement, 'process' | 'startedAt' | 'everyMs'>;

/** The time that a process waits for the place when it ends. */
const leaveMs = 2_000;

/** Announces the policy of a process: after each change, and again and again. A failure never affects the policy. */
export class Announcer {
  readonly #fleet: Fleet;
  readonly #process: string;
  readonly #everyMs: number;
  readonly #policy: () => AnnouncedPolicy;
  readonly #onError: (error: NanookPoliciesError) => void;
  readonly #startedAt = new Date().toISOString();
  #announced: string | undefined;
  #running: Promise<void> | undefined;
  #isDirty = false;
  #isClosed = false;
  #hasFailed = false;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param policy returns the policy in use
   * @param onError receives a failure once, until an announcement succeeds
   */
  constructor(
    { to, process: name = ownName(), everyMs = 15_000 }: AnnounceOptions,
    policy: () => AnnouncedPolicy,
    onError: (error: NanookPoliciesError) => void,
  ) {
    this.#fleet = to;
    this.#process = name;
    this.#everyMs = everyMs;
    this.#policy = policy;
    this.#onError = onError;
  }

  /** Announces the policy if it is not the one that was announced last. */
  note(): void {
    if (JSON.stringify(this.#policy()) !== this.#announced) this.#announce();
  }

  /** Ends the announcements, and removes that of this process. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#running;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, leaveMs)));
    // A place that cannot be reached shows the process as silent.
    await Promise.race([this.#fleet.leave(this.#process).catch(() => {}), late]);
    clearTimeout(timer);
  }

  #announce(): void {
    this.#isDirty = true;
    if (this.#isClosed) return;
    this.#running ??= this.#announceWhileDirty().finally(() => {
      this.#running = undefined;
    });
  }

  async #announceWhileDirty(): Promise<void> {
    clearTimeout(this.#timer);
    while (this.#isDirty && !this.#isClosed) {
      this.#isDirty = false;
      const policy = this.#policy();
      const text = JSON.stringify(policy);
      try {
        // oxlint-disable-next-line no-await-in-loop -- one announcement after the other
        await this.#fleet.announce({
          process: this.#process,
          startedAt: this.#startedAt,
          ...policy,
          everyMs: this.#everyMs,
        });
        this.#announced = text;
        this.#hasFailed = false;
      } catch (error) {
        if (this.#hasFailed || this.#isClosed) continue;
        this.#hasFailed = true;
        const data = { fleet: this.#fleet.name, reason: reasonOf(error) };
        this.#onError(new NanookPoliciesError('NANOOK_POLICIES_NOT_ANNOUNCED', data, { cause: error }));
      }
    }
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => this.#announce(), this.#everyMs);
    this.#timer.unref();
  }
}

const ownName = (): string =>
  `${hostname()
    .replaceAll(/[^\w-]/g, '-')
    .slice(0, 100)}-${process.pid}-${randomBytes(3).toString('hex')}`;
