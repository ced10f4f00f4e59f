import { AuthorizationConfigError, type ConfigErrorCode, type ConfigErrorData } from '@nanook/http';
import { describe, expect, it } from 'vitest';
import { httpExamples } from './http-examples.fixture.js';
import { nestExamples, type NestExample } from './nest-examples.fixture.js';
import { errorText, type NanookNestErrorCode, type NanookNestErrorData } from './nanook-nest-error.js';

// cspell:ignore actr Noet raed

// Renders docs/reference/web-errors.md from the tables of http and nestjs, and compares it with the file. `node tools/errors-page.mjs`
// writes the file.

const route = { method: 'GET', route: '/notes/:id', handler: 'src/notes.ts:31' };

const check = { check: "authorize('delete', …)", at: 'src/notes.ts:33' };

/** Sample data for the text of every code. A new code does not compile without a sample. */
const httpSamples: { readonly [C in ConfigErrorCode]: ConfigErrorData<C> } = {
  NANOOK_HTTP_UNDECIDED_ROUTE: { ...route, status: 200 },
  NANOOK_HTTP_UNPROTECTED_ROUTE: {
    ...route,
    example: ".get('/notes/:id', authorize('read', loadResource), handler)",
  },
  NANOOK_HTTP_SKIPPED_APPLICATION: {
    reason: 'static files',
    instead: "in a router that contains only such routes: router.use(skipAuthorization('static files'))",
  },
  NANOOK_HTTP_UNAWAITED_CHECK: { ...route, ...check, isAwaited: false, status: 200 },
  NANOOK_HTTP_LOST_FAILURE: { ...route, ...check, error: 'ForbiddenError: Forbidden' },
  NANOOK_HTTP_REFUSED_ROUTE: { ...route, ...check, status: 200 },
  NANOOK_HTTP_UNSEEN_APP: {},
  NANOOK_HTTP_NO_AUTHORIZATION: { caller: "authorize('read', …)" },
  NANOOK_HTTP_ACTOR_IN_HOOK: {},
  NANOOK_HTTP_NO_RESOURCE: {},
  NANOOK_HTTP_NO_REASON: {},
  NANOOK_HTTP_NO_ACTION: { action: 'undefined' },
  NANOOK_HTTP_NO_ARGUMENT: {
    call: "authorizeField('update', …)",
    position: 'third',
    expected: 'the name of a field',
  },
  NANOOK_HTTP_NO_SOURCE: { action: 'read', found: 'undefined' },
  NANOOK_HTTP_SWAPPED_ARGUMENTS: { action: 'create', resource: 'Note' },
  NANOOK_HTTP_NO_RETURN: { callback: 'the loader of the requirement "read"', at: 'src/notes.ts:31' },
  NANOOK_HTTP_LOADER_TIMEOUT: { loader: 'findNote()', at: 'src/notes.ts:31', timeoutMs: 5000 },
  NANOOK_HTTP_UNCALLED: { name: 'authorizationErrors', call: 'authorizationErrors()' },
  NANOOK_HTTP_NO_ERROR: { reason: 'undefined' },
  NANOOK_HTTP_UNGRANTABLE: {
    requirements: ['authorize raed findNote(): no rule can allow "raed"; did you mean "read"?'],
  },
  NANOOK_HTTP_UNKNOWN_OPTION: { owner: 'authorization', option: 'actr', near: ['actor'], known: [] },
  NANOOK_HTTP_INVALID_OPTION: { option: 'actor', reason: 'must be a function, got a plain object' },
};

const handler = 'Notes.show';
const nestSamples: { readonly [C in NanookNestErrorCode]: NanookNestErrorData<C> } = {
  NANOOK_NEST_INVALID_OPTION: {
    option: 'guard',
    reason: "must be 'global' or 'manual', got the string 'none'",
  },
  NANOOK_NEST_NO_OPTIONS: { example: "NanookModule.forRoot({ policies: 'policy/*.polar' })" },
  NANOOK_NEST_INVALID_DECORATOR: {
    decorator: '@Authorize',
    reason: "is written without parentheses; write @Authorize('read', Note)",
  },
  NANOOK_NEST_NO_MODULE: { handler },
  NANOOK_NEST_CONFLICTING_REQUIREMENTS: { handler },
  NANOOK_NEST_LOST_REQUIREMENT: { handler },
  NANOOK_NEST_NO_LOADER: { handler, action: 'read', type: 'Note' },
  NANOOK_NEST_DUPLICATE_LOADER: { type: 'Note', first: 'NoteLoader', second: 'OtherLoader' },
  NANOOK_NEST_INVALID_LOADER: {
    loader: 'NoteLoader',
    reason: 'has @ResourceLoader, but neither `load(id)` nor `loadMany(ids)`',
  },
  NANOOK_NEST_NO_ID: {
    handler,
    path: 'params.id',
    type: 'Note',
    roots: ['params', 'query', 'body', 'headers'],
  },
  NANOOK_NEST_NO_ACTION: { handler, method: 'ALL' },
  NANOOK_NEST_NO_AUTHORIZATION: { caller: '@Authz()', handler },
  NANOOK_NEST_UNCHECKED_INPUT: {},
  NANOOK_NEST_INPUT_WITHOUT_RESOURCE: { handler: 'Notes.update' },
  NANOOK_NEST_RESOURCE_WITHOUT_REQUIREMENT: { handler, position: undefined, count: 0 },
  NANOOK_NEST_NO_RESULT: { handler, field: 'items' },
  NANOOK_NEST_UNSEEN_RESULT: { handler },
  NANOOK_NEST_BYPASSED_RESULT: { handler },
  NANOOK_NEST_UNKNOWN_CONTEXT: { kind: 'telegraf', handler },
  NANOOK_NEST_NO_RESOURCE: { handler, found: 'a string' },
  NANOOK_NEST_UNGUARDED_FIELD: { handler: 'Notes.owner', missing: 'guards' },
  NANOOK_NEST_REPLACED_FIELD: { field: 'Note.author', replaced: 'the requirement' },
  NANOOK_NEST_UNPARSED_BODY: { handler: 'Notes.attach', path: 'body.id' },
  NANOOK_NEST_SHARED_CONTEXT: {},
  NANOOK_NEST_NO_METADATA: { class: 'Notes', count: 1 },
  NANOOK_NEST_AUDIT_FAILED: { findings: [], table: '…' },
  NANOOK_NEST_NO_REQUIREMENT: { handler },
  NANOOK_NEST_UNGUARDED: { handler },
  NANOOK_NEST_SHARED_CACHE: { handler: 'Notes.list', cache: 'CacheInterceptor', isAuthorized: true },
  NANOOK_NEST_UNREACHED_REQUIREMENT: { handler: 'Chat.handleConnection' },
  NANOOK_NEST_NOT_GRANTABLE: { handler, action: 'raed', type: 'Note', resource: 'instance', near: ['read'] },
  NANOOK_NEST_UNKNOWN_TYPE: { handler, type: 'Noet' },
  NANOOK_NEST_NO_REQUEST_RULE: { handler },
  NANOOK_NEST_NO_FIELD_RULE: { handler },
  NANOOK_NEST_UNUSED_EXCLUSION: { class: 'SwaggerController' },
  NANOOK_NEST_AMBIGUOUS_EXCLUSION: { name: 'HealthController', classes: ['src/a.ts:3', 'src/b.ts:5'] },
  NANOOK_NEST_DUPLICATE_TYPE: { name: 'Note', first: 'Note (src/a.ts:3)', second: 'Note (src/b.ts:5)' },
  NANOOK_NEST_MANUAL_WITHOUT_GUARD: {},
  NANOOK_NEST_TEST_IN_PRODUCTION: {},
  NANOOK_NEST_NO_ACTOR: { hasGuards: false },
};

/** The moment when an application gets each error. */
const atStart = 'start';
const findings = 'audit';
const perCall = 'call';
const whenHttp: { readonly [C in ConfigErrorCode]: string } = {
  NANOOK_HTTP_UNDECIDED_ROUTE: 'call: the response guard blocked a response',
  NANOOK_HTTP_UNPROTECTED_ROUTE:
    'call: `protect` rejected an unprotected route; in Fastify and Hono, start; in NestJS, the guard rejected a handler that the audit did not see',
  NANOOK_HTTP_SKIPPED_APPLICATION:
    'start: `protect`, `listRoutes` and the plugin of Fastify; without them, call',
  NANOOK_HTTP_UNAWAITED_CHECK: 'call: the response guard blocked or aborted a response',
  NANOOK_HTTP_LOST_FAILURE: 'after a call: only logged',
  NANOOK_HTTP_REFUSED_ROUTE: 'call: the response guard blocked a response',
  NANOOK_HTTP_UNSEEN_APP: 'start: `protect` and `listRoutes` of Express, and the plugin of Fastify',
  NANOOK_HTTP_NO_AUTHORIZATION: 'start: `listen` of Express, `callback` of Koa and `protect` of Hono; call',
  NANOOK_HTTP_ACTOR_IN_HOOK: 'call: the first check, for which the hook is called',
  NANOOK_HTTP_NO_RESOURCE: perCall,
  NANOOK_HTTP_NO_REASON: atStart,
  NANOOK_HTTP_NO_ACTION: 'start, if a requirement has the mistake; call, if a check has it',
  NANOOK_HTTP_NO_ARGUMENT: perCall,
  NANOOK_HTTP_NO_SOURCE: atStart,
  NANOOK_HTTP_SWAPPED_ARGUMENTS:
    'call; at the start `listRoutes`, and `listen` of a protected app, show the text in NANOOK_HTTP_UNGRANTABLE',
  NANOOK_HTTP_NO_RETURN: atStart,
  NANOOK_HTTP_LOADER_TIMEOUT: perCall,
  NANOOK_HTTP_UNCALLED: 'start: `protect`; call',
  NANOOK_HTTP_NO_ERROR: 'call: replaces the value that the application threw',
  NANOOK_HTTP_UNGRANTABLE:
    'start: `listRoutes`, or `listen` of a protected app; in Koa also `callback`, in Fastify and with `protect` of Hono each start',
  NANOOK_HTTP_UNKNOWN_OPTION: atStart,
  NANOOK_HTTP_INVALID_OPTION: atStart,
};
const whenNest: { readonly [C in NanookNestErrorCode]: string } = {
  NANOOK_NEST_INVALID_OPTION: atStart,
  NANOOK_NEST_NO_OPTIONS: atStart,
  NANOOK_NEST_INVALID_DECORATOR: 'start: when the class is loaded',
  NANOOK_NEST_NO_MODULE: 'start; call, if it arrives before the start has finished',
  NANOOK_NEST_CONFLICTING_REQUIREMENTS: findings,
  NANOOK_NEST_LOST_REQUIREMENT: findings,
  NANOOK_NEST_NO_LOADER: findings,
  NANOOK_NEST_DUPLICATE_LOADER: findings,
  NANOOK_NEST_INVALID_LOADER: 'audit; call, for the result of `loadMany`',
  NANOOK_NEST_NO_ID: findings,
  NANOOK_NEST_NO_ACTION: findings,
  NANOOK_NEST_NO_AUTHORIZATION: perCall,
  NANOOK_NEST_UNCHECKED_INPUT: perCall,
  NANOOK_NEST_INPUT_WITHOUT_RESOURCE: findings,
  NANOOK_NEST_RESOURCE_WITHOUT_REQUIREMENT: findings,
  NANOOK_NEST_NO_RESULT: perCall,
  NANOOK_NEST_UNSEEN_RESULT: findings,
  NANOOK_NEST_BYPASSED_RESULT: perCall,
  NANOOK_NEST_UNKNOWN_CONTEXT: perCall,
  NANOOK_NEST_NO_RESOURCE: perCall,
  NANOOK_NEST_UNGUARDED_FIELD: atStart,
  NANOOK_NEST_REPLACED_FIELD: atStart,
  NANOOK_NEST_UNPARSED_BODY: 'call: a warning, once per handler, outside production',
  NANOOK_NEST_SHARED_CONTEXT: perCall,
  NANOOK_NEST_NO_METADATA: findings,
  NANOOK_NEST_AUDIT_FAILED: 'start: contains all findings of the audit, in `data.findings` and as a table',
  NANOOK_NEST_NO_REQUIREMENT: findings,
  NANOOK_NEST_UNGUARDED: perCall,
  NANOOK_NEST_SHARED_CACHE: findings,
  NANOOK_NEST_UNREACHED_REQUIREMENT: findings,
  NANOOK_NEST_NOT_GRANTABLE: findings,
  NANOOK_NEST_UNKNOWN_TYPE: findings,
  NANOOK_NEST_NO_REQUEST_RULE: findings,
  NANOOK_NEST_NO_FIELD_RULE: findings,
  NANOOK_NEST_UNUSED_EXCLUSION: 'start: a warning',
  NANOOK_NEST_AMBIGUOUS_EXCLUSION: findings,
  NANOOK_NEST_DUPLICATE_TYPE: atStart,
  NANOOK_NEST_MANUAL_WITHOUT_GUARD: 'start: a warning',
  NANOOK_NEST_TEST_IN_PRODUCTION: atStart,
  NANOOK_NEST_NO_ACTOR: 'call: a warning, once, outside production',
};

const cell = (text: string): string =>
  text
    .trim()
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/g, '<br>');

const rows = (texts: Readonly<Record<string, string>>, when: Readonly<Record<string, string>>): string =>
  Object.entries(texts)
    .map(
      ([code, text]) => `| [\`${code}\`](codes.md#${code.toLowerCase()}) | ${cell(text)} | ${when[code]!} |`,
    )
    .join('\n');

const textsOf = <Code extends string>(
  samples: Readonly<Record<Code, object>>,
  textOf: (code: Code) => string,
): Record<string, string> =>
  Object.fromEntries((Object.keys(samples) as Code[]).map((code) => [code, textOf(code)]));

const http = textsOf(httpSamples, (code) => new AuthorizationConfigError(code, httpSamples[code]).message);
const nest = textsOf(nestSamples, (code) => errorText(code, nestSamples[code]));

const page = `<!-- Generated from the tables of packages/http and packages/nestjs by \`node tools/errors-page.mjs\`. -->

# Errors of the adapters

An adapter throws these errors when an application uses it incorrectly. Each has a code. Codes are public API: a code is never renamed, and
its meaning never changes. In your code, branch on \`code\` and \`data\`, because the text of a message can change. This page shows each
message with sample data. The [index of codes](codes.md#errors-of-all-adapters) shows examples for Express and
NestJS.

The text is for the log. A client receives a plain 500. The codes of the core are in [errors](errors.md). A refusal is not an error of this
kind, but an [\`AuthorizationError\`](authorizer.md#refusals).

The column *when* states when an application gets the error:

- **start**: while the application starts;
- **audit**: while it starts, when the audit of NestJS checks the handlers;
- **call**: during a request, which then fails.

## All adapters

Each is an \`AuthorizationConfigError\` of \`@nanook/http\` with \`status\` 500. \`isAuthorizationConfigError(error)\` recognizes it, also from another copy of the
package.

| code | message | when |
| --- | --- | --- |
${rows(http, whenHttp)}

## NestJS

Each is a \`NanookNestError\` of \`@nanook/nestjs\`. \`isNanookNestError(error)\` recognizes it, also from another copy of the package. With
\`audit: 'warn'\`, the findings of the audit are warnings. A handler that lacks a required part then fails with the same code when it is called.

| code | message | when |
| --- | --- | --- |
${rows(nest, whenNest)}
`;

/** Codes of GraphQL, messages and other rare cases have no example. */
function exampleOf(code: string): object {
  const { [code]: example }: Readonly<Record<string, NestExample>> = nestExamples;
  return example === undefined ? {} : { language: 'ts', example: example.wrong, fix: example.fix };
}

describe('docs/reference/web-errors.md', () => {
  it('shows the text of every code in the tables', async () => {
    await expect(page).toMatchFileSnapshot('../../../../docs/reference/web-errors.md');
  });

  it('writes the codes for the command line', async () => {
    const entries = [
      ...Object.entries(http).map(([code, message]) => ({
        code,
        message,
        when: whenHttp[code as ConfigErrorCode],
        language: 'ts',
        example: httpExamples[code as ConfigErrorCode].wrong,
        fix: httpExamples[code as ConfigErrorCode].fix,
      })),
      ...Object.entries(nest).map(([code, message]) => ({
        code,
        message,
        when: whenNest[code as NanookNestErrorCode],
        ...exampleOf(code),
      })),
    ].map(({ code, message, ...entry }) => ({
      code,
      page: 'web-errors.md',
      severity: 'error',
      message,
      ...entry,
    }));
    const text = `${JSON.stringify(entries, undefined, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../../cli/src/codes/web.json');
  });

  it('has every code once', () => {
    const codes = [...Object.keys(httpSamples), ...Object.keys(nestSamples)];
    for (const code of codes) expect(page.split(`[\`${code}\`]`)).toHaveLength(2);
  });
});
