import { Command, Option } from 'commander';
import { assessRoutes } from '../audit/assess-routes.js';
import { auditNotes } from '../audit/audit-notes.js';
import { auditFormatNames, auditFormats, findingsOf, type AuditFormat } from '../audit/formats.js';
import { listApplication } from '../audit/list-application.js';
import { loadApplication } from '../audit/load-application.js';
import { LoggedDecisions } from '../audit/logged-decisions.js';
import { extendOpenApi } from '../audit/openapi.js';
import { testedActions } from '../audit/tested-actions.js';
import { count } from '../output/count.js';
import { ExitCode } from '../output/exit-code.js';
import type { Io } from '../output/io.js';
import { policyDigests } from '../project/policy-digests.js';
import { readProject } from '../project/read-project.js';
import { configOption, policyOption, type ProjectFlags } from './common-options.js';
import type { Outcome } from './outcome.js';

interface AuditFlags extends ProjectFlags {
  readonly application?: string;
  readonly format: AuditFormat;
  readonly json?: boolean;
  readonly log?: readonly string[];
  readonly openapi?: string;
}

export function auditCommand(io: Io, outcome: Outcome): Command {
  return new Command('audit')
    .summary('list the routes of an application with their authorization')
    .description(
      'Lists the routes of an Express, Fastify, Hono, Koa or NestJS application: the requirement of each, the rules that can grant it, and the tests ' +
        'and recorded decisions about it. Exits with 1 if a route has no requirement.',
    )
    .addOption(configOption())
    .addOption(policyOption())
    .option(
      '-a, --application <module>',
      'the module of the application, such as src/app.ts or src/app.ts#app',
    )
    .addOption(
      new Option('--format <format>', 'form of the result').choices(auditFormatNames).default('text'),
    )
    .option('--json', 'the same as --format json')
    .option('--log <files...>', 'count the decisions in these files and folders of a decision log')
    .option(
      '--openapi <file>',
      'write the requirements into an OpenAPI description in JSON or YAML, as x-authz',
    )
    .addHelpText(
      'after',
      `
Examples:
  nanook audit
  nanook audit --format markdown > routes.md   a table for a review
  nanook audit --log audit/                    count recorded decisions
  nanook audit --openapi openapi.json          extend the description of the interface`,
    )
    .action(async ({ config, policy, application, format, json, log, openapi }: AuditFlags) => {
      const project = await readProject({ config, paths: policy });
      const authorizer = await project.load();
      const logged = log === undefined ? undefined : await LoggedDecisions.read(log, io);
      const tested = testedActions(project, await project.fixtures(), authorizer);
      try {
        const listed = await listApplication(await loadApplication(project, application));
        const routes = assessRoutes(listed.routes, { authorizer, types: project.types, tested, logged });
        const notes = [
          ...auditNotes(listed, routes),
          ...(logged !== undefined && logged.damagedLines > 0
            ? [`the log has ${count(logged.damagedLines, 'line')} that contain no record`]
            : []),
          ...(openapi === undefined ? [] : await extendOpenApi(openapi, routes)),
        ];
        const result = { routes, notes, policies: policyDigests(project) };
        io.out(auditFormats[json === true ? 'json' : format](result, io.colors));
        if (findingsOf(result).length > 0) outcome.code = ExitCode.findings;
      } finally {
        io.endAfterwards?.();
      }
    });
}
