import type { Schema } from 'mongoose';
import { pathsOf } from './key-fields.js';

/** Returns the paths that a `find` leaves out, because the schema has `select: false` for them. An aggregation returns them. */
export const unselectedPaths = (schema: Schema): readonly string[] => [
  ...new Set(unselected(schema, '', [])),
];

function* unselected(schema: Schema, prefix: string, within: readonly Schema[]): Generator<string> {
  const outer = [...within, schema];
  for (const each of [schema, ...Object.values(schema.discriminators ?? {})])
    for (const [path, { selected, schema: inner }] of pathsOf(each))
      if (selected === false) yield prefix + path;
      else if (inner !== undefined && !outer.includes(inner))
        yield* unselected(inner, `${prefix}${path}.`, outer);
}
