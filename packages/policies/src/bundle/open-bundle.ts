import type { NamedPolicy } from '@nanook/core';
import { compactVerify } from 'jose';
import { NanookPoliciesError, reasonOf } from '../errors/nanook-policies-error.js';
import { sha256 } from '../source/content-tag.js';
import { readBundle, readManifest, signatureType, type BundleManifest, type HashedFile } from './bundle.js';
import { expiryError } from './expiry.js';
import { algorithm, importPublicKeys, type BundleKey } from './keys.js';

/** A bundle whose signature and hashes are valid. */
export interface OpenedBundle {
  readonly manifest: BundleManifest;
  /** The texts, which `Authorizer.load` accepts. */
  readonly files: readonly NamedPolicy[];
  /** The texts of the policy that is rolled out; undefined without one. */
  readonly candidate: readonly NamedPolicy[] | undefined;
}

export interface OpenOptions {
  /** Whether a bundle that has expired is opened, too: to sign its policies again. Default: `false`. */
  readonly acceptExpired?: boolean;
}

/**
 * Verifies a bundle: its signature, its expiry, and the hash of each file.
 *
 * @param bundle the text that `signBundle` returned
 * @param keys the public keys; one of them must have signed it
 * @throws {NanookPoliciesError} `NANOOK_POLICIES_FORMAT`, `NANOOK_POLICIES_SIGNATURE`, `NANOOK_POLICIES_TAMPERED`,
 *   `NANOOK_POLICIES_TESTS_FAILED`, `NANOOK_POLICIES_EXPIRED`
 */
export async function openBundle(
  bundle: string,
  keys: BundleKey | readonly BundleKey[],
  { acceptExpired = false }: OpenOptions = {},
): Promise<OpenedBundle> {
  const { manifest: signed, files, candidate } = readBundle(bundle);
  const manifest = readManifest(await verified(signed, keys));
  checkFiles(manifest.files, files);
  checkFiles(manifest.candidate?.files ?? [], candidate ?? []);
  const { failed = 0 } = manifest.tests ?? {};
  if (failed > 0) throw new NanookPoliciesError('NANOOK_POLICIES_TESTS_FAILED', { failed });
  const expired = acceptExpired ? undefined : expiryError(manifest);
  if (expired !== undefined) throw expired;
  return { manifest, files, candidate: manifest.candidate === undefined ? undefined : candidate };
}

async function verified(signed: string, keys: BundleKey | readonly BundleKey[]): Promise<string> {
  let failure: unknown;
  for (const key of await importPublicKeys(keys)) {
    try {
      const { payload, protectedHeader } = await compactVerify(signed, key, {
        algorithms: [algorithm, 'Ed25519'],
      });
      if (protectedHeader.typ !== signatureType) {
        const reason = `it signs ${String(protectedHeader.typ)}, not a bundle`;
        throw new NanookPoliciesError('NANOOK_POLICIES_SIGNATURE', { reason });
      }
      return new TextDecoder('utf-8', { fatal: true }).decode(payload);
    } catch (error) {
      failure = error;
    }
  }
  throw failure instanceof NanookPoliciesError
    ? failure
    : new NanookPoliciesError('NANOOK_POLICIES_SIGNATURE', { reason: reasonOf(failure) }, { cause: failure });
}

/** Checks that the files are exactly those of the manifest, in the same order. */
function checkFiles(expected: readonly HashedFile[], files: readonly NamedPolicy[]): void {
  const tampered = (file: string, reason: string): NanookPoliciesError =>
    new NanookPoliciesError('NANOOK_POLICIES_TAMPERED', { file, reason });
  expected.forEach(({ name, sha256: hash }, i) => {
    const file = files[i];
    if (file === undefined) throw tampered(name, 'is missing');
    if (file.name !== name) throw tampered(file.name, `is in the place of ${name}`);
    if (sha256(file.source) !== hash) throw tampered(name, 'has another hash than the manifest');
  });
  const added = files[expected.length];
  if (added !== undefined) throw tampered(added.name, 'is not part of the manifest');
}
