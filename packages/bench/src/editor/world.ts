import type { TypesInput } from '@nanook/core';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import gitClub from '../../../../examples/gitclub/nanook.config.ts';

const folder = fileURLToPath(new URL('../../../../examples/gitclub/src/policy/', import.meta.url));

/** A text of a policy, by the name of its file. */
export type Texts = ReadonlyMap<string, string>;

export interface EditorWorld {
  readonly texts: Texts;
  readonly types: TypesInput;
}

/** The types of GitClub that each copy has for itself. All copies share the users. */
const copiedTypes = Object.keys(gitClub.types).filter((name) => name !== 'User');

/** Creates copies of GitClub's policy for other types: one file for each copy, and a main file. 73 copies have 10,000 lines. */
export function editorWorld(copies: number): EditorWorld {
  const files = readdirSync(folder).filter((name) => name.endsWith('.polar') && name !== 'main.polar');
  const policy = files
    .toSorted()
    .map((name) => readFileSync(`${folder}${name}`, 'utf8'))
    .join('\n');
  const texts = new Map([['main.polar', readFileSync(`${folder}main.polar`, 'utf8')]]);
  const { User: user, ...others } = gitClub.types as Readonly<Record<string, { readonly fields: object }>>;
  const types: Record<string, unknown> = {};
  const userFields: Record<string, unknown> = {};
  for (let copy = 1; copy <= copies; copy++) {
    texts.set(`club-${copy}.polar`, renamed(policy, copy));
    Object.assign(types, JSON.parse(renamed(JSON.stringify(others), copy)));
    Object.assign(userFields, JSON.parse(renamed(JSON.stringify(user!.fields), copy)));
  }
  return { texts, types: { User: { ...user, fields: userFields }, ...types } as TypesInput };
}

/** Gives the types of a copy, and the fields of a user that name them, a number. */
const renamed = (text: string, copy: number): string =>
  text
    .replaceAll(new RegExp(String.raw`\b(${copiedTypes.join('|')})\b`, 'g'), `$1${copy}`)
    .replaceAll(/\b(organizationRoles|repositoryRoles|supportGrants)\b/g, `$1${copy}`);
