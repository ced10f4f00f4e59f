import type { Query } from './client.ts';
import type { Database } from './database.ts';

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

/** Returns the types of the nodes of the plan of a query, with their indexes, each once. */
export async function planOf(database: Database, { text, values }: Query): Promise<string> {
  const [row] = await database.query(`EXPLAIN (FORMAT JSON) ${text}`, values);
  const [{ Plan }] = row!['QUERY PLAN'] as [{ Plan: PlanNode }];
  return [...new Set(nodesOf(Plan))].join(', ');
}

function nodesOf({ 'Node Type': type, 'Index Name': index, Plans = [] }: PlanNode): string[] {
  return [index === undefined ? type : `${type} on ${index}`, ...Plans.flatMap(nodesOf)];
}
