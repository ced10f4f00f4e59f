import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TypesInput } from '@nanook/core';
import gitClub from '../../../../examples/gitclub/nanook.config.js';
import type { WorkspaceSettings } from '../workspace/settings.js';
import { Workspace } from '../workspace/workspace.js';

const folder = fileURLToPath(new URL('../../../../examples/gitclub/', import.meta.url));

/** The policies and tests of GitClub, by name. */
export const gitClubFiles: ReadonlyMap<string, string> = new Map(
  ['src/policy', 'tests'].flatMap((part) =>
    readdirSync(`${folder}${part}`)
      .filter((name) => name.endsWith('.polar'))
      .toSorted()
      .map((name) => [`${part}/${name}`, readFileSync(`${folder}${part}/${name}`, 'utf8')] as const),
  ),
);

const namesByType: Readonly<Record<string, string>> = {
  User: 'alice bob carol dan eve mara sam tim',
  Organization: 'acme guild',
  Repository: 'anvil rocket tongs',
  Issue: 'heavy fell rusty',
  Profile: 'aboutAlice aboutBob aboutMara',
  Request: 'home administration',
};

/** The settings of GitClub, with the types of its fixtures. */
export const gitClubSettings: WorkspaceSettings = {
  types: gitClub.types as TypesInput,
  fixtures: Object.fromEntries(
    Object.entries(namesByType).flatMap(([type, names]) => names.split(' ').map((name) => [name, type])),
  ),
};

export function gitClubWorkspace(): Workspace {
  const workspace = new Workspace(gitClubSettings);
  for (const [name, text] of gitClubFiles) workspace.update(name, text);
  return workspace;
}
