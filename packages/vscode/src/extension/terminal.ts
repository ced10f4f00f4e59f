import { ProcessExecution, Task, TaskRevealKind, tasks, TaskScope, Uri, window, workspace } from 'vscode';
import { trustedCommand } from './project.js';

/** Runs a subcommand of `nanook` in a terminal. @param args the subcommand and its arguments */
export async function runInTerminal(
  folder: string,
  args: readonly [string, ...(readonly string[])],
): Promise<void> {
  const { command, args: all, cwd } = trustedCommand(folder, args);
  const [name] = args;
  const task = new Task(
    { type: 'nanook', task: name },
    workspace.getWorkspaceFolder(Uri.file(folder)) ?? TaskScope.Workspace,
    name,
    'nanook',
    new ProcessExecution(command, [...all], { cwd }),
  );
  task.presentationOptions = { reveal: TaskRevealKind.Always, clear: true };
  await tasks.executeTask(task);
}

/** Asks for a text. Returns `undefined` if the user cancels. */
export async function ask(title: string, prompt: string): Promise<string | undefined> {
  const text = await window.showInputBox({ title, prompt, ignoreFocusOut: true });
  return text === undefined || text.trim() === '' ? undefined : text;
}
