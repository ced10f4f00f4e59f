import { page } from './page.fixture.js';
import { permissionsClient, type Permissions, type PermissionsClient } from '@nanook/client';
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { act, createElement as h, StrictMode, Suspense, version, type ReactNode } from 'react';
import { createRoot, hydrateRoot, type Root } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PermissionsServer, settle } from '../../client/src/permissions-server.fixture.js';
import {
  AuthorizationProvider,
  Can,
  permissionsQuery,
  PrefetchedPermissions,
  useCan,
  usePermissions,
  usePermissionsClient,
} from './index.js';

const note = (id: number) => ({ type: 'Note', id }) as const;
const button = (id: number, action = 'edit', more: object = {}) =>
  h(Can, { action, on: note(id), key: `${action}${id}`, ...more }, `${action} ${id};`);
const rendered = (key: string, ...actions: string[]): Permissions => ({
  key,
  answers: [{ type: 'Note', id: '1', actions }],
});

let server: PermissionsServer;
let element: Element & { textContent: string | null; innerHTML: string };
let root: Root | undefined;
/** All texts that the page has had, also for a moment. */
let texts: string[];

beforeEach(() => {
  server = new PermissionsServer();
  const container = page.document.createElement('div');
  page.document.body.append(container);
  element = container as unknown as typeof element;
  texts = [];
  new page.MutationObserver(() => texts.push(text())).observe(container, {
    childList: true,
    subtree: true,
    characterData: true,
  });
});
afterEach(async () => {
  await act(async () => root?.unmount());
  root = undefined;
});
const text = (): string => element.textContent ?? '';
const provider = (children: ReactNode, props: object = {}) =>
  h(AuthorizationProvider, { actor: 'ann', fetch: server.fetch, ...props }, children);
const show = async (node: ReactNode) => {
  root ??= createRoot(element);
  await act(async () => root!.render(node));
};
const answer = (key: string, actionsOn?: (name: string) => readonly string[]) =>
  act(async () => {
    for (const request of server.open) request.answer(key, actionsOn).deliver();
    await settle();
  });

describe(`React ${version}`, () => {
  it('shows a control only after the server has allowed its action, with one request for all components', async () => {
    await show(provider([button(1), button(2), button(1, 'delete')]));
    expect(text()).toBe('');
    expect(server.sent.map(({ names }) => names)).toEqual([['Note:1', 'Note:2']]);
    await answer('ann', (name) => (name === 'Note:1' ? ['edit'] : []));
    expect(text()).toBe('edit 1;');
  });

  it('shows the fallback while the answer is no or unknown', async () => {
    await show(provider(button(1, 'edit', { fallback: 'locked' })));
    expect(text()).toBe('locked');
    await answer('ann');
    expect(text()).toBe('locked');
  });

  it('asks once in strict mode', async () => {
    await show(h(StrictMode, undefined, provider(button(1))));
    expect(server.sent).toHaveLength(1);
  });

  it('asks about a type itself', async () => {
    await show(provider(h(Can, { action: 'create', on: 'Note' }, 'new')));
    await answer('ann', (name) => (name === 'Note' ? ['create'] : []));
    expect(text()).toBe('new');
  });

  it('renders nothing of a new user from the answers of the old one', async () => {
    const answers = rendered('ann', 'edit');
    await show(provider(button(1), { answers }));
    expect(text()).toBe('edit 1;');
    texts.length = 0;
    await show(provider(button(1), { actor: 'bob', answers: { ...answers } }));
    expect([text(), texts.filter((each) => each !== '')]).toEqual(['', []]);
    await answer('bob', () => ['edit']);
    expect(text()).toBe('edit 1;');
  });

  it('removes controls when the answers change', async () => {
    let client: PermissionsClient;
    const Keep = () => {
      client = usePermissionsClient();
      return null;
    };
    await show(provider([button(1), h(Keep, { key: 'keep' })]));
    await answer('ann', () => ['edit']);
    await act(async () => client.refresh());
    expect(text()).toBe('edit 1;');
    await answer('ann');
    expect(text()).toBe('');
  });

  it('aborts a request that no component needs any more', async () => {
    await show(provider(button(1)));
    await show(provider(undefined));
    expect(server.sent[0]!.isAborted).toBe(true);
  });

  it('needs a provider', async () => {
    const errors = vi.spyOn(console, 'error').mockImplementation(() => {});
    expect(() => renderToString(button(1))).toThrow('useCan() needs an <AuthorizationProvider> above it');
    errors.mockRestore();
  });
});

describe('returning to the page', () => {
  it('asks again when the page becomes visible', async () => {
    await show(provider(button(1), { answers: rendered('ann', 'edit') }));
    expect(server.sent).toEqual([]);
    await act(async () => page.document.dispatchEvent(new page.Event('visibilitychange')));
    expect(server.sent).toHaveLength(1);
  });

  it('hides everything at once in a page that the browser has kept', async () => {
    await show(provider(button(1), { answers: rendered('ann', 'edit') }));
    const shown = Object.assign(new page.Event('pageshow'), { persisted: true });
    await act(async () => page.dispatchEvent(shown));
    expect(text()).toBe('');
    await answer('bob', () => []);
    expect(text()).toBe('');
  });

  it('asks no more after the provider is gone, or with refreshOnReturn={false}', async () => {
    await show(provider(button(1), { refreshOnReturn: false, answers: rendered('ann') }));
    await act(async () => page.document.dispatchEvent(new page.Event('visibilitychange')));
    await show(undefined);
    await act(async () => page.document.dispatchEvent(new page.Event('visibilitychange')));
    expect(server.sent).toEqual([]);
  });
});

describe('usePermissions', () => {
  const List = ({ ids }: { readonly ids: readonly number[] }) => {
    const { can, isPending, error } = usePermissions(ids.map(note));
    if (error !== undefined) return 'failed';
    return isPending ? 'asking' : ids.filter((id) => can('edit', note(id))).join();
  };

  it('says whether answers are unknown, and asks about new rows only', async () => {
    await show(provider(h(List, { ids: [1, 2] })));
    expect(text()).toBe('asking');
    await answer('ann', (name) => (name === 'Note:2' ? ['edit'] : []));
    expect(text()).toBe('2');
    await show(provider(h(List, { ids: [1, 2, 3] })));
    expect(server.open.map(({ names }) => names)).toEqual([['Note:3']]);
  });

  it('returns the error of a request', async () => {
    await show(provider(h(List, { ids: [1] })));
    await act(async () => server.open[0]!.fail(new TypeError('Failed to fetch')));
    expect(text()).toBe('failed');
  });
});

describe('suspense', () => {
  const waiting = (children: ReactNode) => provider(h(Suspense, { fallback: 'waiting' }, children));

  it('shows the fallback of <Suspense> until the answer is there', async () => {
    await show(waiting(button(1, 'edit', { suspense: true })));
    expect(text()).toBe('waiting');
    await answer('ann', () => ['edit']);
    expect(text()).toBe('edit 1;');
    expect(server.sent).toHaveLength(1);
  });

  it('renders without the right after a failure, and does not ask for ever', async () => {
    await show(waiting(button(1, 'edit', { suspense: true, fallback: 'no' })));
    await act(async () => {
      for (const request of server.open) request.fail(new TypeError('Failed to fetch'));
      await settle();
    });
    expect(text()).toBe('no');
    expect(server.sent.length).toBeLessThanOrEqual(2);
  });
});

describe('a server', () => {
  it('renders the answers that it has found, and no other control', () => {
    const tree = (answers?: Permissions) =>
      renderToString(
        h(AuthorizationProvider, { actor: 'ann', answers, fetch: server.fetch }, [button(1), button(2)]),
      );
    expect(tree(rendered('ann', 'edit'))).toBe('edit 1;');
    expect(tree()).toBe('');
    expect(server.sent).toEqual([]);
  });

  it('renders requests of two users at the same time without a leak', async () => {
    const users = ['ann', 'bob'].map((actor) =>
      Promise.resolve().then(() =>
        renderToString(
          h(AuthorizationProvider, { actor, answers: rendered(actor, actor) }, [
            button(1, 'ann'),
            button(1, 'bob'),
          ]),
        ),
      ),
    );
    expect(await Promise.all(users)).toEqual(['ann 1;', 'bob 1;']);
  });

  it('never waits for an answer with suspense, because `fetch` has no page there', () => {
    const { document } = globalThis as { document?: unknown };
    delete (globalThis as { document?: unknown }).document;
    try {
      expect(renderToString(provider(button(1, 'edit', { suspense: true })))).toBe('');
    } finally {
      Object.assign(globalThis, { document });
    }
  });

  it('has the same page as the first render in a browser', async () => {
    const tree = provider(
      h(PrefetchedPermissions, { answers: rendered('ann', 'edit') }, [button(1), button(2)]),
    );
    element.innerHTML = renderToString(tree);
    const problems: unknown[] = [];
    await settle();
    texts.length = 0;
    await act(async () => {
      root = hydrateRoot(element, tree, { onRecoverableError: (error) => problems.push(error) });
    });
    expect([text(), problems, texts]).toEqual(['edit 1;', [], []]);
    expect(server.sent.map(({ names }) => names)).toEqual([['Note:2']]);
  });
});

describe('PrefetchedPermissions', () => {
  it('answers in the first render, without a request', async () => {
    await show(provider(h(PrefetchedPermissions, { answers: rendered('ann', 'edit') }, button(1))));
    expect([text(), server.sent]).toEqual(['edit 1;', []]);
  });

  it('drops the answers of an actor before the present one', async () => {
    const tree = (actor: string) =>
      provider(h(PrefetchedPermissions, { answers: rendered('ann', 'edit') }, button(1)), { actor });
    await show(tree('ann'));
    expect(text()).toBe('edit 1;');
    texts.length = 0;
    await show(tree('bob'));
    expect([text(), texts.filter((each) => each !== '')]).toEqual(['', []]);
  });

  it('drops answers with another key than those that the page has, and asks again', async () => {
    const answers = rendered('policy 2', 'edit');
    await show(provider(button(1), { answers: rendered('policy 1', 'delete') }));
    await show(
      provider([button(1), h(PrefetchedPermissions, { answers, key: 'p' }, button(1, 'delete'))], {
        answers: undefined,
      }),
    );
    expect(text()).toBe('');
    expect(server.sent.map(({ names }) => names)).toEqual([['Note:1']]);
  });
});

describe('permissionsQuery', () => {
  it('lets TanStack Query decide when to ask, and leaves no answer in its cache', async () => {
    const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
    const client = permissionsClient({ fetch: server.fetch });
    const Page = () => {
      const { isPending } = useQuery(permissionsQuery(usePermissionsClient(), [note(1)]));
      const mayEdit = useCan('edit', note(1));
      return isPending ? 'asking' : `${mayEdit}`;
    };
    await show(
      h(QueryClientProvider, { client: queries }, provider([h(Page, { key: 1 }), button(1)], { client })),
    );
    expect(text()).toBe('asking');
    await answer('ann', () => ['edit']);
    expect(text()).toContain('edit 1;');
    expect(
      JSON.stringify(
        queries
          .getQueryCache()
          .getAll()
          .map(({ state }) => state.data),
      ),
    ).toBe('[true]');
    await act(async () => void queries.invalidateQueries({ queryKey: ['permissions'] }));
    await answer('ann');
    expect(text()).toBe('false');
    queries.clear();
  });
});
