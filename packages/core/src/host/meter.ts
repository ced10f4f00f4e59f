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
