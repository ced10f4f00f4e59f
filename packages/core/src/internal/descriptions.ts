/** The fields and relations that the types of a value declare. */
export interface DeclaredMembers {
  readonly declared: readonly {
    readonly fields: ReadonlyMap<string, unknown> | undefined;
    readonly relations: ReadonlyMap<string, unknown>;
  }[];
}

/** The declaration of the field of a value. */
export interface FieldOfValue {
  readonly type: { readonly kind: string; readonly name?: string };
  readonly kind: string;
}

/** The functions that describe values in errors. They decide nothing. */
export interface Descriptions {
  /** Describes a value that the application passed to a function. */
  readonly describeValue: (value: unknown) => string;
  /** Shows a value that a policy met, with its contents. */
  readonly show: (value: unknown) => string;
  /** Describes the receiver of a look-up. */
  readonly kindOf: (value: unknown) => string;
  /** Says how to correct two values that have no order. */
  readonly orderAdvice: (left: unknown, right: unknown) => string;
  /** Says how to correct a value that is used as a condition. */
  readonly conditionAdvice: (value: unknown) => string;
  /** Says how to correct a value that contradicts the declaration of its field. */
  readonly fieldAdvice: (value: unknown, field: FieldOfValue) => string;
  /** Says which value an option must have. */
  readonly invalidOption: (option: string, value: unknown) => string;
  /** Says which options are known. */
  readonly unknownOption: (name: string, known: readonly string[]) => string;
  /** Says how to correct a value that is not a row, for `typed`. */
  readonly rowAdvice: (row: unknown, type: string) => string;
  /** Shows what to pass to `typed` instead of this first argument. */
  readonly tagExample: (tag: unknown, row: unknown) => string;
  /** Describes a module that is not a whole compiled policy, and says how to correct it. */
  readonly moduleProblem: (
    problem: string,
    module: unknown,
  ) => { readonly found: string; readonly advice: string };
  /** Returns the names of the attributes that a value has or its types declare. */
  readonly knownMembers: (receiver: unknown, types: DeclaredMembers) => string[];
  /** Returns the known names that are most similar to a name. */
  readonly nearNames: (name: string, known: Iterable<string>, count?: number) => string[];
}

/** Names the kind of a value, without its contents. */
const briefly = (value: unknown): string => {
  if (value === null) return 'nil';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
};
const noAdvice = (): string => '';

// A bundle with a policy that was compiled ahead of time has only these short forms, unless it imports the texts of errors.
let descriptions: Descriptions = {
  describeValue: briefly,
  show: briefly,
  kindOf: briefly,
  orderAdvice: noAdvice,
  conditionAdvice: noAdvice,
  fieldAdvice: noAdvice,
  invalidOption: (_, value) => `found ${briefly(value)}`,
  unknownOption: () => 'unknown',
  rowAdvice: noAdvice,
  tagExample: () => "'Note'",
  moduleProblem: (problem) => ({ found: problem, advice: '' }),
  knownMembers: () => [],
  nearNames: () => [],
};

/** Replaces short descriptions by others. Errors from then on have them. */
export function addDescriptions(more: Partial<Descriptions>): void {
  descriptions = { ...descriptions, ...more };
}

/** Returns the descriptions of the moment. */
export const describe = (): Descriptions => descriptions;

export const describeValue = (value: unknown): string => descriptions.describeValue(value);
export const show = (value: unknown): string => descriptions.show(value);
export const kindOf = (value: unknown): string => descriptions.kindOf(value);
