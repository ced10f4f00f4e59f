/** Returns a source of numbers from 0 to 1 that depends only on the seed. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The number of methods of documents that a policy has called. */
export const calls = { count: 0 };

export class User {
  constructor(
    readonly id: number,
    public n: number,
    public flag: boolean,
  ) {}
}
export class Doc {
  constructor(
    readonly id: number,
    public n: number | null,
    public flag: boolean,
    public owner: User,
    public members: readonly User[],
    public tags: readonly string[],
    public parent: Doc | null,
  ) {}
  get meta(): object {
    return { n: this.n, flags: [this.flag] };
  }
  get later(): Promise<boolean> {
    return Promise.resolve(this.flag);
  }
  above(n: number): boolean {
    calls.count++;
    return (this.n ?? 0) > n;
  }
  soon(n: number): Promise<number> {
    calls.count++;
    return Promise.resolve((this.n ?? 0) + n);
  }
}

/** Generates policies over all constructs, and data for them. */
export class PolicyGenerator {
  #variables = 0;
  constructor(readonly random: () => number) {}

  number(below: number): number {
    return Math.floor(this.random() * below);
  }

  condition(depth: number): string {
    const k = this.number(4);
    const v = `v${this.#variables++}`;
    const simple = [
      `user.n = doc.n`,
      `doc.n > ${k}`,
      `doc.n <= user.n`,
      `user.flag`,
      `doc.flag`,
      `doc.owner = user`,
      `user in doc.members`,
      `(${v} in doc.members and ${v}.n = ${k} and ${v}.flag)`,
      `not user.flag`,
      `forall(${v} in doc.members, ${v}.n < ${k + 1})`,
      `forall(${v} in doc.members, ${v}.flag or ${v}.n = ${k})`,
      `doc matches Doc{n: ${k}}`,
      `doc.parent.flag`,
      `doc.parent matches Doc{flag: true}`,
      `doc.later`,
      `doc.above(${k})`,
      `doc.soon(1) = ${k}`,
      `doc.n + 1 = ${k}`,
      `(${v} = doc.n and ${v} > ${k})`,
      `"t${k}" in doc.tags`,
      `[${v}, *_] = doc.tags and ${v} = "t${k}"`,
      `user.n != ${k}`,
      `doc.n >= ${k}`,
      `doc.flag == true`,
      `doc.meta.n = ${k}`,
      `(${v} = {n: doc.n} and ${v} = {n: ${k}})`,
      `doc.flag in doc.meta.flags and doc.flag`,
      `(${v} = {n: user.n}.n and ${v} < ${k})`,
    ];
    if (depth === 0) return simple[this.number(simple.length)]!;
    const nested = [
      `(${this.condition(0)} or ${this.condition(0)})`,
      `not (${this.condition(0)} and ${this.condition(0)})`,
      `helper(user, doc)`,
      `not helper(user, doc)`,
      `role(user, "r${k}", doc)`,
      `has_role(user, "owner", doc)`,
      `has_permission(user, "see", doc)`,
      `not has_role(user, "reader", doc)`,
    ];
    const all = [...simple, ...nested, ...nested];
    return all[this.number(all.length)]!;
  }

  body(depth: number): string {
    const conditions = Array.from({ length: 1 + this.number(3) }, () => this.condition(depth));
    return `${conditions.join(' and ')} and keep(user, doc)`;
  }

  policy(): string {
    return [
      ...[1, 2, 3].map(() => `allow(user: User, "read", doc: Doc) if ${this.body(1)};`),
      ...[1, 2].map(() => `helper(user: User, doc: Doc) if ${this.body(0)};`),
      ...[0, 1].map((i) => `role(user: User, "r${i}", doc: Doc) if ${this.body(0)};`),
      `role(user: User, "r2", doc: Doc) if role(user, "r1", doc)${this.number(2) === 0 ? ' and cut' : ''};`,
      'keep(_: User, _: Doc);',
      'actor User {}',
      'resource Doc { permissions = ["see"]; roles = ["owner", "reader"]; relations = { parent: Doc }; ' +
        '"see" if "reader"; "reader" if "owner"; "reader" if "owner" on "parent"; }',
      `has_role(user: User, "owner", doc: Doc) if ${this.body(0)};`,
      'has_relation(parent: Doc, "parent", doc: Doc) if doc.parent = parent;',
    ].join('\n');
  }

  data(): Data {
    const users = [1, 2, 3].map((id) => new User(id, this.number(4), this.number(2) === 0));
    const doc = (id: number, parent: Doc | null) =>
      new Doc(
        id,
        this.number(8) === 0 ? null : this.number(5),
        this.number(2) === 0,
        users[this.number(3)]!,
        users.filter(() => this.number(2) === 0),
        [0, 1, 2].filter(() => this.number(2) === 0).map((i) => `t${i}`),
        parent,
      );
    const other = doc(2, null);
    return { users, doc: doc(1, this.number(2) === 0 ? null : other), other };
  }
}

export interface Data {
  readonly users: readonly User[];
  readonly doc: Doc;
  readonly other: Doc;
}
