import type { UserKind } from './shapes.ts';

/** The figures of one list of one user. Times are the shortest of all rounds, because other work on the machine only adds to them. */
export interface BudgetCell {
  readonly shape: string;
  readonly user: UserKind;
  readonly listed: number;
  /** Milliseconds of a page through the condition, and of the fastest hand-written one. */
  readonly nanookMs: number;
  readonly handMs: number;
  /** Milliseconds to count the listed rows and to add their ids, through the condition and by the first hand-written one; each ran once. */
  readonly countMs: number;
  readonly handCountMs: number;
  /** Milliseconds that the database plans the query. */
  readonly planningMs: number;
  /** Milliseconds of CPU to find the condition, and to print it. */
  readonly whereMs: number;
  readonly printMs: number;
}

export interface ServerBudgets {
  readonly server: string;
  readonly rows: number;
  readonly cells: readonly BudgetCell[];
}

/** The budgets, in milliseconds, and the quotient of the page and the hand-written one. */
export const budgets = { page: 1.5, planningMs: 20, whereMs: 1, printMs: 10 } as const;
/** Pages that differ by less are equal: the round trip to the server varies as much. */
const noticeableMs = 1;

export interface Excess {
  readonly budget: keyof typeof budgets;
  /** Describes the budget and the figure. */
  readonly text: string;
}

/** Returns the budgets that a list exceeds. The budget of `where` is that of GitClub, whose policy has the size of an application. */
export function excesses({ shape, nanookMs, handMs, planningMs, whereMs, printMs }: BudgetCell): Excess[] {
  const found: Excess[] = [];
  const ratio = nanookMs / handMs;
  if (ratio > budgets.page && nanookMs - handMs > noticeableMs)
    found.push({
      budget: 'page',
      text: `a page takes ${nanookMs.toFixed(1)} ms, ${ratio.toFixed(1)} times the hand-written one; the budget is ${budgets.page}`,
    });
  for (const [budget, ms] of [
    ['planningMs', planningMs],
    ['printMs', printMs],
    ...(shape === 'GitClub' ? [['whereMs', whereMs] as const] : []),
  ] as const)
    if (ms > budgets[budget])
      found.push({
        budget,
        text: `${work[budget]} takes ${ms.toFixed(1)} ms; the budget is ${budgets[budget]}`,
      });
  return found;
}

const work = { planningMs: 'planning', whereMs: 'finding the condition', printMs: 'printing' } as const;
