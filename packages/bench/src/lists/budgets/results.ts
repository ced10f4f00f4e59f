import type { UserKind } from './shapes.ts';

/** The figures of one list of one user. Times are the shortest of all rounds, because other work on the machine only adds to them. */
export interface BudgetCell {
  readonly shape: string;
  readonly user: UserKind;
  readonly listed: number;
  /** Milliseconds of a page through `list`, from the call to the rows, and the part of it in the database. */
  readonly nanookMs: number;
  readonly databaseMs: number;
  /** Milliseconds of the fastest hand-written page. */
  readonly handMs: number;
  /** Milliseconds of a page that row-level security filters, where it can protect the table. */
  readonly protectedMs?: number;
  /** Milliseconds to count the listed rows, through `count` and by the first hand-written condition; each ran once. */
  readonly countMs: number;
  readonly handCountMs: number;
  /** Milliseconds that the database plans the query of the page. */
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

/** The budgets, in milliseconds; the quotient of the page and the hand-written one; and that of the protected page and the page. */
export const budgets = { page: 1.5, protected: 3, planningMs: 20, whereMs: 1, printMs: 10 } as const;
/** Pages that differ by less are equal: the round trip to the server varies as much. */
const noticeableMs = 1;

export interface Excess {
  readonly budget: keyof typeof budgets;
  /** Describes the budget and the figure. */
  readonly text: string;
}

/** Returns the budgets that a list exceeds. The budget of `where` is that of GitClub, whose policy has the size of an application. */
export function excesses(cell: BudgetCell): Excess[] {
  const { shape, nanookMs, handMs, protectedMs, planningMs, whereMs, printMs } = cell;
  const found: Excess[] = [];
  if (isSlower(nanookMs, handMs, budgets.page))
    found.push({
      budget: 'page',
      text: `a page takes ${nanookMs.toFixed(1)} ms, ${(nanookMs / handMs).toFixed(1)} times the hand-written one; the budget is ${budgets.page}`,
    });
  if (protectedMs !== undefined && isSlower(protectedMs, nanookMs, budgets.protected))
    found.push({
      budget: 'protected',
      text: `a protected page takes ${protectedMs.toFixed(1)} ms, ${(protectedMs / nanookMs).toFixed(1)} times the page of \`list\`; the budget is ${budgets.protected}`,
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

const isSlower = (ms: number, other: number, budget: number): boolean =>
  ms / other > budget && ms - other > noticeableMs;

const work = { planningMs: 'planning', whereMs: 'finding the condition', printMs: 'printing' } as const;
