import { createRequire } from 'node:module';
import { Predicate } from '../predicate.js';
import { nanook, type Library, type Scenario } from './both-libraries.fixture.js';

const require = createRequire(import.meta.url);

// An application that compiles a policy to grants of a database: it asks for all answers of `grant`, and reads their conditions. Functions
// of SQL return a call, which stays in the conditions.

/** Registers functions of SQL, and a literal that the application keeps by the name of a variable. */
function registerSql(library: Library, oso: InstanceType<Library['Oso']>): string[] {
  const Call =
    library === nanook
      ? Predicate
      : (require('oso/dist/src/Predicate') as { Predicate: typeof Predicate }).Predicate;
  const literals: string[] = [];
  oso.registerConstant(
    {
      lower: (...args: unknown[]) => new Call('lower', args),
      setting: (name: unknown) => new Call('setting', [name]),
      literal(value: unknown) {
        literals.push(value instanceof library.Variable ? 'a variable' : String(value));
        return new library.Variable(`literal${literals.length}`);
      },
    },
    'sql',
  );
  return literals;
}

const grants =
  (policy: string): Scenario =>
  async (library) => {
    const oso = new library.Oso();
    const literals = registerSql(library, oso);
    oso.registerConstant('ann', 'ann');
    oso.registerConstant({ id: 1 }, 'row');
    await oso.loadStr(policy);
    const variables = ['role', 'action', 'table'].map((name) => new library.Variable(name));
    const found: unknown[] = [];
    for await (const answer of oso.queryRule({ acceptExpression: true }, 'grant', ...variables))
      found.push(answer);
    return { found, literals };
  };

/** The conditions of a rule about a table, after the role and the action. */
const conditions = [
  't == "app.users"',
  't == "app.users" and t.column != "note"',
  't.column != "note" and t == "app.users"',
  '"app.users" == t and t.row.owner == "x"',
  't == "app.users" and t.row.n > 1 and t.row.n > 1 and 1 < t.row.n',
  't == "app.users" and t != "app.notes"',
  't == "a" and t == "b"',
  't == "a" and t == "a"',
  't == ["a", {b: 1}] and t.row.x = 1',
  't == row and t.row.x = 1',
  't == nil and t.row.x = 1',
  't == "app.users" and not t.row.x = 1',
  't == "app.users" and forall(x in [1, 2], t.row.x != x)',
  't == "app.users" and (t.row.x = 1 or t.row.y = 2)',
  't.row.x == other and other.y = 1',
  'r.name == t.row.owner and t == "app.users"',
  't == "app.users" and t.row.org == sql.setting("org")',
  't == "app.users" and t.row.name == sql.lower(t.row.other)',
  't.row.name = sql.lower(t.row.other, [t.row.x, 1], {key: t.row.y})',
  'sql.lower(t.row.name) == sql.literal(true)',
  't.row.n > sql.literal(1)',
  't.row.n = sql.literal(t.row.m)',
  'sql.lower(t.row.name) = sql.lower("x")',
  'sql.lower(sql.lower(t.row.name)) < t.row.x',
  'not t.row.name = sql.lower(t.row.x)',
  'x = sql.lower(t.row.name) and t.row.x = x',
  't = sql.lower("x")',
];

export const grantsScenarios: Readonly<Record<string, Scenario>> = {
  ...Object.fromEntries(
    conditions.map((text) => [`grants: ${text}`, grants(`grant(r, "select", t) if r == ann and ${text};`)]),
  ),
  'grants of several rules': grants(`
    developer(role) if name in ["ann", "bob"] and role.kind == "user" and role == name;
    tester(role) if role == "cy";
    tester(role) if developer(role);
    grant(role, "usage", "notes") if developer(role);
    grant(role, "usage", schema) if tester(role) and schema.kind == "schema" and schema != "notes";
    grant(role, action, table) if developer(role) and action != "truncate" and kind in ["table", "view"] and table.kind == kind;
    grant("all", _, table) if table in ["a", "b"];
  `),
};
