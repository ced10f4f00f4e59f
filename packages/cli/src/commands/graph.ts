import { Command, Option } from 'commander';
import { toDot } from '../graph/dot.js';
import { toHtml } from '../graph/html.js';
import { matricesOf, matrixMarkdown, matrixText } from '../graph/matrix.js';
import { toMermaid } from '../graph/mermaid.js';
import { graphOf, type PolicyGraph } from '../graph/policy-graph.js';
import { toSvg } from '../graph/svg.js';
import type { Colors, Io } from '../output/io.js';
import { readProject } from '../project/read-project.js';
import { configOption } from './common-options.js';

const formats = {
  mermaid: toMermaid,
  dot: toDot,
  svg: toSvg,
  html: toHtml,
  matrix: (graph: PolicyGraph, colors: Colors) => matrixText(matricesOf(graph), colors),
  markdown: (graph: PolicyGraph) => matrixMarkdown(matricesOf(graph)),
  json: (graph: PolicyGraph) => JSON.stringify({ ...graph, matrices: matricesOf(graph) }, undefined, 2),
};
type FormatName = keyof typeof formats;

interface GraphFlags {
  readonly config?: string;
  readonly format: FormatName;
  readonly json?: boolean;
}

export function graphCommand(io: Io): Command {
  return new Command('graph')
    .summary('draw types, roles, relations and permissions')
    .description(
      'Draws the types of resource blocks with their roles, relations and permissions, or prints the permissions of each role.',
    )
    .argument('[paths...]', 'files, folders and globs; default: the policies of the configuration')
    .addOption(configOption())
    .addOption(
      new Option('--format <format>', 'a picture, or tables of roles and permissions')
        .choices(Object.keys(formats))
        .default('mermaid'),
    )
    .option('--json', 'the same as --format json')
    .addHelpText(
      'after',
      `
Examples:
  nanook graph > policy.mmd                a flowchart of Mermaid, which GitHub shows in Markdown
  nanook graph --format dot | dot -Tsvg    a picture by Graphviz
  nanook graph --format svg > policy.svg   a picture with the rule behind each arrow
  nanook graph --format html > roles.html  a page with the picture and tables of roles and permissions
  nanook graph --format matrix             roles and permissions in the terminal`,
    )
    .action(async (paths: readonly string[], { config, format, json }: GraphFlags) => {
      const { policies } = await readProject({ config, paths });
      const graph = graphOf(policies);
      if (graph.types.length === 0)
        io.err('the policies have no resource block, so there is nothing to draw');
      io.out(formats[json === true ? 'json' : format](graph, io.colors));
    });
}
