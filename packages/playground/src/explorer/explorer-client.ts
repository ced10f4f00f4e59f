import type {
  ExplorerDecisions,
  ExplorerQuestion,
  ExplorerRoutes,
  ExplorerState,
  ProjectAnswer,
  ReplayedDecision,
  SaveRequest,
} from '@nanook/cli/tools';

/** The requests of the page to `nanook explore`. The address of the page contains the token, so relative addresses contain it, too. */
export class ExplorerClient {
  /** @param base the address of the page, with `/` at its end */
  constructor(readonly base: string) {}

  state(): Promise<ExplorerState> {
    return this.#get('api/state') as Promise<ExplorerState>;
  }

  /** Calls a function when the project has changed, and another one when the command answers or does not. */
  follow(changed: () => void, connected: (isConnected: boolean) => void): void {
    const events = new EventSource(`${this.base}api/changes`);
    events.addEventListener('message', () => {
      connected(true);
      changed();
    });
    events.addEventListener('error', () => connected(false));
  }

  /** Asks the project itself. */
  explain({ actor, action, resource }: ExplorerQuestion): Promise<ProjectAnswer> {
    const parameters = new URLSearchParams({ actor, action, resource });
    return this.#get(`api/explain?${parameters}`) as Promise<ProjectAnswer>;
  }

  /** @param again whether the application is loaded again */
  routes(again: boolean): Promise<ExplorerRoutes> {
    return this.#get(again ? 'api/routes?again' : 'api/routes') as Promise<ExplorerRoutes>;
  }

  decisions(filters: Readonly<Record<string, string>>): Promise<ExplorerDecisions> {
    return this.#get(`api/decisions?${new URLSearchParams(filters)}`) as Promise<ExplorerDecisions>;
  }

  replay(record: unknown): Promise<ReplayedDecision> {
    return this.#post('api/replay', record) as Promise<ReplayedDecision>;
  }

  /** @throws {Error} with the reason of a refusal */
  async allowEditing(): Promise<void> {
    requireSuccess(await this.#post('api/edit', {}));
  }

  /** @throws {Error} with the reason of a refusal */
  async save(request: SaveRequest): Promise<void> {
    requireSuccess(await this.#post('api/save', request));
  }

  async #get(path: string): Promise<unknown> {
    return (await fetch(this.base + path)).json();
  }

  async #post(path: string, content: unknown): Promise<unknown> {
    const response = await fetch(this.base + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(content),
    });
    return response.json();
  }
}

function requireSuccess(answer: unknown): void {
  const { kind, message } = answer as { readonly kind?: string; readonly message?: string };
  if (kind === 'error') throw new Error(message);
}
