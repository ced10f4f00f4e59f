import type { TypesInput } from '@nanook/core';
import { visit, type PolicyNode, type TermNode } from '@nanook/core/syntax';

export const builtInTypes: ReadonlySet<string> = new Set([
  'Actor',
  'Boolean',
  'Clock',
  'Dictionary',
  'Float',
  'Integer',
  'List',
  'Resource',
  'String',
]);

/**
 * Returns a declaration without fields for each type that the policies name, in blocks, relations, patterns, and before a dot. A type of which
 * a rule names an object, as `Plan{"pro"}`, has the key `id`. It replaces the types of an application that the command does not know.
 */
export function inferTypes(policies: readonly PolicyNode[]): TypesInput {
  const names = new Set<string>();
  const keyed = new Set<string>();
  for (const policy of policies) {
    for (const statement of policy.statements)
      if (statement.kind !== 'test' && statement.kind !== 'test-fixture')
        visit(statement, { variable: ({ entity }) => entity && void keyed.add(entity.type) });
    visit(policy, {
      block: ({ className }) => void names.add(className.name),
      'dictionary-declaration': ({ fields }) => fields.forEach(({ value }) => names.add(value.name)),
      'instance-pattern': ({ className }) => void names.add(className),
      new: ({ className }) => void names.add(className),
      lookup: ({ object }) => addConstant(object),
      'method-call': ({ object }) => addConstant(object),
      call: ({ args }) => args.forEach(addConstant),
      parameter: ({ term }) => addConstant(term),
    });
  }
  const own = [...names].filter((name) => !builtInTypes.has(name));
  return Object.fromEntries(own.map((name) => [name, keyed.has(name) ? { key: 'id' } : {}]));

  function addConstant(term: TermNode): void {
    if (term.kind !== 'variable') return;
    const name = term.entity?.type ?? term.name;
    if (/^\p{Lu}/u.test(name)) names.add(name);
  }
}
