import { clientMessages } from '@nanook/language-server';
import {
  Location,
  Position,
  Range,
  RelativePattern,
  TestMessage,
  TestRunProfileKind,
  tests,
  Uri,
  workspace,
  type CancellationToken,
  type ExtensionContext,
  type TestItem,
  type TestRun,
  type TestRunProfile,
  type TestRunRequest,
} from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { runCommand } from '../project/run-command.js';
import { testsOf, type PolicySymbol } from '../tests/policy-tests.js';
import {
  readTestOutput,
  readTestResults,
  testArguments,
  type PolicyTestResult,
} from '../tests/test-results.js';
import { detailsOfCoverage, showCoverage } from './coverage.js';
import { folderOf, trustedCommand } from './project.js';

/** Shows the tests of policies in the Testing view, and runs them with the command `nanook test` of the project. */
export function registerTests({ subscriptions }: ExtensionContext, client: LanguageClient): void {
  const controller = tests.createTestController('nanook', 'Nanook');

  const update = async (uri: Uri): Promise<void> => {
    const textDocument = { uri: client.code2ProtocolConverter.asUri(uri) };
    const symbols = await client.sendRequest<readonly PolicySymbol[] | null>('textDocument/documentSymbol', {
      textDocument,
    });
    const found = testsOf(symbols ?? []);
    if (found.length === 0) return controller.items.delete(uri.toString());
    const file = controller.createTestItem(uri.toString(), workspace.asRelativePath(uri), uri);
    for (const { name, line } of found) {
      const item = controller.createTestItem(`${uri.toString()}#${name}`, name, uri);
      item.range = new Range(line, 0, line, 0);
      file.children.add(item);
    }
    return controller.items.add(file);
  };
  const updateAll = async (): Promise<void> => {
    const files = await workspace.findFiles('**/*.polar', '**/node_modules/**');
    await Promise.all(files.map(update));
  };
  // The editor can run all tests before it shows the Testing view.
  let found: Promise<void> | undefined;
  const findAll = (): Promise<void> => (found ??= updateAll());
  controller.resolveHandler = (item) => (item === undefined ? findAll() : undefined);
  controller.refreshHandler = updateAll;

  const watchers = (workspace.workspaceFolders ?? []).map((folder) =>
    workspace.createFileSystemWatcher(new RelativePattern(folder, '**/*.polar')),
  );
  for (const watcher of watchers) {
    watcher.onDidCreate(update);
    watcher.onDidChange(update);
    watcher.onDidDelete((uri) => controller.items.delete(uri.toString()));
  }

  const addProfile = (name: string, kind: TestRunProfileKind): TestRunProfile =>
    controller.createRunProfile(
      name,
      kind,
      async (request, cancellation) => {
        const run = controller.createTestRun(request);
        try {
          await findAll();
          const all = [...controller.items].map(([, item]) => item);
          await runTests(
            { run, kind, client, all: all.flatMap((item) => testsIn(item)) },
            itemsOf(request, all),
            cancellation,
          );
        } finally {
          run.end();
        }
      },
      true,
    );
  const coverage = addProfile('Run with Coverage', TestRunProfileKind.Coverage);
  coverage.loadDetailedCoverage = async (_run, file) => detailsOfCoverage(file);
  subscriptions.push(controller, addProfile('Run', TestRunProfileKind.Run), coverage, ...watchers);
}

/** Returns the tests of a request, without the files that contain them. */
function itemsOf({ include, exclude = [] }: TestRunRequest, all: readonly TestItem[]): TestItem[] {
  return (include ?? all).flatMap((item) => testsIn(item, exclude));
}

/** Returns the tests in an item, which is a test or a file with tests. */
function testsIn(item: TestItem, exclude: readonly TestItem[] = []): TestItem[] {
  if (exclude.includes(item)) return [];
  return item.children.size === 0
    ? [item]
    : [...item.children].flatMap(([, child]) => testsIn(child, exclude));
}

/** A run of tests in the editor. */
interface PolicyTestRun {
  readonly run: TestRun;
  readonly kind: TestRunProfileKind;
  readonly client: LanguageClient;
  /** The tests of all projects, also those that do not run. */
  readonly all: readonly TestItem[];
}

async function runTests(
  started: PolicyTestRun,
  items: readonly TestItem[],
  token: CancellationToken,
): Promise<void> {
  await workspace.saveAll();
  const aborter = new AbortController();
  token.onCancellationRequested(() => aborter.abort());
  const folders = new Set(items.map((item) => folderOf(item.uri!)));
  for (const folder of folders) {
    const its = items.filter((item) => folderOf(item.uri!) === folder);
    if (token.isCancellationRequested) return;
    for (const item of its) started.run.started(item);
    // oxlint-disable-next-line no-await-in-loop -- the tests of one project can use the same database as those of another
    await runProject(started, folder, its, aborter.signal);
  }
}

async function runProject(
  { run, kind, client, all }: PolicyTestRun,
  folder: string,
  items: readonly TestItem[],
  signal: AbortSignal,
): Promise<void> {
  try {
    const measuresCoverage = kind === TestRunProfileKind.Coverage;
    const others = all.filter((item) => folderOf(item.uri!) === folder && !items.includes(item));
    const only = items.length === 1 && others.length > 0 ? items[0]!.label : undefined;
    const args = testArguments(only, measuresCoverage);
    const output = await runCommand(trustedCommand(folder, args), signal);
    const results = readTestResults(output, folder);
    for (const item of items) {
      const result = results.find(({ file, name }) => file === item.uri!.fsPath && name === item.label);
      report(run, item, result);
    }
    if (!measuresCoverage) return;
    await showCoverage(run, output, folder);
    // One test says nothing about the parts that the others cover.
    if (only === undefined)
      await client.sendNotification(clientMessages.measurements, {
        uri: Uri.file(folder).toString(),
        coverage: readTestOutput(output).coverage,
      });
  } catch (error) {
    const message = new TestMessage((error as Error).message);
    for (const item of items) run.errored(item, message);
  }
}

function report(run: TestRun, item: TestItem, result: PolicyTestResult | undefined): void {
  if (result === undefined)
    return run.errored(
      item,
      new TestMessage('nanook test did not run this test. Does the configuration name its file?'),
    );
  const messages = result.failures.map(({ assertion, line, reason }) => {
    const message = new TestMessage(`${assertion}\n${reason}`);
    message.location = new Location(item.uri!, new Position(line - 1, 0));
    return message;
  });
  return messages.length > 0
    ? run.failed(item, messages, result.durationMs)
    : run.passed(item, result.durationMs);
}
