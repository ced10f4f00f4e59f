import type { RowCondition } from '@nanook/core/filter';

export interface Query {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The query of the list, built by a client: with a condition of Nanook, and with a hand-written one. */
export interface Client {
  nanook(condition: RowCondition): Query | Promise<Query>;
  hand(): Query | Promise<Query>;
}
