/** Counts the resources that a query uses. Each method throws when a limit is exceeded. */
export interface Meter {
  step(): void;
  /** Counts several steps before they are taken. */
  spend(steps: number): void;
  /** Counts characters and elements before they are built. */
  grow(size: number): void;
  /** Called after code of the application. @param result the value that it returned */
  called(result?: unknown): void;
}

/** Number of characters that are read in the time of one step. */
export const charactersPerStep = 256;

/** Counts the steps of work on many characters or elements, before it begins. */
export function spendOn(length: number, perStep: number, meter: Meter): void {
  if (length >= perStep) meter.spend(Math.floor(length / perStep));
}
