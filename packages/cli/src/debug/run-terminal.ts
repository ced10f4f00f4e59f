import type { Opened } from '../commands/opened.js';
import { count } from '../output/count.js';
import type { Io } from '../output/io.js';
import { localQuery } from './local-query.js';
import { RemoteTarget } from './remote-target.js';
import { DebugTerminal } from './terminal.js';

/**
 * Steps through a query in a terminal.
 *
 * @returns the number of answers, or whether the action is allowed; undefined if the user leaves before
 */
export async function debugInTerminal(
  opened: Opened,
  words: readonly string[],
  io: Io,
): Promise<number | boolean | undefined> {
  const { target, run } = await localQuery(opened, words, { stopsAtOutcomes: true });
  const names = [...opened.authorizer.policy.rules, ...opened.project.policies.map(({ name }) => name)];
  let begin = (): void => {};
  // The query starts when the terminal listens to it.
  const result = new Promise<void>((resolve) => (begin = resolve)).then(run);
  const terminal = new DebugTerminal(target, io, { isRemote: false, names, ended: result });
  const session = terminal.run();
  begin();
  await session;
  if (!terminal.hasEnded) {
    if (!terminal.hasInputEnded) return undefined;
    await target.detach();
  }
  const found = await result;
  if (typeof found === 'boolean') io.out(found ? io.colors.green('allowed') : io.colors.red('denied'));
  else io.out(found === 0 ? io.colors.red('no answer') : io.colors.green(count(found, 'answer')));
  return found;
}

/** Steps through the queries of another process in a terminal. */
export async function attachTerminal(address: string, token: string, io: Io): Promise<void> {
  const target = await RemoteTarget.connect(address, token);
  io.out(`attached to ${address}; set a breakpoint, such as break allow, or wait for debug() in a policy`);
  const terminal = new DebugTerminal(target, io, { isRemote: true, names: [], ended: target.closed });
  await terminal.run();
  if (terminal.hasEnded) io.out('the process has closed the connection');
  else await target.detach();
}
