import { elapsedTime } from '../../measure.ts';
import type { Options } from '../../options.ts';
import { measureCell } from './measure.ts';
import { excesses, type ServerBudgets } from './results.ts';
import { openServers } from './server.ts';
import { shapes } from './shapes.ts';

/** Measures the lists of each shape and each kind of user on the servers that the variables for the tests name. */
export async function measureBudgets({ quick, rounds }: Options): Promise<ServerBudgets[]> {
  const rows = quick ? 100_000 : 1_000_000;
  const results: ServerBudgets[] = [];
  for await (const server of openServers(rows))
    try {
      const cells = [];
      for (const shape of shapes)
        for (const user of shape.users) {
          const before = elapsedTime();
          const cell = await measureCell(server, shape, user, rows, rounds);
          cells.push(cell);
          const found = excesses(cell).map(({ text }) => text);
          process.stderr.write(
            `${server.name}, ${shape.name}, ${user}: ${found.length === 0 ? 'within the budgets' : found.join('; ')} (${((elapsedTime() - before) / 1_000).toFixed(1)} s)\n`,
          );
        }
      results.push({ server: server.name, rows, cells });
    } finally {
      await server.close();
    }
  return results;
}
