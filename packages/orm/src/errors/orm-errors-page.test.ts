import { describe, expect, it } from 'vitest';
import { NanookOrmError, type NanookOrmErrorCode, type NanookOrmErrorData } from './nanook-orm-error.js';

// Renders docs/reference/orm-errors.md, and compares it with the file. `node tools/errors-page.mjs` writes the file.

const field = { type: 'Document', field: 'size' };

type Samples<Prefix extends string> = {
  readonly [C in Extract<NanookOrmErrorCode, `NANOOK_ORM_${Prefix}${string}`>]: readonly [
    data: NanookOrmErrorData<C>,
    when: string,
  ];
};
type AllSamples = { readonly [C in NanookOrmErrorCode]: readonly [NanookOrmErrorData<C>, when: string] };

const setup = 'the adapter is made';
const print = 'a condition is printed';
const query = 'a query runs';

const prismaSamples: Samples<'PRISMA'> = {
  NANOOK_ORM_PRISMA_UNKNOWN_MODEL: [{ type: 'Document', model: 'Document' }, `${setup}, or ${print}`],
  NANOOK_ORM_PRISMA_INEXPRESSIBLE: [{ construct: 'a rule that calls itself for a related row' }, print],
  NANOOK_ORM_PRISMA_TEXT: [{ type: 'Document', field: 'title' }, print],
  NANOOK_ORM_PRISMA_NAN: [{ type: 'Document', field: 'score' }, print],
  NANOOK_ORM_PRISMA_TOO_MANY_VALUES: [
    { limit: 450, provider: 'sqlite' },
    `${print}; with \`nanook()\`, ${query}`,
  ],
  NANOOK_ORM_PRISMA_NO_ACTOR: [{}, `${query} with \`nanook()\``],
  NANOOK_ORM_PRISMA_UNSCOPED: [
    {
      query: '$queryRaw',
      reason: 'the policy cannot filter a raw query; run it on the client without the extension',
    },
    `${query} with \`nanook()\``,
  ],
};
const mongooseSamples: Samples<'MONGOOSE'> = {
  NANOOK_ORM_MONGOOSE_PIPELINE: [{ type: 'Document', related: 'Comment', relation: 'comments' }, print],
  NANOOK_ORM_MONGOOSE_INEXPRESSIBLE: [{ construct: 'an order of two texts' }, print],
  NANOOK_ORM_MONGOOSE_COLLATION: [{ type: 'Document', locale: 'en' }, print],
  NANOOK_ORM_MONGOOSE_CAST: [{ type: 'Document', found: 'the text "1" becomes 1' }, print],
};
const rlsSamples: Samples<'RLS'> = {
  NANOOK_ORM_RLS_ACTOR: [{ type: 'User', found: 'undefined' }, 'a transaction starts'],
  NANOOK_ORM_RLS_ACTOR_FIELD: [
    { type: 'User', field: 'id', declared: 'Integer', found: 'undefined' },
    'a transaction starts',
  ],
};
type CommonCode = Exclude<
  NanookOrmErrorCode,
  keyof typeof prismaSamples | keyof typeof mongooseSamples | keyof typeof rlsSamples
>;
const commonSamples: { readonly [C in CommonCode]: AllSamples[C] } = {
  NANOOK_ORM_INVALID_OPTION: [
    { option: 'dialect', reason: "must be 'postgres', 'mysql' or 'sqlite', got 'oracle'" },
    `${setup}, or ${print}`,
  ],
  NANOOK_ORM_NO_CONDITION: [{}, print],
  NANOOK_ORM_UNKNOWN_TYPE: [{ type: 'Comment', known: ['Document', 'User'] }, print],
  NANOOK_ORM_UNKNOWN_COLUMN: [{ ...field, table: 'documents' }, print],
  NANOOK_ORM_NULLABLE_COLUMN: [{ ...field, table: 'documents' }, `${setup} with \`types\`, or ${print}`],
  NANOOK_ORM_COLUMN_TYPE: [{ ...field, declared: 'Integer', found: 'values of BigInt' }, print],
  NANOOK_ORM_OTHER_TABLE: [{ type: 'Document', expected: 'documents', found: 'users' }, print],
  NANOOK_ORM_TABLES: [{ reason: 'found tables of postgres and sqlite' }, setup],
  NANOOK_ORM_MIXED_DATES: [{ first: 'createdAt', second: 'dueOn' }, print],
};

const rows = (samples: Readonly<Partial<Record<NanookOrmErrorCode, readonly [object, string]>>>): string =>
  Object.entries(samples)
    .map(([code, [data, when]]) => {
      const { message } = new NanookOrmError(code as NanookOrmErrorCode, data as never);
      return `| \`${code}\` | ${message.replaceAll('|', '\\|')} | ${when} |`;
    })
    .join('\n');

const table = (samples: Parameters<typeof rows>[0]) =>
  `| code | message | thrown when |\n| --- | --- | --- |\n${rows(samples)}`;

const page = `<!-- Generated from packages/orm/src/errors/nanook-orm-error.ts by \`node tools/errors-page.mjs\`. -->

# Errors of data filtering

An entry of \`@nanook/orm\` throws these errors when an application uses it incorrectly, and when a query cannot express a condition. Each is a
\`NanookOrmError\`, which \`isNanookOrmError(error)\` recognizes, also from another copy of the package. Codes are public API: a code is never
renamed, and its meaning never changes. In your code, branch on \`code\` and \`data\`, because the text of a message can change. This page shows
each message with sample data.

A condition that cannot be printed is always an error. No adapter returns a wider condition. \`authorizer.where\` throws the
[filter errors](errors.md#filter-errors) of the core.

## All entries

${table(commonSamples)}

## Prisma

${table(prismaSamples)}

## Mongoose

${table(mongooseSamples)}

## Row-level security

${table(rlsSamples)}
`;

describe('docs/reference/orm-errors.md', () => {
  it('shows the text of every code', async () => {
    await expect(page).toMatchFileSnapshot('../../../../docs/reference/orm-errors.md');
  });

  it('writes the codes for the command line', async () => {
    const samples = { ...commonSamples, ...prismaSamples, ...mongooseSamples, ...rlsSamples };
    const entries = Object.entries(samples).map(([code, [data, when]]) => {
      const { message } = new NanookOrmError(code as NanookOrmErrorCode, data as never);
      return { code, page: 'orm-errors.md', severity: 'error', message, when: `thrown when ${when}` };
    });
    const text = `${JSON.stringify(entries, undefined, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../../cli/src/codes/orm.json');
  });
});
