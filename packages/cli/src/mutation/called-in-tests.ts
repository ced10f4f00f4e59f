import { visit, type TermNode, type TestNode } from '@nanook/core/syntax';

/** Returns the arguments of the calls in assertions, by predicate and number of arguments. */
export function calledInTests(tests: readonly TestNode[]): Map<string, (readonly TermNode[])[]> {
  const calls = new Map<string, (readonly TermNode[])[]>();
  for (const { items } of tests)
    for (const item of items) {
      if (item.kind !== 'assertion') continue;
      const values =
        item.values?.kind === 'in' && item.values.collection.kind === 'list' ? item.values : undefined;
      visit(item.term, {
        call: ({ predicate, args }) => {
          const key = `${predicate}/${args.length}`;
          const all = calls.get(key) ?? [];
          all.push(args);
          // `iff action in ["read", "edit"]` names further arguments.
          if (values?.collection.kind === 'list' && values.item.kind === 'variable') {
            const { name } = values.item;
            for (const value of values.collection.items)
              all.push(args.map((arg) => (arg.kind === 'variable' && arg.name === name ? value : arg)));
          }
          calls.set(key, all);
        },
      });
    }
  return calls;
}
