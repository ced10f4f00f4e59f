import { type Evaluate, findEvaluate } from '../backends/source/evaluate.js';

/** The engine for checks. `auto` generates source where the platform allows that, and otherwise uses closures. */
export type EngineChoice = 'auto' | 'source' | 'closures' | 'machine';

/** Returns whether an engine runs closures: by choice, or because the platform forbids code from strings. */
export const needsClosures = (choice: EngineChoice): boolean =>
  choice !== 'machine' && evaluateFor(choice) === undefined;

export const evaluateFor = (choice: EngineChoice): Evaluate | undefined =>
  choice === 'closures' ? undefined : findEvaluate();
