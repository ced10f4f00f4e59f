import { significant } from '../../report/names.ts';
import { budgets, excesses, type BudgetCell, type ServerBudgets } from './results.ts';

/** Renders the budgets: a table for each server, with the budgets that are exceeded. */
export const budgetSection = (servers: readonly ServerBudgets[]): string[] =>
  servers.flatMap(({ server, rows, cells }) => [
    `### Budgets of lists: ${server}`,
    '',
    `First pages of 20 of ${rows.toLocaleString('en-US')} rows, for a user with few rows, one with many, and one without any. The page of Nanook is the call of`,
    '`list`, with its condition and all of its queries. The hand-written query is the fastest of several forms, for each user: often, no form is the',
    'fastest one for all users. Both have the same rows, which is checked before the measurement. Times are the shortest of all rounds; those of',
    `\`where\` and of printing are CPU. The budgets: a page takes at most ${budgets.page} times the hand-written one (differences below 1 ms do not count), a page`,
    `by row-level security at most ${budgets.protected} times the page of \`list\`, planning at most ${budgets.planningMs} ms, printing at most ${budgets.printMs} ms, and \`where\` for GitClub at most`,
    `${budgets.whereMs} ms. Figures in bold exceed them. A count ran once, before the pages; the count by hand is that of the first form.`,
    '',
    '| | user | rows | hand-written | `list` | in the database | `list` / hand-written | row-level security | planning | `where` | printing | count by hand | `count` |',
    '| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |',
    ...cells.map(row),
    '',
  ]);

function row(cell: BudgetCell): string {
  const { shape, user, listed, nanookMs, databaseMs, handMs, protectedMs } = cell;
  const { planningMs, whereMs, printMs, countMs, handCountMs } = cell;
  const exceeded = new Set(excesses(cell).map(({ budget }) => budget));
  const marked = (text: string, budget: keyof typeof budgets): string =>
    exceeded.has(budget) ? `**${text}**` : text;
  const columns = [
    shape,
    user,
    listed.toLocaleString('en-US'),
    ms(handMs),
    ms(nanookMs),
    ms(databaseMs),
    marked((nanookMs / handMs).toFixed(2), 'page'),
    protectedMs === undefined ? '' : marked(ms(protectedMs), 'protected'),
    marked(ms(planningMs), 'planningMs'),
    marked(ms(whereMs), 'whereMs'),
    marked(ms(printMs), 'printMs'),
    ms(handCountMs),
    ms(countMs),
  ];
  return `| ${columns.join(' | ')} |`;
}

const ms = (value: number): string => `${significant(value)} ms`;
