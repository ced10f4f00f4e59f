import { describe, expect, it } from 'vitest';
import { textOf } from '../diagnostics/span.js';
import { printRule } from '../syntax/print.js';
import { TypeTable } from '../types/type-table.js';
import { diagnoseWith, policyOf } from './diagnose.fixture.js';
import type { PolicyRule } from './policy.js';

class User {}
class Org {}
class Repo {}
class Folder {}
class Row {}
const classes = { User, Org, Repo, Folder, row: Row };
const types = new TypeTable(classes);
const diagnose = diagnoseWith(types);

const print = (rule: PolicyRule) => printRule({ ...rule, kind: 'rule', nameSpan: rule.span });
const rewritten = (text: string, table = types) =>
  policyOf(text, table)
    .rules.filter(({ shorthandOf }) => shorthandOf !== undefined)
    .map(print);

const blocks = `
  actor User {}
  resource Org { roles = ["member"]; relations = { boss: User }; }
  resource Repo {
    permissions = ["read", "push"];
    roles = ["reader", "writer"];
    relations = { owner: User, parent: Org };
    "read" if "reader";
    "reader" if "writer";
    "push" if "owner";
    "read" if "member" on "parent";
    "push" if "boss" on "parent";
  }
  resource Folder { permissions = ["read"]; relations = { parent: Folder }; "read" if "read" on "parent"; }
  resource row { permissions = ["see"]; relations = { up: row }; "see" if "see" on "up"; }
  has_role(_: User, "member", _: Org);
  has_relation(_: User, "boss", _: Org);
  has_relation(_: User, "owner", _: Repo);
  has_relation(_: Org, "parent", _: Repo);
  has_relation(_: Folder, "parent", _: Folder);
  has_relation(_: row, "up", _: row);
`;

describe('shorthand rules', () => {
  it('become rules about roles, permissions and relations', () => {
    expect(rewritten(blocks)).toEqual([
      'has_permission(actor: Actor{}, "read", repo: Repo{}) if has_role(actor, "reader", repo);',
      'has_role(actor: Actor{}, "reader", repo: Repo{}) if has_role(actor, "writer", repo);',
      'has_permission(actor: Actor{}, "push", repo: Repo{}) if has_relation(actor, "owner", repo);',
      'has_permission(actor: Actor{}, "read", repo: Repo{}) if has_relation(related_org, "parent", repo) and has_role(actor, "member", related_org);',
      'has_permission(actor: Actor{}, "push", repo: Repo{}) if has_relation(related_org, "parent", repo) and has_relation(actor, "boss", related_org);',
      'has_permission(actor: Actor{}, "read", folder: Folder{}) if has_relation(related_folder, "parent", folder) and has_permission(actor, "read", related_folder);',
      'has_permission(actor: Actor{}, "see", row_instance: row{}) if has_relation(related_row_instance, "up", row_instance) and has_permission(actor, "see", related_row_instance);',
    ]);
  });

  it('use variables without the name of a type or constant', () => {
    const captured = new TypeTable({ ...classes, ACTOR: class {} }, { actor: 1, actor_: 2, related_org: 3 });
    expect(
      rewritten(
        `
          resource Org { roles = ["member"]; }
          resource ACTOR { permissions = ["read"]; relations = { parent: Org }; "read" if "member" on "parent"; }
          has_relation(_: Org, "parent", _: ACTOR);
          has_role(_: Actor, "member", _: Org);
        `,
        captured,
      ),
    ).toEqual([
      'has_permission(actor__: Actor{}, "read", actor___: ACTOR{}) if has_relation(related_org_, "parent", actor___) and has_role(actor__, "member", related_org_);',
    ]);
  });

  it('pass their place on to the rewritten rules', () => {
    const [rule] = policyOf(
      'resource Repo { permissions = ["read", "push"]; "read" if "push"; }\nhas_permission(_: Actor, "push", _: Repo);',
      types,
    ).rules.slice(1);
    expect(textOf(rule!.span)).toBe('"read" if "push";');
    expect(textOf(rule!.body!.span)).toBe('"push"');
  });

  it('cause an error for an undeclared name', () => {
    expect(diagnose`
      resource Repo { permissions = ["read"]; "read" if "reader"; "list" if "read"; "read" if "member" on "parent"; }
    `).toEqual([
      {
        code: 'POLAR_CHECK_BLOCK_UNDECLARED_TERM',
        at: '1:51',
        data: { name: 'reader', type: 'Repo', known: ['read'] },
      },
      {
        code: 'POLAR_CHECK_BLOCK_UNDECLARED_TERM',
        at: '1:61',
        data: { name: 'list', type: 'Repo', known: ['read'] },
      },
      {
        code: 'POLAR_CHECK_BLOCK_UNDECLARED_TERM',
        at: '1:101',
        data: { name: 'parent', type: 'Repo', known: ['read'] },
      },
    ]);
  });

  it('use the names that the related block declares, with `on`', () => {
    expect(diagnose`
      resource Org {}
      resource Repo {
        permissions = ["read"];
        relations = { parent: Org, owner: User };
        "read" if "member" on "read";
        "read" if "member" onn "parent";
        "read" if "member" on "parent";
        "read" if "member" on "owner";
      }
    `).toEqual([
      {
        code: 'POLAR_CHECK_BLOCK_NOT_A_RELATION',
        at: '5:25',
        data: { name: 'read', type: 'Repo', kind: 'permission' },
      },
      { code: 'POLAR_CHECK_BLOCK_ON_KEYWORD', at: '6:22', data: { found: 'onn' } },
      {
        code: 'POLAR_CHECK_BLOCK_RELATED_UNDECLARED',
        at: '7:13',
        data: { name: 'member', type: 'Repo', related: 'Org', known: [] },
      },
      {
        code: 'POLAR_CHECK_BLOCK_RELATED_MISSING',
        at: '8:25',
        data: { name: 'member', type: 'Repo', related: 'User', relation: 'owner' },
      },
    ]);
  });
});
