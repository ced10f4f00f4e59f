import { clientMessages } from '@nanook/language-server';
import { Uri, window, type QuickPickItem } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';

/** The types of the fixtures of a project by their names. */
export type FixtureTypes = Readonly<Record<string, string | null | undefined>>;

/** Returns the fixtures of the project in a folder; none if the server cannot tell them. */
export async function fixturesOf(client: LanguageClient, folder: string): Promise<FixtureTypes> {
  try {
    return await client.sendRequest<FixtureTypes>(clientMessages.fixtures, {
      uri: Uri.file(folder).toString(),
    });
  } catch {
    return {};
  }
}

/**
 * Asks for a value: a fixture, those of a type first, or a text that the user writes. Returns `undefined` if the user cancels.
 *
 * @param placeholder describes the value
 */
export function askForValue(
  title: string,
  placeholder: string,
  fixtures: FixtureTypes,
  type?: string,
): Promise<string | undefined> {
  const items = Object.entries(fixtures)
    .toSorted(([, a], [, b]) => Number(b === type) - Number(a === type))
    .map(([label, description]): QuickPickItem => ({ label, ...(description && { description }) }));
  const pick = window.createQuickPick();
  Object.assign(pick, { title, placeholder, items, ignoreFocusOut: true });
  return new Promise((resolve) => {
    pick.onDidChangeValue((text) => {
      const isOther = text.trim() !== '' && !items.some(({ label }) => label === text);
      pick.items = isOther ? [...items, { label: text, description: 'value', alwaysShow: true }] : items;
    });
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0]?.label);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}
