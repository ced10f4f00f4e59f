import { parse } from '@nanook/core/syntax';
import { describe, expect, it } from 'vitest';
import { allLints, runLints } from '@nanook/analysis';
import { allCodes } from './all-codes.js';
import type { CodeEntry } from './code-entry.js';
import { lintEntries } from './lint-entries.js';

// Renders docs/reference/codes.md, and compares it with the file. `node tools/errors-page.mjs` writes the file.

const entries = await allCodes();

const families: readonly (readonly [prefix: string, title: string])[] = [
  ['POLAR_PARSE_', 'Syntax errors'],
  ['POLAR_CHECK_', 'Errors and warnings of a policy'],
  ['NANOOK_LINT_', 'Lints'],
  ['NANOOK_TEST_', 'Errors of tests in policies'],
  ['POLAR_LOAD_', 'Policy loading errors'],
  ['POLAR_TYPE_', 'Errors of types and options'],
  ['POLAR_RUN_', 'Errors during a check or query'],
  ['POLAR_UNDECIDED_', 'Undecided checks'],
  ['POLAR_DENIED_', 'Denials that look like a mistake'],
  ['POLAR_DATA_', 'Data that looks like a mistake'],
  ['POLAR_FILTER_', 'Filter errors'],
  ['POLAR_LIST_', 'List errors'],
  ['POLAR_DRAFT_', 'Errors of rows that are not written yet'],
  ['NANOOK_DEBUG_', 'Errors of the debugger'],
  ['NANOOK_HTTP_', 'Errors of all adapters'],
  ['NANOOK_NEST_', 'Errors of NestJS'],
  ['NANOOK_ORM_', 'Errors of data filtering'],
  ['NANOOK_LOG_', 'Errors of the decision log'],
  ['NANOOK_POLICIES_', 'Errors of policies in several processes'],
  ['NANOOK_SERVER_', 'Errors of the decision server'],
  ['NANOOK_MCP_', 'Errors of MCP servers'],
];

const fence = (language: string, text: string): string => `\`\`\`${language} fragment\n${text}\n\`\`\``;

function section({
  code,
  severity,
  message,
  when,
  language = 'polar',
  example,
  fix,
  page,
}: CodeEntry): string {
  const text = message.includes('\n')
    ? `\`\`\`text\n${message}\n\`\`\``
    : `> ${message.replaceAll('<', '&lt;')}`;
  const described = when === undefined ? [] : [`${when[0]!.toUpperCase()}${when.slice(1)}.`];
  const examples = example === undefined ? [] : ['Example:', fence(language, example)];
  const fixes = fix === undefined ? [] : ['Corrected:', fence(language, fix)];
  const more = page === 'codes.md' ? [] : [`See [${titles[page]}](${page}).`];
  return [
    `### ${code}`,
    `A ${severity}. ${[...described, ...more].join(' ')}`.replace('A error', 'An error'),
    text,
    ...examples,
    ...fixes,
  ].join('\n\n');
}

const titles: Readonly<Record<string, string>> = {
  'errors.md': 'Errors',
  '../guides/debugging.md': 'Stepping through a policy',
  'web-errors.md': 'Errors of the adapters',
  'orm-errors.md': 'Errors of data filtering',
  'log-errors.md': 'Errors of the decision log',
  '../guides/several-processes.md': 'Several processes',
  'server.md': 'The decision server',
  '../guides/agents/mcp.md': 'Authorize an MCP server',
};

const page = `<!-- Generated from the tables of codes by \`node tools/errors-page.mjs\`. -->

# Index of codes

This page lists every error, warning and lint of Nanook, with an example that causes it and the corrected example. Fourteen
codes about GraphQL, messages and other rare cases have only a message. The command
[\`nanook code CODE\`](../guides/command-line/code.md) prints the same in a terminal. Names that an example in TypeScript does not import come
from the package of the code. Codes are public API: a code is never renamed, and its meaning never changes.

${families
  .map(([prefix, title]) => {
    const own = entries.filter(({ code }) => code.startsWith(prefix));
    return `## ${title}\n\n${own.map(section).join('\n\n')}`;
  })
  .join('\n\n')}
`;

const withoutExample = [
  'NANOOK_DEBUG_TOKEN',
  'NANOOK_DEBUG_ATTACHED',
  'NANOOK_NEST_NO_AUTHORIZATION',
  'NANOOK_NEST_UNCHECKED_INPUT',
  'NANOOK_NEST_INPUT_WITHOUT_RESOURCE',
  'NANOOK_NEST_UNKNOWN_CONTEXT',
  'NANOOK_NEST_UNGUARDED_FIELD',
  'NANOOK_NEST_REPLACED_FIELD',
  'NANOOK_NEST_UNPARSED_BODY',
  'NANOOK_NEST_SHARED_CONTEXT',
  'NANOOK_NEST_UNGUARDED',
  'NANOOK_NEST_SHARED_CACHE',
  'NANOOK_NEST_UNREACHED_REQUIREMENT',
  'NANOOK_NEST_TEST_IN_PRODUCTION',
  'NANOOK_POLICIES_CLOSED',
];

describe('docs/reference/codes.md', () => {
  it('shows an example and its correction for each code, except fourteen', () => {
    const isComplete = ({ example, fix, language }: CodeEntry): boolean =>
      example !== undefined && fix !== undefined && language !== undefined;
    const incomplete = entries.filter((entry) => !isComplete(entry)).map(({ code }) => code);
    expect(incomplete).toEqual(withoutExample);
    expect(incomplete).toHaveLength(15);
  });

  it('describes every code', async () => {
    await expect(page).toMatchFileSnapshot('../../../../docs/reference/codes.md');
  });

  it('has one heading for each code', () => {
    const headings = [...page.matchAll(/^### (\w+)$/gm)].map(([, code]) => code);
    expect(new Set(headings)).toEqual(new Set(entries.map(({ code }) => code)));
    expect(headings).toHaveLength(entries.length);
  });
});

describe('the codes of the lints', () => {
  const types = {
    User: { fields: { id: 'Integer', groups: ['String'] } },
    Note: { fields: { ownerId: 'Integer', dueAt: 'Integer?', roles: ['String'], tags: ['String'] } },
  };
  const findings = (source: string) =>
    runLints({ trees: [parse({ name: 'policy.polar', source }).policy], types, constants: {} });

  it('contain each lint once, in the order of the lints', () => {
    expect(lintEntries.map(({ code }) => code)).toEqual(allLints.map(({ code }) => code));
  });

  it.each(lintEntries)(
    '$code has an example that the lint finds, with this message',
    ({ code, example, message }) => {
      expect(findings(example!)).toEqual([expect.objectContaining({ code, message })]);
    },
  );

  it.each(lintEntries)('$code has a corrected policy without a finding', ({ fix }) => {
    expect(findings(fix!)).toEqual([]);
  });
});
