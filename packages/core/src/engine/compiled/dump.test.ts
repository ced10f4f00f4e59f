import { afterEach, describe, expect, it, vi } from 'vitest';
import { Authorizer } from '../../index.js';
import { dedent } from '../../internal/dedent.fixture.js';

class User {
  roles = ['editor'];
}
class Doc {
  constructor(
    readonly owner: User | undefined,
    readonly isPublic: boolean,
  ) {}
}

const policies = `
  allow(user: User, "read", doc: Doc) if doc.owner = user;
  allow(_: User, "read", doc: Doc) if doc.isPublic;
  allow(user: User, "write", _: Doc) if role in user.roles and role in ["editor", "owner"];
  allow(_: User, "move", doc: Doc) if print(doc);
`;

/** Runs a check often and returns the text that was printed. */
async function dumped(parts: string, engine: 'source' | 'closures', action = 'read'): Promise<string> {
  vi.stubEnv('NANOOK_DUMP', parts);
  const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
  const user = new User();
  const authorizer = await Authorizer.load({ policies, types: { User, Doc }, engine });
  for (let i = 0; i < 100; i++) expect(authorizer.canSync(user, action, new Doc(user, false))).toBe(true);
  return printed.mock.calls.join('\n');
}

describe('NANOOK_DUMP', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  it.each(['source', 'closures'] as const)('prints the plan of each function of %s', async (engine) => {
    expect(await dumped('plan', engine)).toBe(
      dedent(`
        [nanook] plan of allow(User, "read", Doc)  ($0, $1)
          try
            $2 = $1.owner
            if $2 == $0
              succeed
          or
            $3 = $1.isPublic
            if $3
              succeed

      `),
    );
  });

  it('prints the plan of a loop', async () => {
    expect(await dumped('plan', 'source', 'write')).toBe(
      dedent(`
        [nanook] plan of allow(User, "write", Doc)  ($0, $1)
          $2 = $0.roles
          each $3 in $2
            if $3 in ["editor", "owner"]
              succeed

      `),
    );
  });

  it('prints the generated source of each function', async () => {
    const text = await dumped('source', 'source');
    expect(text).toContain('[nanook] source of allow(_, _, _), run');
    expect(text).toContain('[nanook] source of allow(User, "read", Doc), run');
    expect(text).toContain('.owner');
    expect(text).not.toContain('plan of');
  });

  it('prints both parts when both are named', async () => {
    const text = await dumped('plan, source', 'source');
    expect(text).toContain('plan of allow(User, "read", Doc)');
    expect(text).toContain('source of allow(User, "read", Doc), run');
  });

  it('prints why a rule is not compiled', async () => {
    expect(await dumped('plan', 'source', 'move')).toBe(
      '[nanook] allow(User, "move", Doc) is not compiled, because it has `print` (policy:5:39); the machine runs it\n',
    );
  });

  it('prints nothing by default', async () => {
    expect(await dumped('', 'source')).toBe('');
  });
});

describe('generated code', () => {
  it('has the name of its rule in stack traces', async () => {
    let stack = '';
    class Traced {
      get isPublic(): boolean {
        stack = new Error('trace').stack!;
        return true;
      }
    }
    const authorizer = await Authorizer.load({
      policies: String.raw`allow(_, "it's\nread", t: Traced) if t.isPublic;`,
      types: { Traced },
      engine: 'source',
    });
    expect(authorizer.canSync(null, "it's\nread", new Traced())).toBe(true);
    expect(stack).toMatch(/nanook:\/\/\/allow\/_\/it_s_read\/Traced\.run\.js:\d+/);
  });
});
