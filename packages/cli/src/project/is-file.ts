import { readFileSync } from 'node:fs';
import type { NamedPolicy } from '@nanook/core';

/** Returns whether a policy is the content of the file of its name, and not a text in the configuration. */
export function isFile({ name, source }: NamedPolicy): boolean {
  try {
    // A byte order mark at the start is not part of the policy.
    return readFileSync(name, 'utf8').endsWith(source);
  } catch {
    return false;
  }
}
