import type { Explanation } from '@nanook/core';
import type { DecisionRecord } from '@nanook/log';
import { recordOf } from '../decisions/record-of.js';
import { RecordedObjects } from '../decisions/recorded-objects.js';
import { UsageError } from '../errors/usage-error.js';
import type { Project } from '../project/project.js';
import type { ReplayedDecision } from './messages.js';

/**
 * Decides a recorded check again with the current policies of a project, about the objects that its loaders or its fixtures know.
 *
 * @param text a record as JSON
 * @throws {UsageError} when it is not a record of a check, or a loader fails
 * @throws {PolarError} when the policies or the check have an error
 */
export async function replay(project: Project, text: string): Promise<ReplayedDecision> {
  const record = recordOf(text);
  if (record === undefined) throw new UsageError('expected a record of a decision log');
  const authorizer = await project.load();
  const fixtures = await project.fixtures();
  const objects = new RecordedObjects(project, fixtures, authorizer);
  const check = await objects.checkOf(record);
  if (check === undefined || typeof check.action !== 'string')
    throw new UsageError(
      'this is a decision about a request, whose record contains only the method and the path; it cannot be repeated',
    );
  const { actor, action, resource, field } = check;
  const names = new Map(Object.entries(fixtures).map(([name, value]) => [value, name] as const));
  const explanation: Explanation =
    typeof field === 'string'
      ? await authorizer.explainField(actor, action, resource, field, { names })
      : await authorizer.explain(actor, action, resource, { names });
  const notes: string[] = [];
  objects.report({ err: (line) => void notes.push(line) });
  return { kind: 'decision', explanation, holds: holds(explanation, record), notes };
}

const holds = ({ outcome }: Explanation, record: DecisionRecord): boolean => outcome === record.outcome;
