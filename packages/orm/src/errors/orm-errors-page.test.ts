import * as core from '@nanook/core';
import * as mysqlCore from 'drizzle-orm/mysql-core';
import * as sqliteCore from 'drizzle-orm/sqlite-core';
import * as mongoose from 'mongoose';
import { afterAll, describe, expect, it } from 'vitest';
import { errorOfExample, type Coded } from '../../../core/src/testing/run-example.fixture.js';
import * as chromaEntry from '../chroma/index.js';
import * as drizzleEntry from '../drizzle/index.js';
import * as mongooseEntry from '../mongoose/index.js';
import * as prismaEntry from '../prisma/index.js';
import * as qdrantEntry from '../qdrant/index.js';
import * as rlsEntry from '../rls/index.js';
import * as sqlEntry from '../sql/index.js';
import { sqliteDatabase } from '../testing/databases.fixture.js';
import { prismaOn } from '../testing/prisma/client.fixture.js';
import { NanookOrmError, type NanookOrmErrorCode } from './nanook-orm-error.js';
import { ormExamples, type OrmExample } from './orm-examples.fixture.js';
import { emptyPglite } from '../../../../tools/empty-pglite.js';

// Renders docs/reference/orm-errors.md, and compares it with the file. `node tools/errors-page.mjs` writes the file.

const database = await sqliteDatabase();
const { client, schema } = await prismaOn(database);
const db = await emptyPglite();
afterAll(async () => {
  await database.close();
  await db.close();
});
const modules = {
  '@nanook/orm/chroma': chromaEntry,
  '@nanook/orm/drizzle': drizzleEntry,
  '@nanook/orm/mongoose': mongooseEntry,
  '@nanook/orm/prisma': prismaEntry,
  '@nanook/orm/qdrant': qdrantEntry,
  '@nanook/orm/rls': rlsEntry,
  '@nanook/orm/sql': sqlEntry,
  'drizzle-orm/mysql-core': mysqlCore,
  'drizzle-orm/sqlite-core': sqliteCore,
  mongoose,
};

/** Runs an example, and returns its error and the warnings of its policy. */
async function errorsOf(example: string, { provider = 'sqlite' }: OrmExample): Promise<readonly Coded[]> {
  const warnings: Coded[] = [];
  const onWarning = (warning: Coded): void => void warnings.push(warning);
  const Authorizer = {
    load: (options: core.AuthorizerOptions) => core.Authorizer.load({ onWarning, ...options }),
  };
  const names = { Authorizer, typed: core.typed, client, schema: { ...schema, provider }, db };
  const thrown = await errorOfExample(example, names, modules);
  return thrown === undefined ? warnings : [...warnings, thrown];
}

const setup = 'the adapter is made';
const print = 'a condition is printed';
const query = 'a query runs';

/** The moment when an application gets each error. */
const moments: { readonly [C in NanookOrmErrorCode]: string } = {
  NANOOK_ORM_INVALID_OPTION: `${setup}, or ${print}`,
  NANOOK_ORM_NO_CONDITION: print,
  NANOOK_ORM_UNKNOWN_TYPE: print,
  NANOOK_ORM_UNKNOWN_COLUMN: print,
  NANOOK_ORM_NULLABLE_COLUMN: `${setup} with \`types\`, or ${print}`,
  NANOOK_ORM_COLUMN_TYPE: print,
  NANOOK_ORM_OTHER_TABLE: print,
  NANOOK_ORM_TABLES: setup,
  NANOOK_ORM_MIXED_DATES: print,
  NANOOK_ORM_PRISMA_UNKNOWN_MODEL: `${setup}, or ${print}`,
  NANOOK_ORM_SQL_INEXPRESSIBLE: print,
  NANOOK_ORM_PRISMA_INEXPRESSIBLE: print,
  NANOOK_ORM_PRISMA_TEXT: print,
  NANOOK_ORM_PRISMA_NAN: print,
  NANOOK_ORM_PRISMA_TOO_MANY_VALUES: `${print}; with \`nanook()\`, ${query}`,
  NANOOK_ORM_PRISMA_NO_ACTOR: `${query} with \`nanook()\``,
  NANOOK_ORM_PRISMA_UNSCOPED: `${query} with \`nanook()\``,
  NANOOK_ORM_MONGOOSE_PIPELINE: print,
  NANOOK_ORM_MONGOOSE_INEXPRESSIBLE: print,
  NANOOK_ORM_MONGOOSE_COLLATION: print,
  NANOOK_ORM_MONGOOSE_CAST: print,
  NANOOK_ORM_VECTOR_INEXPRESSIBLE: print,
  NANOOK_ORM_RLS_ACTOR: 'a transaction starts',
  NANOOK_ORM_RLS_ACTOR_FIELD: 'a transaction starts',
};
const codes = Object.keys(moments) as NanookOrmErrorCode[];

const messages = new Map<NanookOrmErrorCode, string>();
for (const code of codes) {
  const error = (await errorsOf(ormExamples[code].wrong, ormExamples[code])).find(
    (each) => each.code === code,
  );
  messages.set(
    code,
    error === undefined ? 'not reported' : new NanookOrmError(code, error.data as never).message,
  );
}

const isOf = (code: NanookOrmErrorCode, family: string): boolean => code.startsWith(`NANOOK_ORM_${family}_`);

/** The table of the codes of a family; without one, of the codes for all entries. */
function table(family?: string): string {
  const own = codes.filter((code) =>
    family === undefined
      ? !['PRISMA', 'MONGOOSE', 'RLS'].some((each) => isOf(code, each))
      : isOf(code, family),
  );
  const rows = own.map(
    (code) =>
      `| [\`${code}\`](codes.md#${code.toLowerCase()}) | ${messages.get(code)!.replaceAll('|', '\\|')} | ${moments[code]} |`,
  );
  return `| code | message | thrown when |\n| --- | --- | --- |\n${rows.join('\n')}`;
}

const page = `<!-- Generated from packages/orm/src/errors/nanook-orm-error.ts by \`node tools/errors-page.mjs\`. -->

# Errors of data filtering

An entry of \`@nanook/orm\` throws these errors when an application uses it incorrectly, and when a query cannot express a condition. Each is a
\`NanookOrmError\`, which \`isNanookOrmError(error)\` recognizes, also from another copy of the package. Codes are public API: a code is never
renamed, and its meaning never changes. In your code, branch on \`code\` and \`data\`, because the text of a message can change. This page shows
each message for an example. The [index of codes](codes.md#errors-of-data-filtering) shows the examples, with a correction.

A condition that cannot be printed is always an error. No adapter returns a wider condition. \`authorizer.where\` throws the
[filter errors](errors.md#filter-errors) of the core.

## All entries

${table()}

## Prisma

${table('PRISMA')}

## Mongoose

${table('MONGOOSE')}

## Row-level security

${table('RLS')}
`;

describe('docs/reference/orm-errors.md', () => {
  it('shows the text of every code', async () => {
    await expect(page).toMatchFileSnapshot('../../../../docs/reference/orm-errors.md');
  });

  it.each(Object.entries(ormExamples))(
    'has an example that causes only %s, and a corrected one without an error',
    async (code, example) => {
      const codesOf = async (text: string) => (await errorsOf(text, example)).map((error) => error.code);
      expect(await codesOf(example.wrong)).toEqual([code]);
      expect(await codesOf(example.fix)).toEqual([]);
    },
  );

  it('writes the codes for the command line', async () => {
    const entries = codes.map((code) => ({
      code,
      page: 'orm-errors.md',
      severity: 'error',
      message: messages.get(code)!,
      when: `thrown when ${moments[code]}`,
      language: 'ts',
      example: ormExamples[code].wrong,
      fix: ormExamples[code].fix,
    }));
    const text = `${JSON.stringify(entries, undefined, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../../cli/src/codes/orm.json');
  });
});
