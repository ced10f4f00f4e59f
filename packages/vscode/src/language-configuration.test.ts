import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface EnterRule {
  readonly beforeText: string;
  readonly afterText?: string;
  readonly previousLineText?: string;
  readonly action: { readonly indent: string; readonly appendText?: string };
}

const { indentationRules, onEnterRules, wordPattern } = JSON.parse(
  readFileSync(new URL('../language-configuration.json', import.meta.url), 'utf8'),
) as {
  readonly indentationRules: Readonly<Record<'increaseIndentPattern' | 'decreaseIndentPattern', string>>;
  readonly onEnterRules: readonly EnterRule[];
  readonly wordPattern: string;
};

/** Returns the action of the first rule that applies at `|`, as the editor chooses it. */
function enter(line: string, previousLine = ''): EnterRule['action'] | undefined {
  const [before = '', after = ''] = line.split('|');
  return onEnterRules.find(
    ({ beforeText, afterText, previousLineText }) =>
      new RegExp(beforeText).test(before) &&
      (afterText === undefined || new RegExp(afterText).test(after)) &&
      (previousLineText === undefined || new RegExp(previousLineText).test(previousLine)),
  )?.action;
}

describe('the indentation', () => {
  it.each([
    'resource Note {',
    'test "notes" { # of ann',
    'allow(user: User, "read", note: Note) if',
    'has_role(user: User, "a # b", note: Note) if # the owner',
    'note.owner in [',
  ])('grows after `%s`', (line) => {
    expect(line).toMatch(new RegExp(indentationRules.increaseIndentPattern));
  });

  it.each([
    'actor User {}',
    '"read" if "owner";',
    '# what they may do if',
    'x = "{";',
    'relations = { organization: Organization };',
    'note.if_read',
  ])('stays after `%s`', (line) => {
    expect(line).not.toMatch(new RegExp(indentationRules.increaseIndentPattern));
  });

  it.each(['}', '  };', ']', ')'])('shrinks at `%s`', (line) => {
    expect(line).toMatch(new RegExp(indentationRules.decreaseIndentPattern));
  });
});

describe('the key Enter', () => {
  it('continues a comment that is split', () => {
    expect(enter('# Every user may | found an organization')).toEqual({ indent: 'none', appendText: '# ' });
    expect(enter('# Every user|')).toBeUndefined();
  });

  it('ends the indentation of a body after its `;`', () => {
    const head = 'has_role(user: User, "owner", note: Note) if';
    expect(enter('  note.owner = user;|', head)).toEqual({ indent: 'outdent' });
    expect(enter('  "read" if "owner";|', 'resource Note {')).toBeUndefined();
  });
});

describe('a word', () => {
  it.each([
    ['note.ownerId = 7', ['note', 'ownerId', '7']],
    ['has_role(user, "list_issues")', ['has_role', 'user', 'list_issues']],
  ])('of `%s` is a name or a number', (text, words) => {
    expect(text.match(new RegExp(wordPattern, 'g'))).toEqual(words);
  });
});
