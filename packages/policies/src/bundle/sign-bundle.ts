import type { Authorizer, NamedPolicy } from '@nanook/core';
import { CompactSign } from 'jose';
import { NanookPoliciesError } from '../errors/nanook-policies-error.js';
import { sha256 } from '../source/content-tag.js';
import {
  isPercent,
  isRevision,
  isTests,
  isTime,
  isUnicode,
  maxRevision,
  signatureType,
  writeBundle,
  type BundleCandidate,
  type BundleManifest,
  type BundleTests,
  type HashedFile,
} from './bundle.js';
import { differencesOf } from './type-differences.js';
import { algorithm, importKey, type BundleKey } from './keys.js';

export interface SignOptions {
  /** The private key, of Ed25519. */
  readonly key: BundleKey;
  /** The revision: a whole number that is higher than that of every earlier bundle, such as the number of a build. */
  readonly revision: number;
  /** The label of the policy. Default: the version of the authorizer, otherwise the revision. */
  readonly version?: string;
  /** The results of the tests of the policy. A bundle with failed tests is never used. */
  readonly tests?: BundleTests;
  /** The time from which no process uses the bundle: a date, or its text in ISO 8601. Default: the bundle never expires. */
  readonly expiresAt?: Date | string;
  /** A second policy, which decides for a part of the actors in each process. */
  readonly candidate?: SignedCandidate;
}

/** A policy that is rolled out with a bundle. */
export interface SignedCandidate {
  /** An authorizer with the policy, and with the types of the other one. */
  readonly authorizer: Authorizer;
  /** The percentage of the actors for which it decides, from 0 to 100. */
  readonly percent: number;
  /** The label of the policy. Default: the version of the authorizer, otherwise `candidate` and its hash. */
  readonly version?: string;
  /** Selects other actors for the same percentage. Default: empty. */
  readonly seed?: string;
}

/**
 * Signs the policy of an authorizer, with the signature of its types. Because the policy is loaded, a policy with errors never becomes a
 * bundle.
 *
 * @returns the bundle, as the text to publish
 * @throws {NanookPoliciesError} `NANOOK_POLICIES_INVALID_OPTION`
 * @example
 * const authorizer = await Authorizer.load({ policies: 'policy/*.polar', types });
 * const bundle = await signBundle(authorizer, { key: privateKey, revision: 42, version: '1.4.0' });
 */
export async function signBundle(authorizer: Authorizer, options: SignOptions): Promise<string> {
  const { revision, tests } = options;
  const version = options.version ?? authorizer.policy.version ?? String(revision);
  if (!isRevision(revision))
    throw invalid('revision', `must be a whole number from 1 to ${maxRevision}, found ${String(revision)}`);
  if (typeof version !== 'string' || version === '')
    throw invalid('version', 'must be a text that is not empty');
  if (tests !== undefined && !isTests(tests))
    throw invalid('tests', 'must have the numbers `passed` and `failed`');
  const expiresAt = options.expiresAt === undefined ? undefined : expiryOf(options.expiresAt);
  const key = await importKey('key', options.key, 'private');
  const files = namedSources(authorizer.policy.sources);
  const candidate = options.candidate === undefined ? undefined : candidateOf(options.candidate, authorizer);
  const manifest: BundleManifest = {
    revision,
    version,
    policyHash: authorizer.policy.hash,
    files: hashed(files),
    types: authorizer.policy.signature,
    ...(tests === undefined ? {} : { tests }),
    createdAt: new Date().toISOString(),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(candidate === undefined ? {} : { candidate: candidate.entry }),
  };
  const signed = await new CompactSign(new TextEncoder().encode(JSON.stringify(manifest)))
    .setProtectedHeader({ alg: algorithm, typ: signatureType })
    .sign(key);
  return writeBundle({ manifest: signed, files, candidate: candidate?.files });
}

/** Returns the candidate of the manifest, and its files. @throws {NanookPoliciesError} `NANOOK_POLICIES_INVALID_OPTION` */
function candidateOf(
  { authorizer, percent, seed = '', ...given }: SignedCandidate,
  current: Authorizer,
): { readonly entry: BundleCandidate; readonly files: readonly NamedPolicy[] } {
  const { hash, signature, sources } = authorizer.policy;
  const version = given.version ?? authorizer.policy.version ?? `candidate ${hash.slice(0, 12)}`;
  if (!isPercent(percent))
    throw invalid('candidate.percent', `must be a number from 0 to 100, found ${String(percent)}`);
  if (typeof version !== 'string' || version === '')
    throw invalid('candidate.version', 'must be a text that is not empty');
  if (typeof seed !== 'string') throw invalid('candidate.seed', 'must be a text');
  const differences = differencesOf(current.policy.signature, signature);
  if (differences.length > 0)
    throw invalid('candidate', `was made for other types than the policy: ${differences.join(', ')}`);
  const files = namedSources(sources);
  return { entry: { version, policyHash: hash, files: hashed(files), percent, seed }, files };
}

const hashed = (files: readonly NamedPolicy[]): readonly HashedFile[] =>
  files.map(({ name, source }) => ({ name, sha256: sha256(source) }));

/** @throws {NanookPoliciesError} for a time that is not valid, or that has passed */
function expiryOf(given: Date | string): string {
  const time = new Date(given instanceof Date || isTime(given) ? given : Number.NaN);
  if (!(time.getTime() > Date.now()))
    throw invalid(
      'expiresAt',
      `must be a time in the future, such as new Date('2027-01-31T00:00:00Z'), found ${String(given)}`,
    );
  return time.toISOString();
}

/** Names the texts that have no name. @throws {NanookPoliciesError} for texts that could not be loaded from a bundle */
function namedSources(sources: Authorizer['policy']['sources']): readonly NamedPolicy[] {
  const names = new Set(sources.map((source) => (typeof source === 'string' ? undefined : source.name)));
  const texts = new Set<string>();
  return sources.map((given, i) => {
    let file = given;
    if (typeof file === 'string') {
      let name = `policy-${i + 1}.polar`;
      while (names.has(name)) name = `text-${name}`;
      file = { name, source: file };
    }
    if (texts.has(file.source))
      throw invalid('policies', `contains the text of ${file.name} twice; remove one`);
    texts.add(file.source);
    if (!isUnicode(file.name) || !isUnicode(file.source))
      throw invalid('policies', `contains half a surrogate pair in ${JSON.stringify(file.name)}; remove it`);
    return file;
  });
}

const invalid = (option: string, reason: string): NanookPoliciesError =>
  new NanookPoliciesError('NANOOK_POLICIES_INVALID_OPTION', { option, reason });
