import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { enterFolder, nanook } from '../testing/run.fixture.js';
import { parsePrismaModels } from './prisma-types.js';

// cspell:ignore ownerid nmae

const policy = `allow(user: User, "read", note: Note) if note.ownerid = user.id;
allow(user: User, "edit", note: Note) if note.owner.nmae = user.name;
allow(_: User, "close", note: Note) if note.dueAt < note.createdAt;
allow(_: User, "list", note: Note) if note.dueAt != nil and note.dueAt < note.createdAt and note.state = "open";
allow(user: User, "share", note: Note) if tag in note.tags and tag = "x" and user.id = 1;
`;
const nilWarning = (line: number) => [
  'NANOOK_LINT_MAY_BE_NIL',
  line,
  expect.stringContaining('`note.dueAt` may be nil'),
];
const expected = [
  ['POLAR_CHECK_UNKNOWN_FIELD', 1, '`Note` declares no field `ownerid`; did you mean `ownerId` or `owner`?'],
  ['POLAR_CHECK_UNKNOWN_FIELD', 2, '`User` declares no field `nmae`; did you mean `name`?'],
  nilWarning(3),
];

const prisma = `// A schema with the parts of the language that a line can have.
datasource db {
  provider = "postgresql"
}
enum State {
  open
  closed
}
model User {
  id    Int     @id /// the number
  name  String
  notes Note[]
  @@map("users")
}
  model Note {
  id        Int       @id @default(1)
  ownerId   Int
  owner     User      @relation(fields: [ownerId], references: [id], map: "} {")
  // hidden Int
  dueAt     DateTime?
  createdAt DateTime  @default(now())
  state     State
  price     Decimal   @db.Decimal(10, 2)
  tags      String[]
  area      Unsupported("polygon")?
}
`;
const model = `export interface User { readonly id: number; name: string; notes: Note[] }
export class Note {
  readonly #secret = 1;
  id = 1;
  ownerId = 2;
  declare owner: Promise<User>;
  dueAt?: Date | null;
  get createdAt(): Date { return new Date(this.#secret); }
  state: 'open' | 'closed' = 'open';
  tags: readonly string[] = [];
}
`;

async function findingsOf(...args: readonly string[]) {
  const { code, out } = await nanook('typegen', '--json', ...args);
  const { findings, notes } = JSON.parse(out);
  return {
    code,
    notes,
    findings: findings.map((each: { code: string; line: number; message: string }) => [
      each.code,
      each.line,
      each.message,
    ]),
  };
}
/** The rules without unknown attributes. */
const decidable = policy.split('\n').slice(2).join('\n');

describe('nanook typegen --from prisma', () => {
  it('finds attributes that the model does not have, also over relations', async () => {
    await enterFolder({ 'p.polar': policy, 'prisma/schema.prisma': prisma });
    expect(await findingsOf('--from', 'prisma')).toEqual({ code: 1, notes: [], findings: expected });
  });

  it('finds nullable fields that are compared with an order, and exits with 0', async () => {
    await enterFolder({ 'p.polar': decidable, 'db/schema.prisma': prisma });
    expect(await findingsOf('--from', 'prisma', '--schema', 'db')).toEqual({
      code: 0,
      notes: [],
      findings: [nilWarning(1)],
    });
  });

  it('prints the findings with their places', async () => {
    await enterFolder({ 'p.polar': policy, 'schema.prisma': prisma });
    const { code, out } = await nanook('typegen', '--from', 'prisma');
    expect(code).toBe(1);
    expect(out).toContain('did you mean `ownerId` or `owner`?\n  p.polar:1:47\n');
    expect(out).toContain('policy-types.d.ts is written');
  });

  it('names the types without a model, and exits with 2 without a schema', async () => {
    await enterFolder({ 'p.polar': 'allow(_: User, "read", _: Memo);', 'schema.prisma': prisma });
    expect((await findingsOf('--from', 'prisma')).notes).toEqual([
      'the Prisma schema has no model Memo, so these attributes were not checked',
    ]);
    expect(await nanook('typegen', '--from', 'prisma', '--schema', 'no')).toMatchObject({
      code: 2,
      err: 'the Prisma schema no does not exist\n',
    });
    expect((await nanook('typegen', '--schema', 'schema.prisma')).code).toBe(2);
    expect((await nanook('typegen', '--from', 'drizzle')).code).toBe(2);
    await enterFolder({ 'p.polar': policy });
    expect(await nanook('typegen', '--from', 'prisma')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--schema'),
    });
  });
});

describe('parsePrismaModels', () => {
  it('reads every model of the schemas with which @nanook/orm is tested', () => {
    for (const file of ['models', 'features']) {
      const text = readFileSync(
        new URL(`../../../orm/src/testing/prisma/${file}.prisma`, import.meta.url),
        'utf8',
      );
      const models = parsePrismaModels(text);
      expect([...models.keys()]).toEqual(
        [...text.matchAll(/^(?:model|view|type) (\w+)/gm)].map(([, name]) => name),
      );
    }
  });

  it('reads scalars, lists, enums, relations and unsupported types', () => {
    const field = (type: string, isList = false, isOptional = false) => ({ type, isList, isOptional });
    expect(parsePrismaModels(prisma).get('Note')?.fields).toEqual({
      id: field('Integer'),
      ownerId: field('Integer'),
      owner: field('User'),
      dueAt: field('Date', false, true),
      createdAt: field('Date'),
      state: { ...field('String'), values: ['open', 'closed'] },
      price: field('Decimal'),
      tags: field('String', true),
      area: field('Unsupported("polygon")', false, true),
    });
  });
});

describe('nanook typegen --from typescript', () => {
  const files = {
    'src/model.ts': model,
    'tsconfig.json': '{ "compilerOptions": { "strict": true, "target": "es2022" } }',
  };
  const only = ['--from', 'typescript'] as const;

  it(
    'finds attributes that a class or an interface does not have, also behind a promise',
    { timeout: 30_000 },
    async () => {
      await enterFolder({ ...files, 'p.polar': policy });
      expect(await findingsOf(...only)).toEqual({ code: 1, notes: [], findings: expected });
      await enterFolder({ ...files, 'p.polar': decidable });
      expect(await findingsOf(...only)).toEqual({ code: 0, notes: [], findings: [nilWarning(1)] });
    },
  );

  it('names types that no file exports, or several', { timeout: 30_000 }, async () => {
    await enterFolder({
      ...files,
      'src/other.ts': 'export class Note {}\nexport { User } from "./model.js";\n',
      'p.polar': 'allow(_: User, "read", _: Note); allow(_: User, "read", _: Memo);',
    });
    expect((await findingsOf(...only)).notes).toEqual([
      expect.stringMatching(/^several files export Note \(.*\), so its attributes were not checked$/),
      'no file exports a class, interface or type Memo, so its attributes were not checked',
    ]);
    await enterFolder({ 'p.polar': policy });
    expect(await nanook('typegen', ...only)).toMatchObject({
      code: 2,
      err: expect.stringContaining('tsconfig.json'),
    });
  });
});
