import type { TypesInput } from '@nanook/core';
import type { Finding } from '@nanook/analysis';
import { checkPolicies } from '../check/check-project.js';
import type { Project } from '../project/project.js';
import { readPrismaTypes } from './prisma-types.js';
import { declarationsFrom, sourceNames, type SourceTypes } from './source-types.js';
import { readTypeScriptTypes } from './typescript-types.js';

export const sourceKinds = ['prisma', 'typescript'] as const;
export type SourceKind = (typeof sourceKinds)[number];

export interface SourceCheck {
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}

/** Returns the findings that the project does not have with its own types, which `nanook check` reports. */
function newFindings(project: Project, types: TypesInput): readonly Finding[] {
  const keyOf = ({ code, span }: Finding): string => `${code} ${span?.source.name} ${span?.start}`;
  const known = new Set(checkPolicies(project).map(keyOf));
  return checkPolicies(project.withTypes(types)).filter((finding) => !known.has(keyOf(finding)));
}

/**
 * Checks the attributes in the policies of a project with the types of a Prisma schema, or of the application in TypeScript.
 *
 * @throws {UsageError} when the source cannot be read
 */
export async function checkSource(
  project: Project,
  kind: SourceKind,
  paths: { readonly schema?: string | undefined; readonly project?: string | undefined },
): Promise<SourceCheck> {
  const names = sourceNames(project.types);
  const sources: SourceTypes =
    kind === 'prisma'
      ? readPrismaTypes(paths.schema)
      : await readTypeScriptTypes([...new Set(names.values())], paths.project);
  const missing = kind === 'prisma' ? [...names.values()].filter((name) => !sources.types.has(name)) : [];
  return {
    findings: newFindings(project, declarationsFrom(project.types, sources)),
    notes: [
      ...sources.notes,
      ...(missing.length > 0
        ? [`the Prisma schema has no model ${missing.join(', ')}, so these attributes were not checked`]
        : []),
    ],
  };
}
