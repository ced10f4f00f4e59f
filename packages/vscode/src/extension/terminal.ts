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

/** Asks for texts one after the other. Returns `undefined` if the user cancels. @param prompts a prompt for each text */
export async function ask(title: string, ...prompts: readonly string[]): Promise<string[] | undefined> {
  const texts: string[] = [];
  for (const prompt of prompts) {
    // oxlint-disable-next-line no-await-in-loop -- the user answers one after the other
    const text = await window.showInputBox({ title, prompt, ignoreFocusOut: true });
    if (text === undefined || text.trim() === '') return undefined;
    texts.push(text);
  }
  return texts;
}
