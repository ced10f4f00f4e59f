import { describe, expect, it } from 'vitest';
import { Authorizer, type GrantableOptions } from '../index.js';

class Folder {}
class Archive extends Folder {}

async function linesFor(policies: string, action: string, resource?: string, options?: GrantableOptions) {
  const authorizer = await Authorizer.load({
    policies: { name: 'policy.polar', source: policies },
    types: { User: {}, Note: {}, Folder, Archive },
    onWarning: () => {},
  });
  return authorizer.policy.rulesFor(action, resource, options).map(({ line, file }) => `${file}:${line}`);
}

describe('policy.rulesFor', () => {
  const rules = `allow(_: User, "read", _: Note);
allow(user: User, action, note: Note) if action in ["read", "edit"] and note.owner = user;
allow(_: User, "create", Note);
allow(user: User, _, _) if user.isAdmin;
allow(_: User, "read", _: Archive);
`;

  it('lists the rules that can allow an action on a type, in the order of the policy', async () => {
    expect(await linesFor(rules, 'read', 'Note')).toEqual([
      'policy.polar:1',
      'policy.polar:2',
      'policy.polar:4',
    ]);
    expect(await linesFor(rules, 'edit', 'Note')).toEqual(['policy.polar:2', 'policy.polar:4']);
    expect(await linesFor(rules, 'delete', 'Note')).toEqual(['policy.polar:4']);
  });

  it('separates the type itself from its instances', async () => {
    expect(await linesFor(rules, 'create', 'Note', { resource: 'type' })).toEqual([
      'policy.polar:3',
      'policy.polar:4',
    ]);
    expect(await linesFor(rules, 'create', 'Note', { resource: 'instance' })).toEqual(['policy.polar:4']);
  });

  it('includes the rules about subtypes, and those about everything without a type', async () => {
    expect(await linesFor(rules, 'read', 'Folder')).toEqual(['policy.polar:4', 'policy.polar:5']);
    expect(await linesFor(rules, 'read')).toEqual([1, 2, 4, 5].map((line) => `policy.polar:${line}`));
  });

  it('lists shorthand rules instead of the rule that calls has_permission, and only those that can hold', async () => {
    const block = `actor User {}
resource Note {
  permissions = ["read", "burn"];
  roles = ["reader", "ghost"];
  "read" if "reader";
  "read" if "ghost";
  "burn" if "ghost";
}
allow(actor, action, resource) if has_permission(actor, action, resource);
has_role(user: User, "reader", note: Note) if note.owner = user;
`;
    expect(await linesFor(block, 'read', 'Note')).toEqual(['policy.polar:5']);
    expect(await linesFor(block, 'burn', 'Note')).toEqual([]);
    const guarded = block.replace(
      '(actor, action, resource);\n',
      '(actor, action, resource) and not resource.isOld;\n',
    );
    expect(await linesFor(guarded, 'read', 'Note')).toEqual(['policy.polar:9', 'policy.polar:5']);
  });

  it('lists a rule when the analysis takes too long', async () => {
    // The abstract values of nine arguments distinguish the calls, so that there are too many of them to evaluate.
    const names = Array.from({ length: 9 }, (_, i) => `x${i}`);
    const flips = names.map((name, i) => {
      const flipped = names.map((other, j) => (i === j ? `y` : other));
      return `f(${names.join()}) if ${name} in ["0", "1", "2", "3", "4", "5", "6", "7"] and next(${name}, y) and f(${flipped.join()});`;
    });
    const next = Array.from({ length: 8 }, (_, i) => `next("${i}", "${(i + 1) % 8}");`);
    const policy = `allow(_, "a", _) if f(${names.map(() => '"0"').join()}); ${flips.join('\n')} ${next.join('')}`;
    expect(await linesFor(policy, 'a', 'Note')).toEqual(['policy.polar:1']);
  });
});
