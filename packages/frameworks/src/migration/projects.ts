import { Authorizer } from '@nanook/core';

// The data of a small application that was written with checks by hand, and its policy after the migration.

export class User {
  constructor(
    readonly name: string,
    readonly isStaff = false,
  ) {}
}

export class Project {
  readonly comments: string[] = [];

  constructor(
    readonly id: number,
    readonly owner: string,
    readonly members: readonly string[],
    public title: string,
    readonly isArchived = false,
  ) {}
}

const users = new Map(
  [new User('ann'), new User('ben'), new User('cid'), new User('sue', true)].map((user) => [user.name, user]),
);
/** Returns the user of the header `x-user`. The header replaces a session. */
export const findUser = (name: string | undefined): User | undefined =>
  name === undefined ? undefined : users.get(name);

/** The projects of one application. */
export class Projects {
  readonly #all = new Map(
    [
      new Project(1, 'ann', ['ben'], 'a plan'),
      new Project(2, 'ann', ['ben'], 'an old plan', true),
      new Project(3, 'cid', [], 'a secret'),
    ].map((project) => [project.id, project]),
  );

  all(): Project[] {
    return [...this.#all.values()];
  }

  async find(id: unknown): Promise<Project | undefined> {
    return this.#all.get(Number(id));
  }

  delete(id: number): void {
    this.#all.delete(id);
  }
}

export const shown = ({ id, title }: Project): object => ({ id, title });

// The checks of the application before the migration.
export const mayRead = (user: User, { owner, members }: Project): boolean =>
  user.isStaff || owner === user.name || members.includes(user.name);
export const mayEdit = (user: User, project: Project): boolean =>
  !project.isArchived && (project.owner === user.name || project.members.includes(user.name));
export const mayDelete = (user: User, { owner }: Project): boolean => user.isStaff || owner === user.name;

/** The policy after the migration. */
export const loadAuthorizer = (): Promise<Authorizer> =>
  Authorizer.load({
    policies: {
      name: 'projects.polar',
      source: `
        allow(user: User, "read", _: Project) if user.isStaff;
        allow(user: User, "read", project: Project) if works_on(user, project);
        allow(user: User, action, project: Project) if
          action in ["edit", "comment"] and
          not project.isArchived and
          works_on(user, project);
        allow(user: User, "delete", _: Project) if user.isStaff;
        allow(user: User, "delete", project: Project) if project.owner = user.name;
        allow(_: User, "list", Project);

        works_on(user: User, project: Project) if project.owner = user.name;
        works_on(user: User, project: Project) if user.name in project.members;
      `,
    },
    types: { User, Project },
  });
