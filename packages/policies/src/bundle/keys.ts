import type { KeyObject } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import { NanookPoliciesError } from '../errors/nanook-policies-error.js';

/** A key of Ed25519: a JSON Web Key, or a key of the platform. */
export type BundleKey = JWK | CryptoKey | KeyObject;

/** The algorithm of the signatures: EdDSA with Ed25519. */
export const algorithm = 'EdDSA';

/** Creates a pair of keys: the private key signs bundles, the public key verifies them. Store the private key as a secret. */
export async function generateBundleKeys(): Promise<{ publicKey: JWK; privateKey: JWK }> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { crv: 'Ed25519', extractable: true });
  return { publicKey: await exportJWK(publicKey), privateKey: await exportJWK(privateKey) };
}

/** Imports public keys. @throws {NanookPoliciesError} `NANOOK_POLICIES_INVALID_OPTION` */
export async function importPublicKeys(
  keys: BundleKey | readonly BundleKey[],
): Promise<(CryptoKey | KeyObject)[]> {
  const all = Array.isArray(keys) ? (keys as readonly BundleKey[]) : [keys as BundleKey];
  if (all.length === 0)
    throw new NanookPoliciesError('NANOOK_POLICIES_INVALID_OPTION', {
      option: 'keys',
      reason: 'must contain at least one public key',
    });
  return Promise.all(all.map((key) => importKey('keys', key, 'public')));
}

/** Checks the option `keys`, if there is one. @throws {NanookPoliciesError} `NANOOK_POLICIES_INVALID_OPTION` */
export async function checkKeys(keys: BundleKey | readonly BundleKey[] | undefined): Promise<void> {
  if (keys !== undefined) await importPublicKeys(keys);
}

/** Imports a key. @throws {NanookPoliciesError} `NANOOK_POLICIES_INVALID_OPTION` for a key of another kind */
export async function importKey(
  option: string,
  key: BundleKey,
  use: 'public' | 'private',
): Promise<CryptoKey | KeyObject> {
  const invalid = (reason: string, cause?: unknown): NanookPoliciesError =>
    new NanookPoliciesError('NANOOK_POLICIES_INVALID_OPTION', { option, reason }, { cause });
  if (typeof key !== 'object' || key === null)
    throw invalid(`must be a ${use} key of Ed25519, found ${key === null ? 'null' : typeof key}`);
  const kind = 'type' in key ? key.type : 'd' in key ? 'private' : 'public';
  if (kind !== use) throw invalid(`must be a ${use} key, found a ${String(kind)} key`);
  if (!('kty' in key)) {
    const given = key as { algorithm?: { name?: string }; asymmetricKeyType?: string };
    const found = given.algorithm?.name ?? given.asymmetricKeyType;
    if (found?.toLowerCase() !== 'ed25519') throw invalid(`must be a key of Ed25519, found ${String(found)}`);
    return key as CryptoKey | KeyObject;
  }
  if (key.kty !== 'OKP' || key.crv !== 'Ed25519')
    throw invalid(`must be a key of Ed25519, found ${String(key.crv ?? key.kty)}`);
  try {
    return (await importJWK(key, algorithm)) as CryptoKey;
  } catch (error) {
    throw invalid('is not a valid JSON Web Key', error);
  }
}
