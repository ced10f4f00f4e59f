// The classes of the application in the scenarios.

export class User {
  [key: string]: unknown;
  constructor(
    readonly name: string,
    readonly orgId = 1,
    readonly roles: readonly string[] = [],
  ) {}
  isNamed(name: string): boolean {
    return this.name === name;
  }
  later(): Promise<string> {
    return Promise.resolve(this.name);
  }
  fails(): never {
    throw new RangeError('out of range');
  }
  failsByType(): never {
    throw new TypeError('wrong type');
  }
  *numbers(): Generator<number> {
    yield 1;
    yield 2;
  }
}
export class Admin extends User {}
export class Org {
  constructor(
    readonly id: number,
    readonly name = 'acme',
  ) {}
}
export class Repo {
  [key: string]: unknown;
  constructor(
    readonly id: number,
    readonly orgId = 1,
    readonly ownerName = 'ann',
    readonly isPublic = false,
  ) {}
}
export class Issue {
  constructor(
    readonly id: number,
    readonly repoId = 1,
    readonly count = 0,
  ) {}
}

export const ann = new User('ann', 1, ['owner']);
export const bob = new User('bob', 2);
