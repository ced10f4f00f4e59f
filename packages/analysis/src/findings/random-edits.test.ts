import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomCases } from '../../../../tools/test-scope.js';
import { applyEdit, randomEdit } from '../../../core/src/tooling/random-edit.fixture.js';
import { gitClubFiles, gitClubSettings, gitClubWorkspace } from '../testing/git-club.fixture.js';
import { Workspace } from '../workspace/workspace.js';
import { checkPolicies } from './check-policies.js';
import type { Finding } from './finding.js';
import { parse } from '@nanook/core/syntax';

const written = ({ severity, code, message, span }: Finding): string =>
  `${severity} ${code} ${message} ${span?.source.name} ${span?.start} ${span?.end}`;

/** Returns the findings of `nanook check`, which reads all policies anew. */
function checked(workspace: Workspace): readonly string[] {
  const policies = workspace.names.map((name) => ({ name, source: workspace.text(name)! }));
  const trees = policies.map((policy) => parse(policy).policy);
  const { types = {} } = gitClubSettings;
  return checkPolicies({ policies, trees, types, constants: {}, queries: [] }).map(written);
}

describe('a workspace', () => {
  it('has the findings of a fresh check after random edits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...gitClubFiles.keys()), randomEdit), {
          minLength: 1,
          maxLength: 10,
        }),
        (edits) => {
          const workspace = gitClubWorkspace();
          for (const [name, edit] of edits) {
            workspace.update(name, applyEdit(workspace.text(name)!, edit));
            expect(workspace.findings.map(written).toSorted()).toEqual(checked(workspace).toSorted());
          }
        },
      ),
      { numRuns: randomCases(300) },
    );
  });

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
