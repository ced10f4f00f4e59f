import { nearNames } from '../../internal/near-names.js';
import { isUnionName } from '../../types/type-table.js';
import { scopeCheck } from './check.js';
import { isForeignName } from './foreign-name.js';

/** Warns about `x = Admin and y = Admin` with an unregistered type, which Polar reads as a variable. A single use is an error. */
export const capitalVariable = scopeCheck({
  code: 'POLAR_CHECK_CAPITAL_VARIABLE',
  severity: 'warning',
  scope({ names }, report, { types }) {
    let counted: Map<string, number> | undefined;
    for (const node of names) {
      if (node.kind !== 'variable' || !startsWithCapital(node.name)) continue;
      const { name, span } = node;
      if (types.hasConstant(name) || isUnionName(name) || isForeignName(name) || name.includes('::'))
        continue;
      if (names.some((other) => other.kind === 'instance-pattern' && other.className === name)) continue;
      counted ??= new Map();
      const uses = (counted.get(name) ?? 0) + 1;
      counted.set(name, uses);
      // Reported once, at the second use.
      if (uses !== 2) continue;
      const known = nearNames(name, [...types.typeNames, ...types.constantNames]);
      report({ span, data: { name, known } });
    }
  },
});

const startsWithCapital = (name: string): boolean => {
  const unit = name.charCodeAt(0);
  return unit >= 0x80 ? /^\p{Lu}/u.test(name) : unit >= 0x41 && unit <= 0x5a;
};
