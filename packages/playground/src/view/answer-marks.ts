import { decisiveCondition, decisiveRule } from '../model/explanation-tree.js';
import { rangeOf } from '../model/places.js';
import { textOfFile } from '../model/project-text.js';
import type { WorkbenchState } from '../model/workbench.js';
import type { FileMarks } from './page-context.js';

export const noMarks: FileMarks = [];

/** Returns the parts of the policy that decide: the condition that fails, or the rules of the proof. */
export function marksOf({ answer, loaded }: Pick<WorkbenchState, 'answer' | 'loaded'>): FileMarks {
  if (answer?.kind !== 'decision' || loaded === undefined) return noMarks;
  const { explanation, outcome } = answer;
  const place = explanation.undecided ?? decisiveCondition(explanation) ?? decisiveRule(explanation);
  if (place?.file === undefined) return noMarks;
  const source = textOfFile(loaded.text, place.file);
  if (source === undefined) return noMarks;
  return [{ file: place.file, kind: outcome, ...rangeOf(source, place, 'text' in place ? place.text : '') }];
}
