import { drawMix, type Mix, mixOf, type ExpectedCheck } from '../../mix.ts';
import { Random } from '../../random.ts';
import type { WorldOptions } from '../../scenario.ts';

export class User {
  readonly id: string;
  readonly department: string;
  readonly clearance: number;
  /** The first working hour. */
  readonly from: number;
  /** The end of the working hours. */
  readonly until: number;
  constructor(id: string, department: string, clearance: number, from: number, until: number) {
    this.id = id;
    this.department = department;
    this.clearance = clearance;
    this.from = from;
    this.until = until;
  }
}

export class Document {
  readonly id: string;
  readonly owner: User;
  readonly department: string;
  readonly level: number;
  readonly isPublic: boolean;
  readonly archived: boolean;
  constructor(
    id: string,
    owner: User,
    department: string,
    level: number,
    isPublic: boolean,
    archived: boolean,
  ) {
    this.id = id;
    this.owner = owner;
    this.department = department;
    this.level = level;
    this.isPublic = isPublic;
    this.archived = archived;
  }
}

/** The clock. It always returns the same hour, so that answers do not depend on the time of the run. */
export class Calendar {
  #hour: number;
  constructor(hour: number) {
    this.#hour = hour;
  }
  hour(): number {
    return this.#hour;
  }
}

export interface AbacWorld {
  readonly calendar: Calendar;
  readonly users: User[];
  readonly documents: Document[];
  readonly mix: Mix;
}

const departments = ['sales', 'engineering', 'legal', 'finance'];

/** The permissions of each user. The sets are filled from the numbers that generated the world. */
class Oracle {
  readonly #readers = new Set<string>();
  readonly #editors = new Set<string>();

  allows(u: number, action: string, d: number): boolean {
    return (action === 'read' ? this.#readers : this.#editors).has(`${u} ${d}`);
  }

  constructor(hour: number, users: readonly UserRow[], documents: readonly DocumentRow[]) {
    const working = users.flatMap((user, u) => (user.hours.includes(hour) ? [u] : []));
    documents.forEach((document, d) => {
      const colleagues = working.filter((u) => users[u]!.department === document.department);
      const key = (u: number) => `${u} ${d}`;
      if (document.isPublic) for (const u of working) this.#readers.add(key(u));
      if (working.includes(document.owner)) this.#readers.add(key(document.owner));
      if (document.archived) return;
      if (working.includes(document.owner)) this.#editors.add(key(document.owner));
      for (const u of colleagues) {
        const above = users[u]!.clearance - document.level;
        if (above >= 0) this.#readers.add(key(u));
        if (above >= 1) this.#editors.add(key(u));
      }
    });
  }
}

interface UserRow {
  readonly department: number;
  readonly clearance: number;
  readonly hours: number[];
}
interface DocumentRow {
  readonly owner: number;
  readonly department: number;
  readonly level: number;
  readonly isPublic: boolean;
  readonly archived: boolean;
}

function draw(random: Random, userCount: number, documentCount: number, isPublic: number) {
  const hour = 9 + random.below(8);
  const userRows = Array.from({ length: userCount }, (): UserRow => {
    const first = random.chance(0.8) ? 6 + random.below(4) : 17;
    return {
      department: random.below(departments.length),
      clearance: 1 + random.below(5),
      hours: Array.from({ length: 7 }, (_, i) => first + i),
    };
  });
  const documentRows = Array.from({ length: documentCount }, (): DocumentRow => ({
    owner: random.below(userCount),
    department: random.below(departments.length),
    level: 1 + random.below(5),
    isPublic: random.chance(isPublic),
    archived: random.chance(0.2),
  }));
  const users = userRows.map(
    ({ department, clearance, hours }, i) =>
      new User(`user-${i}`, departments[department]!, clearance, hours[0]!, hours.at(-1)! + 1),
  );
  const documents = documentRows.map(
    ({ owner, department, level, isPublic: open, archived }, i) =>
      new Document(`document-${i}`, users[owner]!, departments[department]!, level, open, archived),
  );
  const oracle = new Oracle(hour, userRows, documentRows);
  return { calendar: new Calendar(hour), users, documents, oracle };
}

export function abacWorld({ seed, checks }: WorldOptions): AbacWorld {
  const random = new Random(seed);
  const { calendar, users, documents, oracle } = draw(random, 100, 500, 0.2);
  const mix = drawMix(random, checks, (): ExpectedCheck => {
    const u = random.below(users.length);
    const d = random.below(documents.length);
    const action = random.chance(0.6) ? 'read' : 'edit';
    return { actor: users[u], action, resource: documents[d], allowed: oracle.allows(u, action, d) };
  });
  return { calendar, users, documents, mix };
}

/** Creates the checks of S7: ten users during working hours, each for all documents. About half of the documents are public. */
export function passWorld({ seed, size }: WorldOptions): AbacWorld {
  const random = new Random(seed);
  const { calendar, users, documents, oracle } = draw(random, 100, size, 0.4);
  const hour = calendar.hour();
  const checks: ExpectedCheck[] = [];
  const readers = users.flatMap((user, u) => (user.from <= hour && hour < user.until ? [u] : []));
  for (const u of readers.slice(0, 10)) {
    documents.forEach((document, d) =>
      checks.push({
        actor: users[u],
        action: 'read',
        resource: document,
        allowed: oracle.allows(u, 'read', d),
      }),
    );
  }
  return { calendar, users, documents, mix: mixOf(checks) };
}
