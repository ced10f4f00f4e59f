import { basename } from 'node:path';
import {
  DiagnosticSeverity,
  DiagnosticTag,
  DocumentDiagnosticReportKind,
  type Diagnostic,
} from 'vscode-languageserver';
import type { FileFinding } from '@nanook/analysis';
import { codeUrl } from '../manifest.js';
import type { ProjectSession } from '../project/project-session.js';
import type { Lines } from '../text/lines.js';
import type { Server } from './feature.js';

const diagnosticOf = (
  { severity, code, message, start, end, isUnnecessary }: FileFinding,
  lines: Lines,
): Diagnostic => ({
  range: lines.range({ start, end }),
  severity: severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
  code,
  codeDescription: { href: codeUrl(code) },
  source: 'nanook',
  message,
  ...(isUnnecessary && { tags: [DiagnosticTag.Unnecessary] }),
});

/** Returns the diagnostics of the files of a project. Those without a place in a policy belong to the configuration. */
export function diagnosticsOf(session: ProjectSession): ReadonlyMap<string, readonly Diagnostic[]> {
  const found = new Map<string, readonly Diagnostic[]>(
    session.workspace.names.map((name) => [session.uriOf(name), []]),
  );
  for (const [name, findings] of session.findings()) {
    const file = name === '' ? configNameOf(session) : name;
    if (file === undefined) continue;
    const lines = session.lines(file);
    found.set(
      session.uriOf(file),
      findings.map((finding) => diagnosticOf(finding, lines)),
    );
  }
  const config = configNameOf(session);
  if (config !== undefined && session.configError !== undefined)
    found.set(session.uriOf(config), [
      ...(found.get(session.uriOf(config)) ?? []),
      configDiagnostic(session.configError),
    ]);
  return found;
}

const configNameOf = ({ configFile }: ProjectSession): string | undefined =>
  configFile === undefined ? undefined : basename(configFile);

const configDiagnostic = (message: string): Diagnostic => ({
  range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
  severity: DiagnosticSeverity.Error,
  source: 'nanook',
  message,
});

/** Pushes the diagnostics of projects, once for all changes that come together. */
export class DiagnosticsPublisher {
  readonly #sent = new Map<string, string>();
  #isPending = false;

  constructor(
    readonly server: Server,
    /** Whether the client asks for diagnostics itself. */
    readonly isPulled: boolean,
  ) {}

  publishSoon(): void {
    if (this.#isPending) return;
    this.#isPending = true;
    setImmediate(() => {
      this.#isPending = false;
      try {
        this.#publish();
      } catch (error) {
        // The server goes on, because the next edit can avoid the mistake.
        this.server.connection.console.error(
          error instanceof Error ? (error.stack ?? error.message) : String(error),
        );
      }
    });
  }

  /** Forgets what a client knows about a document that it opens, so that it gets a list also without findings. */
  forget(uri: string): void {
    this.#sent.delete(uri);
  }

  #publish(): void {
    if (this.isPulled) {
      void this.server.connection.languages.diagnostics.refresh();
      return;
    }
    const sessions = this.server.sessions();
    const current = new Map(sessions.flatMap((session) => [...diagnosticsOf(session)]));
    for (const uri of this.#sent.keys()) if (!current.has(uri)) current.set(uri, []);
    const open = new Set(sessions.flatMap((session) => session.openUris));
    for (const [uri, diagnostics] of current) {
      const text = JSON.stringify(diagnostics);
      const known = this.#sent.get(uri) ?? (open.has(uri) ? undefined : '[]');
      if (known === text) continue;
      this.#sent.set(uri, text);
      void this.server.connection.sendDiagnostics({ uri, diagnostics: [...diagnostics] });
    }
  }
}

/** Answers clients that ask for diagnostics. */
export function registerPullDiagnostics(server: Server): void {
  const { diagnostics } = server.connection.languages;
  diagnostics.on(async ({ textDocument: { uri } }) => {
    const document = await server.document(uri);
    const { session, name } = document ?? {};
    const items = session === undefined ? [] : (diagnosticsOf(session).get(session.uriOf(name!)) ?? []);
    return { kind: DocumentDiagnosticReportKind.Full, items: [...items] };
  });
  // A client keeps the findings of a document that a report leaves out, also after the document was deleted.
  let reported: readonly string[] = [];
  diagnostics.onWorkspace(async () => {
    await Promise.all(server.sessions().map(({ ready }) => ready));
    const current = new Map(server.sessions().flatMap((session) => [...diagnosticsOf(session)]));
    const uris = [...new Set([...current.keys(), ...reported])];
    reported = uris.filter((uri) => (current.get(uri) ?? []).length > 0);
    return {
      items: uris.map((uri) => ({
        uri,
        version: null,
        kind: DocumentDiagnosticReportKind.Full,
        items: [...(current.get(uri) ?? [])],
      })),
    };
  });
}
