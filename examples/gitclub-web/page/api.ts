// The requests of the page. The bearer token is the name of the user; a real application has a session.

export interface Organization {
  readonly id: string;
  readonly name: string;
}
export interface Repository {
  readonly id: string;
  readonly name: string;
  readonly organizationId: string;
}
export interface Issue {
  readonly id: number;
  readonly title: string;
  readonly isOpen: boolean;
  readonly creatorId: string;
}
interface Rows<Row> {
  readonly rows: readonly Row[];
}

/** The requests of the page to the server. */
export class Api {
  /** @param fetch the one of the permissions client, which asks again about permissions when an action is refused */
  constructor(
    readonly user: string,
    readonly fetch: typeof globalThis.fetch,
  ) {}

  async repositories(): Promise<readonly Repository[]> {
    return (await this.#send<Rows<Repository>>('GET', '/repositories?take=100'))?.rows ?? [];
  }
  organization(id: string): Promise<Organization | undefined> {
    return this.#send('GET', `/organizations/${encodeURIComponent(id)}`);
  }
  async issues(repository: string): Promise<readonly Issue[]> {
    const path = `/repositories/${encodeURIComponent(repository)}/issues`;
    return (await this.#send<Rows<Issue>>('GET', path))?.rows ?? [];
  }
  createIssue(repository: string, title: string): Promise<unknown> {
    return this.#send('POST', `/repositories/${encodeURIComponent(repository)}/issues`, { title });
  }
  closeIssue(id: number): Promise<unknown> {
    return this.#send('POST', `/issues/${id}/close`);
  }
  createRepository(organization: string, name: string): Promise<unknown> {
    const id = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
    return this.#send('POST', `/organizations/${encodeURIComponent(organization)}/repositories`, {
      id,
      name,
    });
  }
  deleteRepository(id: string): Promise<unknown> {
    return this.#send('DELETE', `/repositories/${encodeURIComponent(id)}`);
  }

  /** @returns `undefined` for a refused request */
  async #send<Result>(method: string, path: string, body?: object): Promise<Result | undefined> {
    const response = await this.fetch(`/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.user}`,
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    // A body that is not read keeps the connection.
    const text = await response.text();
    return response.ok && text !== '' ? (JSON.parse(text) as Result) : undefined;
  }
}
