import { createHash } from 'node:crypto';
import type { Project } from './project.js';

/** Returns the SHA-256 of the text of each policy in UTF-8, so that a tool can tell whether a result is about the text that it shows. */
export const policyDigests = ({ policies }: Pick<Project, 'policies'>): Readonly<Record<string, string>> =>
  Object.fromEntries(policies.map(({ name, source }) => [name, digestOf(source)]));

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
