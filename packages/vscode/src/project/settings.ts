import type { Settings } from '@nanook/language-server';

/** Reads a setting of the section `nanook`; undefined if the editor has none. */
export type ReadSetting = (name: string) => unknown;

const names = [
  'checkTests',
  'codeLenses',
  'configTimeLimit',
  'inlayHints',
] as const satisfies (keyof Settings)[];

/**
 * Returns the settings for the language server. The trust comes from the editor alone, so that no file of a folder can give it.
 *
 * @param read reads a setting
 * @param isTrusted whether the editor trusts the workspace
 */
export function serverSettings(read: ReadSetting, isTrusted: boolean): Partial<Settings> {
  const given = names.flatMap((name) => {
    const value = read(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...(Object.fromEntries(given) as Partial<Settings>), isTrusted };
}

/** Returns the Node.js that the user has set; undefined for the usual one. */
export function nodePathOf(read: ReadSetting): string | undefined {
  const value = read('nodePath');
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
