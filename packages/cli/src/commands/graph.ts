import { Command, Option } from 'commander';
import { matricesOf, matrixMarkdown, matrixText } from '../graph/matrix.js';
import { toMermaid } from '../graph/mermaid.js';
import { graphOf, type PolicyGraph } from '../graph/policy-graph.js';
import type { Colors, Io } from '../output/io.js';
import { Project } from '../project/project.js';
import { configOption } from './common-options.js';

const forms = {
  mermaid: toMermaid,
  matrix: (graph: PolicyGraph, colors: Colors) => matrixText(matricesOf(graph), colors),
  markdown: (graph: PolicyGraph) => matrixMarkdown(matricesOf(graph)),
  json: (graph: PolicyGraph) => JSON.stringify({ ...graph, matrices: matricesOf(graph) }, undefined, 2),
};
type FormName = keyof typeof forms;

interface GraphFlags {
  readonly config?: string;
  readonly form: FormName;
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
      new Option('--form <form>', 'a picture, or tables of roles and permissions')
        .choices(Object.keys(forms))
        .default('mermaid'),
    )
    .option('--json', 'the same as --form json')
    .addHelpText(
      'after',
      `
Examples:
  nanook graph > policy.mmd        a flowchart of Mermaid, which GitHub shows in Markdown
  nanook graph --form matrix       roles and permissions in the terminal`,
    )
    .action(async (paths: readonly string[], { config, form, json }: GraphFlags) => {
      const graph = graphOf(await Project.open({ config, paths }));
      if (graph.types.length === 0)
        io.err('the policies have no resource block, so there is nothing to draw');
      io.out(forms[json === true ? 'json' : form](graph, io.colors));
    });
}
