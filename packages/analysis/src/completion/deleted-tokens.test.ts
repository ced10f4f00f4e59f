import { tokensOf, type PolicyToken } from '@nanook/core/syntax';
import { describe, expect, it } from 'vitest';
import { gitClubFiles, gitClubWorkspace } from '../testing/git-club.fixture.js';

/** A word or a text of GitClub that is deleted, and its position in the completions at the hole. */
interface Hole {
  readonly token: PolicyToken;
  readonly isNameOfTest: boolean;
  /** 0 is the first completion, and -1 none of them. */
  readonly rank: number;
}

function holesOf(file: string, text: string): readonly Hole[] {
  const workspace = gitClubWorkspace();
  const tokens = tokensOf(text).filter(({ kind }) => kind !== 'comment');
  return tokens.map((token, i) => {
    const isText = token.kind === 'string';
    const hole = isText ? '""' : '';
    workspace.update(file, text.slice(0, token.start) + hole + text.slice(token.end));
    const items = workspace.complete(file, token.start + (isText ? 1 : 0))?.items ?? [];
    const wanted = isText ? token.text.slice(1, -1) : token.text;
    const rank = items.findIndex(({ label }) => label === wanted);
    return { token, rank, isNameOfTest: isText && tokens[i - 1]?.text === 'test' };
  });
}

describe('the completions at a hole', () => {
  const holes = [...gitClubFiles].flatMap(([file, text]) => holesOf(file, text));
  const words = holes.filter(
    ({ token: { kind }, isNameOfTest }) => kind !== 'punctuation' && kind !== 'number' && !isNameOfTest,
  );
  const share = (found: readonly Hole[]): number => found.length / words.length;

  it('exist for each word and text of the policies and tests of GitClub', () => {
    expect(holes.length).toBeGreaterThan(1600);
    expect(words.length).toBeGreaterThan(800);
  });

  it('contain the deleted text in 99 % of the places', () => {
    expect(share(words.filter(({ rank }) => rank >= 0))).toBeGreaterThan(0.99);
  });

  it('have the deleted text among the first ten in 98 % of the places', () => {
    expect(share(words.filter(({ rank }) => rank >= 0 && rank < 10))).toBeGreaterThan(0.98);
  });
});
