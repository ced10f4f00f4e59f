import { parse } from '@nanook/core/syntax';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomCases, randomTimeout } from '../../../../tools/test-scope.js';
import { applyEdit, randomEdit, share } from '../../../core/src/tooling/random-edit.fixture.js';
import { gitClubFiles, gitClubSettings } from '../testing/git-club.fixture.js';
import { fixesOf } from '../fixes/fixes-of.js';
import { Workspace } from '../workspace/workspace.js';
import { checkPolicies } from './check-policies.js';
import type { Finding } from './finding.js';

const written = ({ severity, code, message, span }: Finding): string =>
  `${severity} ${code} ${message} ${span?.source.name} ${span?.start} ${span?.end}`;

/** Returns the findings of `nanook check`, which reads all policies anew, each with its fix. */
function checked(workspace: Workspace): readonly string[] {
  const policies = workspace.names.map((name) => ({ name, source: workspace.text(name)! }));
  const trees = policies.map((policy) => parse(policy).policy);
  const { types = {} } = gitClubSettings;
  const findings = checkPolicies({ policies, trees, types, constants: {}, queries: [] });
  const fixes = fixesOf({ policies, constants: {} }, findings);
  return findings.map((finding) => {
    const fix = fixes.get(finding);
    return `${written(finding)} ${fix && `${fix.span.start} ${fix.span.end} ${fix.text}`}`;
  });
}

/** Returns the findings of a workspace, each with its fix. */
function kept(workspace: Workspace): readonly string[] {
  const actions = workspace.names.flatMap((name) => {
    const end = workspace.text(name)!.length;
    return workspace.codeActions(name, { start: 0, end }).map((action) => ({ name, ...action }));
  });
  return workspace.findings.map((finding) => {
    const { span, code } = finding;
    const found = actions.filter(
      (each) =>
        each.name === span?.source.name &&
        each.code === code &&
        each.start === span.start &&
        each.end === span.end,
    );
    const [edit] = (found[0]?.edits ?? []) as readonly { start: number; end: number; text: string }[];
    return `${written(finding)} ${edit && `${edit.start} ${edit.end} ${edit.text}`}`;
  });
}

/** Asks for every answer at a place, none of which may fail. */
function askEverything(workspace: Workspace, name: string, place: number): void {
  const text = workspace.text(name)!;
  const at = Math.floor(place * text.length);
  const completions = workspace.complete(name, at);
  const isInside = completions === undefined || completions.replaces.end <= text.length;
  expect(isInside).toBe(true);
  workspace.hover(name, at);
  workspace.signature(name, at);
  for (const { file, start, end } of [...workspace.definition(name, at), ...workspace.references(name, at)])
    expect(start < end && end <= workspace.text(file)!.length).toBe(true);
  workspace.implementation(name, at);
  workspace.rename(name, at, 'other');
  for (const item of workspace.callHierarchy(name, at)) {
    workspace.incomingCalls(item);
    workspace.outgoingCalls(item);
  }
  workspace.documentSymbols(name);
  workspace.folding(name);
  workspace.selectionRanges(name, at);
  for (const { start, end } of workspace.semanticTokens(name))
    expect(end <= text.length && start < end).toBe(true);
  workspace.inlayHints(name, { start: 0, end: text.length });
  workspace.codeLenses(name);
  workspace.format(name);
}

describe('a workspace', () => {
  it(
    'has the findings and fixes of a fresh check after random edits, and answers at all places',
    () => {
      const edits = fc.array(fc.tuple(share, randomEdit, share), { minLength: 1, maxLength: 20 });
      const files = fc.shuffledSubarray([...gitClubFiles], { minLength: 1, maxLength: 3 });
      fc.assert(
        fc.property(files, fc.boolean(), edits, (chosen, isWindows, all) => {
          const workspace = new Workspace(gitClubSettings);
          for (const [name, text] of chosen)
            workspace.update(name, isWindows ? text.replaceAll('\n', '\r\n') : text);
          for (const [file, each, place] of all) {
            const [name] = chosen[Math.floor(file * chosen.length)]!;
            workspace.update(name, applyEdit(workspace.text(name)!, each));
            expect(kept(workspace).toSorted()).toEqual(checked(workspace).toSorted());
            askEverything(workspace, name, place);
          }
        }),
        { numRuns: randomCases(400) },
      );
    },
    randomTimeout(300_000),
  );

  it('names the place of the first of two equal rules in the present text', () => {
    const workspace = new Workspace({ types: { User: {}, Note: {} } });
    const rule = 'allow(_: User, "read", _: Note);\n';
    workspace.update('a.polar', `${rule}${rule}`);
    expect(workspace.diagnostics('a.polar').map(({ message }) => message)).toEqual([
      'the same rule is at a.polar:1:1; remove one of them',
    ]);
    workspace.update('a.polar', `# one\n# two\n${rule}${rule}`);
    expect(workspace.diagnostics('a.polar')).toEqual([
      expect.objectContaining({ message: 'the same rule is at a.polar:3:1; remove one of them', start: 45 }),
    ]);
  });
});
