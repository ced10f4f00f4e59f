import { basename } from 'node:path';
import { configNames } from '@nanook/cli/project';
import {
  CodeActionKind,
  CodeLensRefreshRequest,
  DidChangeWatchedFilesNotification,
  DidChangeWorkspaceFoldersNotification,
  FileChangeType,
  MessageType,
  PositionEncodingKind,
  TextDocuments,
  TextDocumentSyncKind,
  type ClientCapabilities,
  type Connection,
  type InitializeParams,
  type ServerCapabilities,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { registerCodeLenses } from './features/code-lenses.js';
import { registerCompletion } from './features/completion.js';
import { DiagnosticsPublisher, registerPullDiagnostics } from './features/diagnostics.js';
import { organizeBlocksKind, registerEdits } from './features/edits.js';
import { showMessage, type RequestedDocument, type Server } from './features/feature.js';
import { registerNavigation } from './features/navigation.js';
import { registerOutline, semanticLegend } from './features/outline.js';
import { registerRename } from './features/rename.js';
import { version } from './manifest.js';
import { Sessions } from './project/sessions.js';
import { filePath } from './text/file-path.js';
import { defaultSettings, withSettings, type Settings } from './settings.js';

const capabilitiesOf = (isPulled: boolean): ServerCapabilities => ({
  positionEncoding: PositionEncodingKind.UTF16,
  workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
  completionProvider: { triggerCharacters: ['.', ':', '"', '(', ',', '{'] },
  hoverProvider: true,
  signatureHelpProvider: { triggerCharacters: ['(', ','] },
  definitionProvider: true,
  implementationProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  renameProvider: { prepareProvider: true },
  documentSymbolProvider: true,
  workspaceSymbolProvider: true,
  foldingRangeProvider: true,
  selectionRangeProvider: true,
  callHierarchyProvider: true,
  semanticTokensProvider: { legend: semanticLegend, full: true },
  inlayHintProvider: true,
  codeLensProvider: {},
  codeActionProvider: {
    codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.SourceFixAll, organizeBlocksKind],
  },
  documentFormattingProvider: true,
  documentRangeFormattingProvider: true,
  documentOnTypeFormattingProvider: { firstTriggerCharacter: ';', moreTriggerCharacter: ['}'] },
  ...(isPulled && {
    diagnosticProvider: { identifier: 'nanook', interFileDependencies: true, workspaceDiagnostics: true },
  }),
});

const foldersOf = ({ workspaceFolders, rootUri }: InitializeParams): readonly string[] =>
  pathsOf(workspaceFolders?.map(({ uri }) => uri) ?? [rootUri ?? '']);

const pathsOf = (uris: readonly string[]): readonly string[] => uris.flatMap((uri) => filePath(uri) ?? []);

/** Answers the requests of an editor on a connection. The caller creates the connection, and lets it listen. */
export function serve(connection: Connection): void {
  const documents = new TextDocuments(TextDocument);
  let settings: Settings = defaultSettings;
  let sessions: Sessions | undefined;
  let watchesFiles = false;

  const server: Server = {
    connection,
    settings: () => settings,
    sessions: () => sessions?.all ?? [],
    openText: (uri) => documents.get(uri)?.getText(),
    application: (uri) => {
      const document = documents.get(uri);
      const session = document && !isPolicy(document) ? sessions?.of(uri, settings) : undefined;
      return (
        session && { session, text: document!.getText(), offsetOf: (place) => document!.offsetAt(place) }
      );
    },
    document: async (uri): Promise<RequestedDocument | undefined> => {
      const session = sessions?.of(uri, settings);
      if (session === undefined) return undefined;
      await session.ready;
      const name = session.nameOf(uri);
      return session.has(uri) ? { session, name, lines: session.lines(name) } : undefined;
    },
  };

  connection.onInitialize((params) => {
    const { capabilities, initializationOptions } = params;
    settings = withSettings(settings, initializationOptions);
    const isPulled = capabilities.textDocument?.diagnostic !== undefined && canRefresh(capabilities);
    const refreshesLenses = capabilities.workspace?.codeLens?.refreshSupport === true;
    const publisher = new DiagnosticsPublisher(server, isPulled);
    sessions = new Sessions(foldersOf(params), {
      onChange: () => publisher.publishSoon(),
      onMeasured: () => {
        if (refreshesLenses) void connection.sendRequest(CodeLensRefreshRequest.type);
      },
      onNotice: (text) => showMessage(connection, MessageType.Info, text),
      onOutput: (text) => connection.console.info(text),
    });
    watchesFiles = capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    registerFeatures(server, capabilities, isPulled);
    watch(server, documents, sessions, publisher, (given) => (settings = withSettings(settings, given)));
    return {
      capabilities: capabilitiesOf(isPulled),
      serverInfo: { name: 'nanook-language-server', version },
    };
  });
  connection.onInitialized(() => {
    void sessions?.open(settings);
    if (!watchesFiles) return;
    void connection.client.register(DidChangeWatchedFilesNotification.type, {
      watchers: [{ globPattern: '**/*.polar' }, { globPattern: '**/*.{ts,mts,cts,js,mjs,cjs,json,prisma}' }],
    });
  });
  connection.onShutdown(() => sessions?.close());
  documents.listen(connection);
}

const canRefresh = ({ workspace }: ClientCapabilities): boolean =>
  workspace?.diagnostics?.refreshSupport === true;

function registerFeatures(
  server: Server,
  { textDocument, workspace }: ClientCapabilities,
  isPulled: boolean,
): void {
  registerCompletion(server, textDocument?.completion?.completionItem?.snippetSupport === true);
  registerNavigation(server, textDocument?.definition?.linkSupport === true);
  registerRename(server, workspace?.workspaceEdit?.changeAnnotationSupport !== undefined);
  registerOutline(server);
  registerEdits(server);
  registerCodeLenses(server);
  if (isPulled) registerPullDiagnostics(server);
}

/** An editor can also send the files of the application, which only definitions read. */
const isPolicy = ({ languageId, uri }: TextDocument): boolean =>
  languageId === 'polar' || uri.endsWith('.polar');

/** Passes the texts of documents, changes of files and settings to the projects. */
function watch(
  { connection, settings }: Server,
  documents: TextDocuments<TextDocument>,
  sessions: Sessions,
  publisher: DiagnosticsPublisher,
  configure: (given: unknown) => Settings,
): void {
  const open = (document: TextDocument): void => {
    const session = isPolicy(document) ? sessions.of(document.uri, settings()) : undefined;
    if (session === undefined) return;
    const edit = (): void => {
      if (documents.get(document.uri) === undefined || session.isForeign(document.uri)) return;
      session.edit(document.uri, document.getText());
      session.checkTestsLater(settings());
      publisher.publishSoon();
    };
    // The first documents come before the project was read.
    if (session.isRead) edit();
    else void session.ready.then(edit);
  };
  documents.onDidChangeContent(({ document }) => open(document));
  documents.onDidClose(({ document }) => {
    if (!isPolicy(document)) return;
    sessions.of(document.uri, settings())?.edit(document.uri, undefined);
    sessions.endIn(filePath(document.uri) ?? '');
    publisher.publishSoon();
  });
  documents.onDidOpen(({ document }) => publisher.forget(document.uri));

  /** Documents can belong to other projects now. */
  const openAnew = async (): Promise<void> => {
    await sessions.open(settings());
    for (const document of documents.all()) open(document);
    publisher.publishSoon();
  };
  connection.onNotification(DidChangeWorkspaceFoldersNotification.type, ({ event: { added, removed } }) => {
    const gone = pathsOf(removed.map(({ uri }) => uri));
    const kept = sessions.folders.filter((each) => !gone.includes(each));
    sessions.folders = [...kept, ...pathsOf(added.map(({ uri }) => uri))];
    for (const folder of gone) sessions.endIn(folder);
    return openAnew();
  });

  connection.onDidChangeWatchedFiles(async ({ changes }) => {
    const isNewConfig = changes.some(
      ({ uri, type }) =>
        type !== FileChangeType.Changed && configNames.includes(basename(filePath(uri) ?? '')),
    );
    if (isNewConfig) {
      sessions.end();
      return openAnew();
    }
    await Promise.all(
      sessions.all.map(async (session) => {
        const isConfig = changes.some(({ uri }) => session.loadedFiles.has(filePath(uri) ?? ''));
        const isOther = changes.some(
          ({ uri, type }) => session.mayHave(uri) && type !== FileChangeType.Changed,
        );
        if (isConfig || isOther) return session.read(settings());
        const changed = changes.filter(({ uri }) => session.has(uri));
        await Promise.all(changed.map(({ uri }) => session.readFile(uri)));
        if (changed.length > 0) session.checkTestsLater(settings());
        return undefined;
      }),
    );
    publisher.publishSoon();
    return undefined;
  });

  connection.onDidChangeConfiguration(async ({ settings: given }) => {
    const before = settings();
    const now = configure((given as { readonly nanook?: unknown } | null)?.nanook);
    if (before.isTrusted !== now.isTrusted)
      await Promise.all(sessions.all.map((session) => session.read(now)));
    publisher.publishSoon();
  });
}
