import type { ResourceQuery } from '@nanook/core';
import type { RowCondition } from '@nanook/core/filter';

/** Returns the condition of the rows of a page and of the pages after it. */
export const pageCondition = ({ condition, after }: ResourceQuery): RowCondition =>
  after === undefined
    ? condition
    : { ...condition, filter: { kind: 'and', parts: [condition.filter, after] } };
