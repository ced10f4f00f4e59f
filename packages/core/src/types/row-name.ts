// The name of a row is a private field of the row: a constructor that returns the row instead of a new object adds it. Nothing else can
// see the field, and no proxy is asked. A weak map would be the same, but 10 times slower to fill and to read with rows of a request.

/** Returns the name of a row. */
export type FindName = (row: object) => string | undefined;

/** Whether a row with a name was named again, as rows of a cache are. */
let isRepeated = false;

/** Whether any row has a name. Rows with discriminators only are not searched for one, which costs more than reading it. */
let isUsed = false;

/** The names of rows that cannot get a private field: a platform may refuse it for frozen objects. */
let others: WeakMap<object, string> | undefined;

const findOther: FindName = (row) => others?.get(row);

// oxlint-disable-next-line typescript/no-extraneous-class -- the constructor is the purpose
class Returned {
  constructor(row: object) {
    // oxlint-disable-next-line no-constructor-return -- the class below adds its field to this object
    return row;
  }
}

class Named extends Returned {
  #name: string;

  constructor(row: object, name: string) {
    super(row);
    this.#name = name;
  }

  /** Sets the name of a row, and returns whether the row can get a private field. */
  static set(row: object, name: string): boolean {
    // V8 does not cache a search that finds no field: for new rows, it takes most of the time.
    if (!isRepeated || !(#name in row)) {
      try {
        new Named(row, name);
        return true;
      } catch {
        if (!(#name in row)) return false;
        isRepeated = true;
      }
    }
    row.#name = name;
    return true;
  }

  static readonly find: FindName = (row) => (isUsed && #name in row ? row.#name : findOther(row));

  static readonly finders: readonly FindName[] = [
    (row) => (isUsed && #name in row ? row.#name : findOther(row)),
    (row) => (isUsed && #name in row ? row.#name : findOther(row)),
    (row) => (isUsed && #name in row ? row.#name : findOther(row)),
    (row) => (isUsed && #name in row ? row.#name : findOther(row)),
    (row) => (isUsed && #name in row ? row.#name : findOther(row)),
    (row) => (isUsed && #name in row ? row.#name : findOther(row)),
    (row) => (isUsed && #name in row ? row.#name : findOther(row)),
    (row) => (isUsed && #name in row ? row.#name : findOther(row)),
    (row) => (isUsed && #name in row ? row.#name : findOther(row)),
    (row) => (isUsed && #name in row ? row.#name : findOther(row)),
    (row) => (isUsed && #name in row ? row.#name : findOther(row)),
    (row) => (isUsed && #name in row ? row.#name : findOther(row)),
    (row) => (isUsed && #name in row ? row.#name : findOther(row)),
    (row) => (isUsed && #name in row ? row.#name : findOther(row)),
    (row) => (isUsed && #name in row ? row.#name : findOther(row)),
    (row) => (isUsed && #name in row ? row.#name : findOther(row)),
  ];
}

/** The number of shapes of objects from which on V8 treats a function as one for all shapes. */
const manyShapes = 8;

/** The number of calls for each shape: V8 records no shapes for the first calls of a function. */
const manyCalls = 10;

/**
 * Lets `findName` meet many shapes of rows. Then V8 answers for a row without a name in 9 ns. A function that has met few shapes takes 2 ns for
 * rows with a name, but 22 for those without one.
 */
function meetShapes(): void {
  for (let i = 0; i < manyShapes * manyCalls; i++) Named.find({ [`shape${i % manyShapes}`]: i });
}

/** Sets the name of a row, without a change that other code can see. */
export function setName(row: object, name: string): void {
  if (!isUsed) {
    isUsed = true;
    meetShapes();
  }
  if (!Named.set(row, name)) (others ??= new WeakMap()).set(row, name);
}

export const findName: FindName = Named.find;

/**
 * Functions that do the same as `findName`. V8 learns the shapes of the objects that each of them gets. If these are few, it inlines the
 * function, which then takes 2 processor cycles instead of 90. So compiled code uses one function for the rows of a type, or for an argument.
 */
export const nameFinders: readonly FindName[] = Named.finders;
