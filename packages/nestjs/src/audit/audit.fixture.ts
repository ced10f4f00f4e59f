import 'reflect-metadata';
import {
  Controller,
  Delete,
  Get,
  Injectable,
  Module,
  type INestApplication,
  type ModuleMetadata,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterEach, vi } from 'vitest';
import {
  AuthorizationAudit,
  Authorize,
  NanookModule,
  ResourceLoader,
  isNanookNestError,
  type AuditFinding,
  type NanookModuleOptions,
} from '../index.js';

export class Note {}
export class Draft {}
export class Unknown {}

export const policies = `
  allow(_, action, _: Note) if action in ["read", "update", "delete"];
  allow(_, "create", Note);
  allow(_, "read", _: Draft);
`;

@Injectable()
@ResourceLoader(Note)
export class NoteLoader {
  load() {
    return new Note();
  }
}

export let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
  vi.restoreAllMocks();
});

export type Options = Partial<NanookModuleOptions> & { guard?: 'manual' };

export async function build(metadata: ModuleMetadata, options: Options = {}): Promise<INestApplication> {
  @Module({
    ...metadata,
    imports: [
      NanookModule.forRoot({ policies, types: { Note, Draft }, actor: () => 'alice', ...options }),
      ...(metadata.imports ?? []),
    ],
    providers: [NoteLoader, ...(metadata.providers ?? [])],
  })
  class AppModule {}
  const built = await Test.createTestingModule({ imports: [AppModule] }).compile();
  return (app = built.createNestApplication({ logger: false }));
}

export const start = async (...given: Parameters<typeof build>) => (await build(...given)).init();

export async function findingsOf(starting: Promise<unknown>): Promise<readonly AuditFinding[]> {
  const error: unknown = await starting.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) return [];
  if (!isNanookNestError(error) || error.code !== 'NANOOK_NEST_AUDIT_FAILED') throw error;
  return (error.data as { readonly findings: readonly AuditFinding[] }).findings;
}

export const codes = (findings: readonly AuditFinding[]) =>
  findings.map(({ handler, code }) => `${handler} ${code.replace('NANOOK_NEST_', '')}`);

export const listed = (from: INestApplication) =>
  from
    .get(AuthorizationAudit)
    .handlers()
    .map(({ kind, routes, requirements }) => ({ kind, routes, requirements }));

@Controller('notes')
export class Forgetful {
  @Get(':id') @Authorize(Note) show() {}
  @Delete(':id') remove() {
    return 'removed';
  }
  @Get(':id/all') list() {}
}

/** Sets the application that is closed after the test. */
export const adopt = (built: INestApplication): INestApplication => (app = built);
