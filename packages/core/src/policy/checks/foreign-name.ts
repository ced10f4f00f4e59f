import { scopeCheck } from './check.js';

/** Names of values in other languages, and the names in Polar. */
const values: ReadonlyMap<string, string> = new Map(
  Object.entries({
    nil: 'null undefined None NULL Null Nil NIL',
    true: 'True TRUE',
    false: 'False FALSE',
    nan: 'NaN',
    inf: 'Infinity',
  }).flatMap(([instead, names]) => names.split(' ').map((name) => [name, instead] as const)),
);

export const isForeignName = (name: string): boolean => values.has(name);

/** Finds `x = null`, which would hold for any `x`, because `null` is a variable in Polar. */
export const foreignName = scopeCheck({
  code: 'POLAR_CHECK_FOREIGN_NAME',
  isStricterThanOso: true,
  scope({ names }, report, { types }) {
    for (const node of names) {
      if (node.kind !== 'variable') continue;
      const { name, span } = node;
      const instead = values.get(name);
      if (instead !== undefined && !types.hasConstant(name)) report({ span, data: { name, instead } });
    }
  },
});
