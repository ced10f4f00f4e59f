/** Counts what a query takes. Each method throws when that is more than a limit allows. */
export interface Meter {
  step(): void;
  /** Counts so many steps at once, before they are taken. */
  spend(steps: number): void;
  /** Counts what is about to be built: characters and elements. */
  grow(size: number): void;
  /** Called when code of the application has run. @param result what it gave */
  called(result?: unknown): void;
}

/** Number of characters that are read in the time of one step. */
export const charactersPerStep = 256;

/** Counts the steps of work on many characters or elements, before it begins. */
export function spendOn(length: number, perStep: number, meter: Meter): void {
  if (length >= perStep) meter.spend(Math.floor(length / perStep));
}
