import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { contentOf, enterFolder, nanook } from '../testing/run.fixture.js';

/** An application with a class (`Folder`) and rows without a class (`Note`, `User`). */
const application = {
  'policy.polar': `actor User {}
resource Folder {
  permissions = ["read", "archive"];
  roles = ["owner"];
  "read" if "owner";
  "archive" if "owner";
}
resource Note {
  permissions = ["read", "edit"];
  roles = ["reader", "writer"];
  "read" if "reader";
  "edit" if "writer";
  "reader" if "writer";
}
allow(actor, action, resource) if has_permission(actor, action, resource);
allow(user: User, _, _) if user.isAdmin;
allow(_: User, "create", Note);
allow(_: User, "list", Folder);
has_role(user: User, "writer", note: Note) if note.ownerId = user.id;
has_role(user: User, "owner", folder: Folder) if folder.ownerId = user.id;
allow_field(_: User, "read", _: Note, field) if field in ["title", "body"];
allow_field(_: User, "update", _: Note, "body");
allow_field(_: User, "read", _: Folder, field) if field in ["title", "color"];
allow(_: User, "deploy", "production");
allow(user: User, action, _: Note) if grantable(action) and action in user.granted;
grantable("read");
grantable("edit");
`,
  'model.ts': `export class Folder {
  constructor(
    readonly id: number,
    readonly ownerId: number,
  ) {}
}
`,
  'nanook.config.mjs': `class Folder {}
export default { types: { Folder, User: {}, Note: {} } };
`,
  'tsconfig.json': '{}',
};

const head = `import { Authorizer, typed, type ActionOf, type AnyAction, type FieldOf, type GrantablePermission, type RoleOf, type TypeName } from '@nanook/core';
import type { CompiledAuthorizer } from '@nanook/core/compiled';
import * as express from '@nanook/express';
import * as koa from '@nanook/koa';
import { Authorize, AuthorizeResult, AuthorizedFields, AuthorizedInput, AuthorizedWhere, authorizeField, type AuthorizationService } from '@nanook/nestjs';
import type { RequestAuthorization } from '@nanook/http';
import { nanook } from '@nanook/orm/prisma';
import { rowLevelSecurity } from '@nanook/orm/rls';
import { Can, useCan, usePermissions, usePermissionsClient } from '@nanook/react';
import { Folder } from './model.js';
declare const authorizer: Authorizer;
declare const compiled: CompiledAuthorizer;
declare const authz: RequestAuthorization;
declare const service: AuthorizationService;
declare const user: { readonly id: number };
declare const text: string;
declare const unknown: unknown;
declare const any: any;
const me = authorizer.as(user);
const note = typed('Note', { id: 1, ownerId: 2 });
const folder = new Folder(1, 2);
declare const either: typeof note | Folder;
declare const undeclared: { readonly isOther: true };
declare function find(id: string): Promise<typeof note | undefined>;
declare const compiledClient: never;
void [authz, compiled, service, text, unknown, any, note, folder, either, undeclared, me, compiledClient, find];
`;

/** The folder from which the packages resolve. The files of a compilation exist only in memory. */
const root = dirname(fileURLToPath(import.meta.url));

/** An error of the compiler. */
export interface CompileError {
  readonly file: string;
  /** 0-based. */
  readonly line: number;
  readonly message: string;
}

/** Compiles these files by path, and returns the errors in them. The sources of the packages are compiled, too, but not checked. */
export function compile(contents: Readonly<Record<string, string>>): readonly CompileError[] {
  const files = new Map(Object.entries(contents).map(([file, content]) => [join(root, file), content]));
  const base = fileURLToPath(new URL('../../../../tsconfig.base.json', import.meta.url));
  const { config } = ts.readConfigFile(base, (file) => ts.sys.readFile(file));
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, dirname(base));
  const host = ts.createCompilerHost(options);
  const real = { ...host };
  host.directoryExists = (folder) =>
    [...files.keys()].some((file) => file.startsWith(folder)) || ts.sys.directoryExists(folder);
  host.fileExists = (file) => files.has(file) || real.fileExists(file);
  host.readFile = (file) => files.get(file) ?? real.readFile(file);
  host.getSourceFile = (file, ...others) => {
    const content = files.get(file);
    return content === undefined
      ? real.getSourceFile(file, ...others)
      : ts.createSourceFile(file, content, others[0]);
  };
  const program = ts.createProgram([...files.keys()], { ...options, jsx: ts.JsxEmit.ReactJSX }, host);
  return Object.keys(contents).flatMap((file) => {
    const source = program.getSourceFile(join(root, file))!;
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ messageText, start = 0 }) => ({
      file,
      line: source.getLineAndCharacterOfPosition(start).line,
      message: ts.flattenDiagnosticMessageText(messageText, '\n'),
    }));
  });
}

/** Writes the types of the application with `nanook typegen`. */
export async function generateTypes(): Promise<string> {
  await enterFolder(application);
  const { code, out, err } = await nanook('typegen');
  if (code !== 0 || err !== '') throw new Error(out + err);
  return contentOf('policy-types.d.ts');
}

export interface Calls {
  /** The calls that do not compile, each with its first error. */
  readonly refused: ReadonlyMap<string, string>;
  /** Errors outside the calls. */
  readonly others: readonly CompileError[];
}

/** Compiles each call, which may be an element of React, in a line. @param types the generated file; undefined: none */
export function compileCalls(calls: readonly string[], types: string | undefined): Calls {
  const errors = compile({
    'model.ts': application['model.ts'],
    'calls.tsx': head + calls.map((call) => `void (${call});`).join('\n'),
    ...(types !== undefined && { 'policy-types.d.ts': types }),
  });
  const firstLine = head.split('\n').length - 1;
  const refused = new Map<string, string>();
  const others: CompileError[] = [];
  for (const error of errors) {
    const call = error.file === 'calls.tsx' ? calls[error.line - firstLine] : undefined;
    if (call === undefined) others.push(error);
    else if (!refused.has(call)) refused.set(call, error.message);
  }
  return { refused, others };
}
