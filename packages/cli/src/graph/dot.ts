import type { PolicyGraph, TypeNode } from './policy-graph.js';

/**
 * Prints the graph in the language DOT of Graphviz: a cluster for each type, an arrow for each shorthand rule, and a dashed arrow for each
 * relation to another type.
 */
export function toDot({ types }: PolicyGraph): string {
  const ids = new Map(types.map(({ name }, i) => [name, `cluster_${i}`]));
  const related = ({ relations, name }: TypeNode): [relation: string, other: string][] =>
    Object.entries(relations).filter(([, other]) => other !== name && ids.has(other));
  return [
    'digraph policy {',
    '  rankdir=LR; compound=true; node [shape=box]; edge [fontsize=10];',
    ...types.flatMap((type) => [
      `  subgraph ${ids.get(type.name)} {`,
      `    label=${quoted(type.name)};`,
      // An arrow to a cluster needs a node in it.
      `    ${quoted(type.name)} [style=invis, shape=point];`,
      ...type.roles.map((role) => `    ${nodeOf(type.name, role)} [label=${quoted(role)}, style=rounded];`),
      ...type.permissions.map((name) => `    ${nodeOf(type.name, name)} [label=${quoted(name)}];`),
      '  }',
    ]),
    ...types.flatMap((type) =>
      type.grants.map(({ gives, needs, on, file, line }) => {
        const source = (on === undefined ? undefined : type.relations[on]) ?? type.name;
        const label = quoted(`${on === undefined ? '' : `on ${on}, `}${file}:${line}`);
        return `  ${nodeOf(source, needs)} -> ${nodeOf(type.name, gives)} [label=${label}];`;
      }),
    ),
    ...types.flatMap((type) =>
      related(type).map(
        ([relation, other]) =>
          `  ${quoted(other)} -> ${quoted(type.name)} [label=${quoted(relation)}, style=dashed, ltail=${ids.get(other)}, lhead=${ids.get(type.name)}];`,
      ),
    ),
    '}',
  ].join('\n');
}

/** Returns the node of a role or permission. The name of a type has no dot. */
const nodeOf = (type: string, name: string): string => quoted(`${type}.${name}`);

/** A text in the quotes of DOT, which reads `\"` as a quote and other backslashes as escapes of labels. */
const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', String.raw`\"`)}"`;
