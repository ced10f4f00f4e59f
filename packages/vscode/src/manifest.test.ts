import { globSync, readFileSync } from 'node:fs';
import { clientCommands, defaultSettings } from '@nanook/language-server';
import { describe, expect, it } from 'vitest';

const folder = new URL('../', import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, folder), 'utf8');
const manifest = JSON.parse(textOf('package.json')) as {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default: unknown }>> };
  };
};
const readme = textOf('README.md');
const { properties } = manifest.contributes.configuration;

describe('the manifest of the extension', () => {
  it('has each setting of the language server with its default, except the trust, which the editor decides', () => {
    const { isTrusted: _, ...settings } = defaultSettings;
    const given = Object.entries(settings).map(([name, value]) => [`nanook.${name}`, value]);
    expect(Object.entries(properties).map(([name, { default: value }]) => [name, value])).toEqual(
      expect.arrayContaining(given),
    );
    expect(properties).not.toHaveProperty(['nanook.isTrusted']);
  });

  it.each(Object.entries(properties))(
    'documents the setting %s with its default',
    (name, { default: value }) => {
      const shown = value === '' ? 'empty' : `\`${String(value)}\``;
      expect(readme).toContain(`| \`${name}\` | ${shown} |`);
    },
  );

  it.each(manifest.contributes.commands)('documents the command $title', ({ title }) => {
    expect(readme).toContain(`| Nanook: ${title} |`);
  });

  it.each(manifest.contributes.commands)('has the command $command in the sources', ({ command }) => {
    const sources = globSync('src/extension/*.ts', { cwd: folder }).map(textOf);
    expect(sources.filter((text) => text.includes(`'${command}'`))).toHaveLength(1);
  });

  it('leaves the commands that need arguments out of the palette', () => {
    const shown = manifest.contributes.commands.map(({ command }) => command);
    expect(shown.filter((name) => (Object.values(clientCommands) as string[]).includes(name))).toEqual([]);
  });
});

describe('the sources of the extension', () => {
  it('import the editor only in their folder `extension`, so that tests run the others', () => {
    const files = globSync('src/**/*.ts', { cwd: folder }).filter((file) =>
      /from 'vscode(?:'|-languageclient)/.test(textOf(file)),
    );
    expect(files.filter((file) => !file.startsWith('src/extension/'))).toEqual([]);
    expect(files).toContain('src/extension/extension.ts');
  });
});
