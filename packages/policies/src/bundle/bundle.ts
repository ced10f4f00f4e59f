import type { NamedPolicy } from '@nanook/core';
import { NanookPoliciesError } from '../errors/nanook-policies-error.js';

/** The format of bundles, which is part of each bundle. */
export const bundleFormat = 'nanook-bundle/1';
/** The type in the header of the signature, so that nothing else that was signed with the key is a bundle. */
export const signatureType = 'nanook-bundle+jws';

/** The description of a bundle. The signature covers it. */
export interface BundleManifest {
  /** A whole number that increases with each bundle. A process never returns to a lower revision. */
  readonly revision: number;
  /** The label of the policy, which decisions contain. */
  readonly version: string;
  /** The content hash of the policy, which decisions contain. */
  readonly policyHash: string;
  /** The files in their order, with the SHA-256 hashes of their texts in UTF-8. */
  readonly files: readonly HashedFile[];
  /** The `policy.signature` of the authorizer for which the policy was made. */
  readonly types: Readonly<Record<string, string>>;
  /** The results of the tests of the policy. */
  readonly tests?: BundleTests | undefined;
  /** The time of the signature, in ISO 8601. */
  readonly createdAt: string;
  /** The time from which the bundle is no longer used, in ISO 8601. Without it, the bundle never expires. */
  readonly expiresAt?: string | undefined;
  /** The policy that is rolled out. */
  readonly candidate?: BundleCandidate | undefined;
}

/** A file of a bundle, with the SHA-256 hash of its text in UTF-8. */
export interface HashedFile {
  readonly name: string;
  readonly sha256: string;
}

/** A second policy in a bundle, which decides for a part of the actors. */
export interface BundleCandidate {
  /** The label of the candidate, which its decisions contain. */
  readonly version: string;
  readonly policyHash: string;
  readonly files: readonly HashedFile[];
  /** The percentage of the actors for which the candidate decides, from 0 to 100. */
  readonly percent: number;
  /** Selects other actors for the same percentage. */
  readonly seed: string;
}

/** The results of the tests of a policy. */
export interface BundleTests {
  readonly passed: number;
  readonly failed: number;
}

/** The parts of a bundle, before its signature is verified. */
export interface BundleParts {
  /** The manifest, as a compact JWS. */
  readonly manifest: string;
  readonly files: readonly NamedPolicy[];
  /** The files of the candidate. */
  readonly candidate: readonly NamedPolicy[] | undefined;
}

export const writeBundle = (parts: BundleParts): string =>
  `${JSON.stringify({ format: bundleFormat, ...parts }, undefined, 2)}\n`;

/** Returns whether a text looks like a bundle. A policy in Polar never does. */
export const looksLikeBundle = (content: unknown): content is string =>
  typeof content === 'string' && /^\s*\{/.test(content);

/** Reads the parts of a bundle. Nothing is verified. @throws {NanookPoliciesError} `NANOOK_POLICIES_FORMAT` */
export function readBundle(text: string): BundleParts {
  const bundle = parsed(text, 'the text is not JSON');
  if (!isRecord(bundle)) throw invalid('the text is not a JSON object');
  const { format, manifest, files, candidate } = bundle;
  if (format !== bundleFormat) throw invalid(`expected the format ${bundleFormat}, found ${String(format)}`);
  if (typeof manifest !== 'string') throw invalid('`manifest` is not a signature');
  if (!isFiles(files)) throw invalid('`files` is not a list of files');
  if (candidate !== undefined && !isFiles(candidate)) throw invalid('`candidate` is not a list of files');
  return { manifest, files, candidate };
}

/** Reads a manifest whose signature was verified. @throws {NanookPoliciesError} `NANOOK_POLICIES_FORMAT` */
export function readManifest(text: string): BundleManifest {
  const manifest = parsed(text, 'the manifest is not JSON');
  if (!isRecord(manifest)) throw invalid('the manifest is not an object');
  const { revision, version, policyHash, files, types, tests, createdAt, expiresAt, candidate } = manifest;
  if (!isRevision(revision)) throw invalid(`\`revision\` is not a whole number from 1 to ${maxRevision}`);
  if (typeof version !== 'string' || version === '') throw invalid('`version` is not a text');
  if (typeof policyHash !== 'string' || typeof createdAt !== 'string') throw invalid('a text is missing');
  if (!isHashedFiles(files)) throw invalid('`files` is not a list of files with hashes');
  if (candidate !== undefined && !isCandidate(candidate))
    throw invalid('`candidate` is not a policy with a percentage');
  if (!isRecord(types) || !Object.values(types).every(isText))
    throw invalid('`types` is not a signature of types');
  if (tests !== undefined && !isTests(tests)) throw invalid('`tests` is not the result of tests');
  if (expiresAt !== undefined && !isTime(expiresAt))
    throw invalid('`expiresAt` is not a time such as 2027-01-31T00:00:00.000Z');
  return {
    revision,
    version,
    policyHash,
    files,
    types: types as Record<string, string>,
    tests,
    createdAt,
    expiresAt,
    candidate,
  };
}

/** Returns the manifest that a bundle claims. The signature is not verified. @throws {NanookPoliciesError} `NANOOK_POLICIES_FORMAT` */
export function claimedManifest(bundle: string): BundleManifest {
  const { manifest } = readBundle(bundle);
  const [, payload = ''] = manifest.split('.');
  return readManifest(Buffer.from(payload, 'base64url').toString('utf8'));
}

/**
 * The highest revision: a time in microseconds is lower for a century. Above it, a mistake such as 9007199254740991 would leave no higher
 * revision to publish.
 */
export const maxRevision = 2 ** 52;

export const isRevision = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= maxRevision;

const isText = (value: unknown): value is string => typeof value === 'string';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isFiles = (files: unknown): files is readonly NamedPolicy[] =>
  Array.isArray(files) && files.every(isNamedPolicy);

const isNamedPolicy = (file: unknown): file is NamedPolicy =>
  isRecord(file) && isUnicode(file['name']) && isUnicode(file['source']);

/** Returns whether a value is a text of whole characters. A half of a surrogate pair has no UTF-8, so no hash would cover it. */
export const isUnicode = (value: unknown): value is string => isText(value) && !/\p{Surrogate}/u.test(value);

const isHashedFiles = (files: unknown): files is readonly HashedFile[] =>
  Array.isArray(files) && files.length > 0 && files.every(isHashedFile);

const isCandidate = (candidate: unknown): candidate is BundleCandidate =>
  isRecord(candidate) &&
  isText(candidate['version']) &&
  candidate['version'] !== '' &&
  isText(candidate['policyHash']) &&
  isText(candidate['seed']) &&
  isPercent(candidate['percent']) &&
  isHashedFiles(candidate['files']);

export const isPercent = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= 100;

const isHashedFile = (file: unknown): file is HashedFile =>
  isRecord(file) && isText(file['name']) && isText(file['sha256']);

/** Returns whether a value is a time in ISO 8601 with a zone, as `toISOString` writes it. */
export const isTime = (value: unknown): value is string => {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString() === value;
};

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

export const isTests = (tests: unknown): tests is BundleTests =>
  isRecord(tests) && isCount(tests['passed']) && isCount(tests['failed']);

function parsed(text: string, reason: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw invalid(reason);
  }
}

const invalid = (reason: string): NanookPoliciesError =>
  new NanookPoliciesError('NANOOK_POLICIES_FORMAT', { reason });
