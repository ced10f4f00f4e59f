import { Authorizer, typed, type TypesInput } from '@nanook/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomCases, randomTimeout } from '../../../../tools/test-scope.js';
import { share } from '../../../core/src/tooling/random-edit.fixture.js';
import { Workspace } from '../workspace/workspace.js';
import type { TextEdit } from '../workspace/place.js';
import type { PolicySymbol } from '../symbols/policy-symbol.js';
import { policySpec, textOf, words } from './random-policy.fixture.js';

const types: TypesInput = {
  User: { fields: { name: 'String', isStaff: 'Boolean', roles: ['Role'] } },
  Role: { fields: { name: 'String', org: 'Org' } },
  Org: { fields: { name: 'String' } },
  Doc: { fields: { name: 'String', org: 'Org' } },
  Note: { fields: { name: 'String' } },
};

const names = words;

/** Returns users and resources. @param nameOf returns the stored name of a role */
function people(nameOf: (role: string) => string) {
  const orgs = ['acme', 'guild'].map((name) => typed('Org', { name }));
  const docs = orgs.map((org, i) => typed('Doc', { name: names[i]!, org }));
  const notes = [typed('Note', { name: 'owner' })];
  const users = names.map((name, i) =>
    typed('User', {
      name,
      isStaff: i === 0,
      roles: i === 4 ? [] : [typed('Role', { name: nameOf(name), org: orgs[i % 2]! })],
    }),
  );
  const resources = [
    ...orgs.map((value) => ({ type: 'Org', value })),
    ...docs.map((value) => ({ type: 'Doc', value })),
    ...notes.map((value) => ({ type: 'Note', value })),
  ];
  return { users, resources };
}

/** Decides all actions of all users on all resources. */
async function decisions(
  texts: ReadonlyMap<string, string>,
  actionOf: (action: string, type: string) => string,
  nameOf: (role: string) => string,
): Promise<string> {
  const authorizer = await Authorizer.load({
    policies: [...texts].map(([name, source]) => ({ name, source })),
    types,
    undecided: 'deny',
    onWarning: () => {},
  });
  const { users, resources } = people(nameOf);
  let found = '';
  for (const user of users)
    for (const { type, value } of resources)
      for (const action of names)
        found += answerOf(() => authorizer.canSync(user, actionOf(action, type), value));
  return found;
}

function answerOf(decide: () => boolean): string {
  try {
    return decide() ? '1' : '0';
  } catch {
    return 'e';
  }
}

function edited(workspace: Workspace, edits: readonly TextEdit[]): ReadonlyMap<string, string> {
  return new Map(
    workspace.names.map((name) => {
      let text = workspace.text(name)!;
      for (const { start, end, text: added } of edits
        .filter(({ file }) => file === name)
        .toSorted((a, b) => b.start - a.start))
        text = text.slice(0, start) + added + text.slice(end);
      return [name, text];
    }),
  );
}

const renamedKinds: readonly string[] = ['role', 'permission', 'relation', 'function', 'variable'];

const isOf = (symbol: PolicySymbol, type: string): boolean => 'type' in symbol && symbol.type === type;

describe('a rename in a random policy', () => {
  it(
    'keeps all answers, or says that the name can come from elsewhere, or refuses',
    async () => {
      const counts = { kept: 0, told: 0, refused: 0 };
      await fc.assert(
        fc.asyncProperty(
          policySpec,
          share,
          fc.constantFrom('fresh', 'fresh', 'other_name', ...names),
          async (spec, place, to) => {
            const texts = textOf(spec);
            const workspace = new Workspace({ types });
            for (const [name, text] of texts) workspace.update(name, text);
            fc.pre(workspace.findings.every(({ severity }) => severity !== 'error'));
            const places = [...texts.keys()].flatMap((file) =>
              workspace
                .semanticTokens(file)
                .filter(({ kind }) => renamedKinds.includes(kind))
                .map(({ start }) => ({ file, start })),
            );
            const { file, start: at } = places[Math.floor(place * places.length)]!;
            const renamed = workspace.rename(file, at, to);
            if ('reason' in renamed) {
              counts.refused++;
              return;
            }
            const { symbol, edits, unsure, warnings } = renamed;
            const fromData = warnings.some(({ message }) => message.includes('from data'));
            if (unsure.length > 0) {
              counts.told++;
              return;
            }
            counts.kept++;
            const after = edited(workspace, edits);
            const before = await decisions(
              texts,
              (action) => action,
              (role) => role,
            );
            const isAction = symbol.kind === 'permission';
            const renames = isAction && isOf(symbol, '*') ? () => true : (type: string) => isOf(symbol, type);
            const now = await decisions(
              after,
              (action, type) => (isAction && action === symbol.name && renames(type) ? to : action),
              (role) => (fromData && role === symbol.name ? to : role),
            );
            expect({ now, texts: [...after], symbol }).toEqual({ now: before, texts: [...after], symbol });
          },
        ),
        { numRuns: randomCases(1000), maxSkipsPerRun: 5 },
      );
      expect(counts.kept).toBeGreaterThan(counts.told);
    },
    randomTimeout(300_000),
  );
});
