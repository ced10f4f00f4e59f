import { join, sep } from 'node:path';
import { fileSystem } from './file-system.js';

// Node has a glob of its own from version 22 on; the libraries also run on 20.

export const isGlob = (pattern: string): boolean => /[*?{[]/.test(pattern);

/** The folder that everything a pattern matches lies in: its path up to the first wildcard. */
export function baseOf(pattern: string): string {
  const parts = pattern.split(/[\\/]/);
  const wild = parts.findIndex(isGlob);
  const base = parts.slice(0, wild === -1 ? parts.length - 1 : wild).join('/');
  return base === '' ? (pattern.startsWith('/') ? '/' : '.') : base;
}

/** `*` and `?` within a name, `**` across folders, `{a,b}`, `[ab]`. */
export function globToRegExp(pattern: string): RegExp {
  let source = '';
  let inBraces = 0;
  const text = pattern.replace(/^\.\//, '');
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '*' && text[i + 1] === '*') {
      const spansFolders = text[i + 2] === '/';
      source += spansFolders ? '(?:[^/]+/)*' : '.*';
      i += spansFolders ? 2 : 1;
    } else if (c === '*') source += '[^/]*';
    else if (c === '?') source += '[^/]';
    else if (c === '{') {
      inBraces++;
      source += '(?:';
    } else if (c === '}' && inBraces > 0) {
      inBraces--;
      source += ')';
    } else if (c === ',' && inBraces > 0) source += '|';
    else if (c === '[' && text.indexOf(']', i + 2) !== -1) {
      const end = text.indexOf(']', i + 2);
      source += `[${text
        .slice(i + 1, end)
        .replace(/^!/, '^')
        .replace(/\\/g, '\\\\')}]`;
      i = end;
    } else source += c.replace(/[.+^$()|\\\]}{,]/g, '\\$&');
  }
  if (inBraces > 0) source += ')'.repeat(inBraces);
  return new RegExp(`^${source}$`);
}

/** The files that a pattern matches, in the order of their names; `node_modules` and hidden folders are not entered. */
export async function glob(pattern: string): Promise<string[]> {
  const matches = globToRegExp(pattern.split(sep).join('/'));
  const { readdir } = fileSystem().promises;
  const found: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = folder === '.' ? entry.name : join(folder, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules' && !entry.name.startsWith('.')) await walk(path);
      } else if (matches.test(path.split(sep).join('/'))) found.push(path);
    }
  };
  await walk(baseOf(pattern));
  return found.sort((a, b) => (a < b ? -1 : 1));
}
