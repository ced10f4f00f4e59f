/** The policy that a process uses, as the process announces it. */
export interface Announcement {
  /** The name of the process, such as `pod-7-1-4f2a9c`. */
  readonly process: string;
  /** The time at which the process began to follow the policies, in ISO 8601. */
  readonly startedAt: string;
  readonly policyHash: string;
  readonly version?: string | undefined;
  readonly revision?: number | undefined;
  /** The time from which the process uses the policy, in ISO 8601. */
  readonly since: string;
  readonly expiresAt?: string | undefined;
  /** The policy that is rolled out, and its percentage. */
  readonly candidate?: AnnouncedCandidate | undefined;
  readonly isCurrent: boolean;
  /** The code of the reason why it is not current. */
  readonly error?: string | undefined;
  /** The milliseconds until the process announces its policy again. */
  readonly everyMs: number;
}

/** A policy that a process rolls out. */
export interface AnnouncedCandidate {
  readonly policyHash: string;
  readonly version?: string | undefined;
  readonly percent: number;
}

/** An announcement in a fleet. */
export interface SeenAnnouncement extends Announcement {
  /** The milliseconds since the announcement. */
  readonly ageMs: number;
}

/** A place in which processes announce their policies: NATS, PostgreSQL. */
export interface Fleet {
  /** The name in messages, such as `PostgreSQL table nanook_processes`. */
  readonly name: string;
  /** Replaces the announcement of a process. */
  announce(announcement: Announcement): Promise<void>;
  /** Removes the announcement of a process that ends. */
  leave(process: string): Promise<void>;
  /** Returns the last announcement of each process. */
  list(): Promise<readonly SeenAnnouncement[]>;
}

/** The name of a process or of a fleet, which is part of a subject of NATS. */
export const isName = (value: unknown): value is string =>
  typeof value === 'string' && /^[\w-]{1,200}$/.test(value);

/** Reads an announcement, which anyone who can write to the place may have written. Returns undefined for another value. */
export function readAnnouncement(value: unknown): Announcement | undefined {
  if (!isRecord(value)) return undefined;
  const { process, startedAt, since, policyHash, version, revision, expiresAt, candidate, isCurrent } = value;
  const { error, everyMs } = value;
  const isValid =
    isName(process) &&
    [startedAt, since].every(isTimeText) &&
    (expiresAt === undefined || isTimeText(expiresAt)) &&
    typeof policyHash === 'string' &&
    [version, error].every(isOptionalText) &&
    (revision === undefined || Number.isSafeInteger(revision)) &&
    (candidate === undefined || isCandidate(candidate)) &&
    typeof isCurrent === 'boolean' &&
    typeof everyMs === 'number' &&
    everyMs > 0;
  return isValid ? (value as unknown as Announcement) : undefined;
}

const isCandidate = (value: unknown): boolean =>
  isRecord(value) &&
  typeof value['policyHash'] === 'string' &&
  isOptionalText(value['version']) &&
  typeof value['percent'] === 'number';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTimeText = (value: unknown): boolean => typeof value === 'string' && !Number.isNaN(Date.parse(value));

const isOptionalText = (value: unknown): boolean => value === undefined || typeof value === 'string';
