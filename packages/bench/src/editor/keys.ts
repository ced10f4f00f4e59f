import { Random } from '../random.ts';
import type { EditKind } from './results.ts';
import type { Texts } from './world.ts';

/** A key in an editor: the text of a file after it. */
export interface Key {
  readonly kind: EditKind;
  readonly file: string;
  readonly text: string;
}

/** Yields keys in random files. After each group of keys, the file is as before. */
export function* keysIn(texts: Texts, groups: number, random: Random): Generator<Key> {
  const files = [...texts].filter(([name]) => name.startsWith('club-'));
  for (let group = 0; group < groups; group++) {
    const [file, text] = random.pick(files);
    const copy = /\d+/.exec(file)![0];
    const rule = `allow(user: User, "archive", repository: Repository${copy}) if\n  user.isStaff and repository.organization.baseRole = "owner";\n\n`;
    const firstRule = text.indexOf('\nallow(') + 1;
    yield* typed('rule', file, text, firstRule, rule);
    yield* typed('comment', file, text, text.indexOf('# ') + 2, 'It is new that it is so. ');
    yield* typedAgain('field', file, text, text.indexOf('baseRole'), 'baseRole');
    yield* typedAgain('role', file, text, text.indexOf('"owner"') + 1, 'owner');
  }
}

/** Yields the keys that insert a text, and one that removes it. */
function* typed(kind: EditKind, file: string, text: string, at: number, added: string): Generator<Key> {
  for (let length = 1; length <= added.length; length++)
    yield { kind, file, text: text.slice(0, at) + added.slice(0, length) + text.slice(at) };
  yield { kind, file, text };
}

/** Yields the keys that remove a word except for its first letter, and write it again. */
function* typedAgain(kind: EditKind, file: string, text: string, at: number, word: string): Generator<Key> {
  const end = at + word.length;
  for (let length = word.length - 1; length >= 1; length--)
    yield { kind, file, text: text.slice(0, at + length) + text.slice(end) };
  for (let length = 2; length <= word.length; length++)
    yield { kind, file, text: text.slice(0, at + length) + text.slice(end) };
}
