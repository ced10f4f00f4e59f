import { describe, expect, it } from 'vitest';
import { TypeTable } from '../../types/type-table.js';
import { diagnoseWith } from '../diagnose.fixture.js';

const diagnose = diagnoseWith(new TypeTable({ Repo: class {} }));
const code = 'POLAR_CHECK_FORWARDING_CYCLE';

describe('forwarding-cycle', () => {
  it('warns once about names that imply each other', () => {
    expect(diagnose`
      resource Repo {
        permissions = ["a", "b", "c", "d", "e"];
        "d" if "a";
        "a" if "b";
        "b" if "c";
        "c" if "a";
        "e" if "e";
      }
      allow(a, b, c) if has_permission(a, b, c);
    `).toEqual([
      { code, at: '4:3', data: { names: ['a', 'b', 'c'], type: 'Repo' } },
      { code, at: '7:3', data: { names: ['e'], type: 'Repo' } },
    ]);
  });

  it('accepts a rule that implies itself over a relation', () => {
    expect(diagnose`
      resource Repo {
        permissions = ["a", "b"];
        relations = { parent: Repo };
        "a" if "b";
        "b" if "a" on "parent";
      }
      allow(a, b, c) if has_permission(a, b, c);
      has_relation(_: Repo, "parent", _: Repo);
    `).toEqual([]);
  });
});
