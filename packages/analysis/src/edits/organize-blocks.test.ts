import { Authorizer } from '@nanook/core';
import { parse } from '@nanook/core/syntax';
import { describe, expect, it } from 'vitest';
import { randomCases } from '../../../../tools/test-scope.js';
import { Workspace } from '../workspace/workspace.js';

/** Organizes the blocks of a text. Returns the text as it is if there is nothing to do. */
function organized(text: string): string {
  const workspace = new Workspace();
  workspace.update('app.polar', text);
  const edits = workspace.organizeBlocks('app.polar')?.edits ?? [];
  return edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((found, { start, end, text: added }) => found.slice(0, start) + added + found.slice(end), text);
}

describe('organizeBlocks', () => {
  it('puts permissions, roles and relations before the rules, which keep their order', () => {
    expect(
      organized(`actor User {}
resource Note { # notes of a team
  "read" if "reader"; # readers

  # Owners do all.
  "edit" if "owner";
  relations = { team: Team };

  # The roles,
  # from weak to strong.
  roles = ["reader", "owner"];
  "reader" if "owner";
  permissions = ["read", "edit"];
  # the end
}
`),
    ).toBe(`actor User {}
resource Note { # notes of a team
  permissions = ["read", "edit"];

  # The roles,
  # from weak to strong.
  roles = ["reader", "owner"];
  relations = { team: Team };

  "read" if "reader"; # readers

  # Owners do all.
  "edit" if "owner";
  "reader" if "owner";
  # the end
}
`);
  });

  it('keeps a block on one line, and line breaks of two characters', () => {
    expect(organized('resource Note { roles = ["a"]; "b" if "a"; permissions = ["b"]; }')).toBe(
      'resource Note { permissions = ["b"]; roles = ["a"]; "b" if "a"; }',
    );
    expect(organized('resource Note {\r\n\troles = ["a"];\r\n\tpermissions = ["b"];\r\n}\r\n')).toBe(
      'resource Note {\r\n\tpermissions = ["b"];\r\n\troles = ["a"];\r\n}\r\n',
    );
    expect(organized('resource Note { roles = ["a"]; permissions = ["b"]; # last\n}')).toBe(
      'resource Note {\n  permissions = ["b"]; # last\n  roles = ["a"];\n}',
    );
  });

  it('changes no file with a syntax error', () => {
    const text = 'resource Note { roles = ["a"]; permissions = ["b"]; }\nallow(';
    expect(organized(text)).toBe(text);
  });
});

const items = [
  'permissions = ["read", "edit"];',
  'roles = ["reader", "owner"];',
  'relations = { team: Team };',
  '"read" if "reader"; # readers',
  '# Owners do all.\n  "edit" if "owner";',
  '"reader" if "owner";',
  '\n  "owner" if "member" on "team";',
];
const others = `actor User {}
resource Team { roles = ["member"]; }
allow(actor, action, resource) if has_permission(actor, action, resource);
has_relation(team: Team, "team", note: Note) if note.team = team;
has_role(user: User, "member", team: Team) if user in team.members;
has_role(user: User, "reader", note: Note) if user = note.reader;
`;

class User {}
class Team {
  constructor(readonly members: readonly User[]) {}
}
class Note {
  constructor(
    readonly team: Team,
    readonly reader: User,
  ) {}
}
const users = [new User(), new User(), new User()];
const notes = [
  new Note(new Team([users[0]!]), users[1]!),
  new Note(new Team([users[0]!, users[2]!]), users[0]!),
];

async function decisions(source: string): Promise<string> {
  const authorizer = await Authorizer.load({
    policies: { name: 'app.polar', source },
    types: { User, Team, Note },
    onWarning: () => {},
    denialWarnings: false,
  });
  const found = [];
  for (const user of users) for (const note of notes) found.push(await authorizer.actions(user, note));
  return JSON.stringify(found.map((actions) => [...actions]));
}

describe('a block in any order', () => {
  /** Shuffles the items with a generator of equal numbers for each seed. */
  function shuffled(seed: number): string {
    let state = seed * 2_654_435_761 + 1;
    const random = (): number => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
    return items
      .map((item) => ({ item, at: random() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ item }) => `  ${item}\n`)
      .join('');
  }

  it('keeps its decisions, its rules in order and its comments, and is organized once', async () => {
    for (let seed = 1; seed <= randomCases(200); seed++) {
      const text = `${others}resource Note {\n${shuffled(seed)}}\n`;
      const result = organized(text);
      const rulesOf = (policy: string): string[] =>
        parse({ name: 'app.polar', source: policy })
          .policy.statements.flatMap((statement) =>
            statement.kind === 'block' ? statement.items.filter(({ kind }) => kind === 'shorthand-rule') : [],
          )
          .map((rule) => policy.slice(rule.span.start, rule.span.end));
      expect(rulesOf(result)).toEqual(rulesOf(text));
      expect(result.match(/^ *(?:permissions|roles|relations) =/gm)!.map((each) => each.trim())).toEqual([
        'permissions =',
        'roles =',
        'relations =',
      ]);
      const words = (policy: string): string[] => policy.split(/\s+/).toSorted();
      expect(words(result)).toEqual(words(text));
      expect(organized(result)).toBe(result);
      const answers = await decisions(result);
      expect(answers).toBe(await decisions(text));
      expect(answers).toContain('"read"');
    }
  });
});
