import { Authorizer, type AuthorizerOptions } from '@nanook/core';
import { generateBundleKeys, signBundle, type SignOptions } from '../bundle/index.js';

export const { publicKey, privateKey } = await generateBundleKeys();

export const types = { User: { fields: { id: 'Integer' } } } as const;

/** Returns a policy that allows everyone exactly the actions. */
export const allowing = (...actions: string[]): string =>
  actions.map((action) => `allow(_, "${action}", _) if true;`).join('\n');

export const load = (policies: string, options: Partial<AuthorizerOptions> = {}): Promise<Authorizer> =>
  Authorizer.load({ policies, types, denialWarnings: false, ...options });

/** Signs a policy that allows the actions. */
export async function bundleOf(
  revision: number,
  actions: readonly string[],
  options: Partial<SignOptions> = {},
  loadOptions: Partial<AuthorizerOptions> = {},
): Promise<string> {
  const authorizer = await load(allowing(...actions), loadOptions);
  return signBundle(authorizer, { key: privateKey, revision, version: `v${revision}`, ...options });
}

/** Waits until a condition holds, and fails after the time. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what = String(condition),
  timeoutMs = 5_000,
): Promise<void> {
  const startedAt = performance.now();
  // oxlint-disable no-await-in-loop -- one look after the other
  while (!(await condition())) {
    if (performance.now() - startedAt > timeoutMs) throw new Error(`timeout: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  // oxlint-enable no-await-in-loop
}
