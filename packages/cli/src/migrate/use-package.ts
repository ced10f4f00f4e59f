import { basename } from 'node:path';
import { addManual, walk, type ParsedSource } from './parsed-source.js';
import { moduleNames, renameModule } from './module-names.js';

const isOso = (name: string): boolean => name === 'oso' || name.startsWith('oso/');

/** Replaces the package `oso` and its inner modules by `@nanook/oso`, and lists the settings that seem to name it. */
export function usePackage(source: ParsedSource): void {
  const names = moduleNames(source);
  for (const name of names) {
    if (isOso(name.text)) renameModule(source, name, `@nanook/${name.text}`);
    else if (/^(?:oso-|nestjs-oso$|@oso)/.test(name.text))
      addManual(source, name.literal, `${name.text} is another package, which this command does not replace`);
  }
  renameInComments(source);
  if (/(?:^|\/)__mocks__\/oso(?:\.|\/)/.test(source.file))
    addManual(source, source.tree.program, 'move the mock to the folder __mocks__/@nanook');
  if (/\.config\.[cm]?[jt]s$/.test(basename(source.file)))
    listSettings(source, new Set(names.map(({ literal }) => literal)));
}

/** Replaces the package in types of comments, such as `@type {import('oso').Oso}`. */
function renameInComments({ tree, edited, text }: ParsedSource): void {
  for (const { start, end } of tree.comments ?? [])
    for (const { index, 1: before } of text.slice(start!, end!).matchAll(/(\bimport\(\s*['"])oso(?=['"/])/g))
      edited.appendRight(start! + index + before!.length, '@nanook/');
}

/** Lists the strings of a configuration file that name the package, such as an external module of a bundler. */
function listSettings(source: ParsedSource, done: ReadonlySet<unknown>): void {
  walk(source.tree.program, (node) => {
    if (node.type === 'StringLiteral' && !done.has(node) && /^\^?oso(?:$|[$/(])/.test(node.value))
      addManual(source, node, 'if this names the package oso, write @nanook/oso');
  });
}
