import { describe, expect, it } from 'vitest';
import { TypeTable } from '../../types/type-table.js';
import { diagnoseWith } from '../diagnose.fixture.js';

// cspell:ignore auther onwer ownr raed suport

class Doc {}
class Report extends Doc {}
const diagnose = diagnoseWith(new TypeTable({ User: {}, Org: {}, Doc, Report }));
const code = 'POLAR_CHECK_UNDECLARED_NAME';

describe('undeclared-name', () => {
  it('warns about a role, a permission or a relation that the block of the type does not declare', () => {
    expect(diagnose`
      actor User {}
      resource Org { roles = ["member"]; permissions = ["invite"]; }
      resource Doc { roles = ["owner"]; permissions = ["read"]; relations = { org: Org, author: User }; }
      allow(a, b, c) if has_permission(a, b, c);
      allow(a, "x", d: Doc) if has_role(a, "onwer", d) or has_permission(a, "raed", d);
      allow(a, "y", d) if has_relation(a, "auther", d) or has_role(a, "boss", d.org);
      has_role(_: User, "owner", _: Org);
      has_role(_: User, "ownr", _: Report);
      has_role(_: User, "owner", _: Report);
      has_permission(_: User, "invite", _: Org);
      has_relation(_: Org, "org", _: Doc);
    `).toEqual([
      { code, at: '5:38', data: { name: 'onwer', kind: 'role', type: 'Doc', known: ['owner'] } },
      { code, at: '5:71', data: { name: 'raed', kind: 'permission', type: 'Doc', known: ['read'] } },
      { code, at: '6:37', data: { name: 'auther', kind: 'relation', type: undefined, known: ['author'] } },
      { code, at: '6:65', data: { name: 'boss', kind: 'role', type: undefined, known: [] } },
      { code, at: '7:19', data: { name: 'owner', kind: 'role', type: 'Org', known: [] } },
      { code, at: '8:19', data: { name: 'ownr', kind: 'role', type: 'Report', known: ['owner'] } },
    ]);
  });

  it('warns about a role or a permission without a resource that the block `global` does not declare', () => {
    expect(diagnose`
      actor User {}
      global { roles = ["support"]; permissions = ["enter"]; "enter" if "support"; }
      resource Org { roles = ["member"]; permissions = ["read"]; "read" if "member"; }
      allow(a, b, c) if has_permission(a, b, c);
      allow(user: User, "read", _: Org) if has_role(user, "suport");
      has_role(_: User, "support");
      has_role(_: User, "member");
      has_role(_: User, "member", _: Org);
    `).toEqual([
      { code, at: '5:53', data: { name: 'suport', kind: 'role', type: undefined, known: ['support'] } },
      { code, at: '7:19', data: { name: 'member', kind: 'role', type: undefined, known: [] } },
    ]);
  });

  it('accepts any name where no block declares names of the kind', () => {
    expect(diagnose`
      actor User {}
      resource Doc { permissions = ["read"]; }
      allow(a, b, c) if has_permission(a, b, c);
      has_permission(u: User, "read", d: Doc) if has_role(u, "owner", d);
      has_role(_: User, "owner", _: Doc);
    `).toEqual([]);
  });
});
