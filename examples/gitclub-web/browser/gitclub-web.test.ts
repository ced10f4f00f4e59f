import { loadAuthorizer, openDatabase, seed, type Database, type Served } from '@nanook/example-gitclub';
import { and, eq, sql } from 'drizzle-orm';
import express from 'express';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page, type Request } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { chromiumPath } from '../../../tools/test-scope.ts';
import { organizationRoles, repositoryRoles } from '../../gitclub/src/domain/schema.ts';
import { serve } from '../src/server.ts';
import { controlsOf, recordControls, takeRecorded } from './recorded-actions.ts';

const hasChromium = existsSync(chromiumPath);
if (!hasChromium)
  console.warn(
    `\n⚠ The tests of GitClub in a browser are SKIPPED: there is no Chromium at ${chromiumPath}. Set CHROMIUM_PATH.\n`,
  );

/** PostgreSQL and the browser start slowly on a busy machine. */
const timeoutMs = 120_000;

/** The controls on the page of the repository Anvil, as the policy allows them. Its issue 1 is by Bob, and issue 2 by Mara. */
const onAnvil: Readonly<Record<string, readonly string[]>> = {
  alice: ['close 1', 'close 2', 'create_issue', 'create_repository', 'delete'],
  bob: ['close 1', 'create_issue'],
  carol: ['close 1', 'close 2', 'create_issue'],
  mara: ['close 2', 'create_issue', 'create_repository'],
  sam: [],
};

describe.skipIf(!hasChromium)('GitClub in Chromium', { timeout: timeoutMs }, () => {
  let folder: string | undefined;
  let browser: Browser;
  let db: Database;
  let served: Served;
  let page: Page;
  let questions: number;
  let errors: string[];
  const running = new Set<Request>();

  beforeAll(async () => {
    db = await openDatabase();
    const outDir = await mkdtemp(join(tmpdir(), 'nanook-gitclub-'));
    folder = outDir;
    const root = fileURLToPath(new URL('..', import.meta.url));
    [browser] = await Promise.all([
      chromium.launch({
        executablePath: chromiumPath,
        handleSIGINT: false,
        args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
      }),
      build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } }),
    ]);
  }, timeoutMs);
  afterAll(async () => {
    await browser?.close();
    await db?.$client.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    await db.execute(sql`truncate users, organizations, organization_roles, repositories, repository_roles, issues, profiles,
      support_grants restart identity cascade`);
    await seed(db, new Date());
    const authorizer = await loadAuthorizer(db);
    served = await serve(
      { db, authorizer, onError: (error) => console.error(error) },
      express.static(folder!),
    );
    const context = await browser.newContext({ viewport: { width: 1200, height: 760 } });
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
    [questions, errors] = [0, []];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('request', (request) => (questions += request.url().endsWith('/permissions') ? 1 : 0));
    running.clear();
    page.on('request', (request) => running.add(request));
    for (const end of ['requestfinished', 'requestfailed'] as const)
      page.on(end as 'requestfinished', (request) => running.delete(request));
    await recordControls(page);
  }, timeoutMs);
  afterEach(async () => {
    await page?.context().close();
    await served?.close();
    if (errors.length > 0) throw new Error(`errors in the page: ${errors.join(', ')}`);
  }, timeoutMs);

  const open = async (user = 'alice') => {
    const { port } = served.server.address() as AddressInfo;
    await page.addInitScript(
      (name) => sessionStorage.setItem('user', sessionStorage.getItem('user') ?? name),
      user,
    );
    await page.goto(`http://127.0.0.1:${port}/`);
    await settled();
  };
  /** Waits until the page has asked all that it wants to know. */
  const settled = async () => {
    await vi.waitFor(
      async () => {
        await page.evaluate(
          () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 50))),
        );
        expect([...running].map((request) => request.url())).toEqual([]);
      },
      { timeout: 20_000 },
    );
  };
  const signIn = async (user: string) => {
    await page.click(`.users button:has(.${user})`);
    await settled();
    await chooseAnvil();
  };
  /** Opens Anvil, unless the list of the user does not have it. */
  const chooseAnvil = async () => {
    const anvil = page.locator('.repository:text-is("Anvil")');
    if ((await anvil.count()) > 0) await anvil.click();
    await settled();
  };

  it.each(Object.entries(onAnvil))(
    'shows %s exactly the controls that the policy allows, at each moment',
    async (user, allowed) => {
      await open(user);
      await chooseAnvil();
      expect(await controlsOf(page)).toEqual(allowed);
      const seen = await takeRecorded(page);
      expect([...seen].filter((each) => !allowed.includes(each))).toEqual([]);
    },
  );

  it('shows nothing of the user before after another one has signed in, not even for a moment', async () => {
    await open('alice');
    await chooseAnvil();
    for (const user of ['sam', 'bob', 'sam', 'carol', 'mara', 'sam']) {
      // oxlint-disable-next-line no-await-in-loop -- one user after the other
      await takeRecorded(page);
      // oxlint-disable-next-line no-await-in-loop -- as above
      await signIn(user);
      // oxlint-disable-next-line no-await-in-loop -- as above
      expect({ user, controls: await controlsOf(page) }).toEqual({ user, controls: onAnvil[user] });
      // The moment of the change itself still has the controls of the user before, which the observer has recorded already.
      // oxlint-disable-next-line no-await-in-loop -- as above
      const seen = await takeRecorded(page);
      expect({ user, seen: [...seen].filter((each) => !onAnvil[user]!.includes(each)) }).toEqual({
        user,
        seen: [],
      });
    }
  });

  it('adds and removes controls when roles change, after the user returns to the page', async () => {
    await open('bob');
    await chooseAnvil();
    expect(await controlsOf(page)).toEqual(onAnvil['bob']);
    const returnToPage = async () => {
      await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
      await settled();
    };
    await db.insert(repositoryRoles).values({ userId: 'bob', repositoryId: 'anvil', name: 'admin' });
    await returnToPage();
    expect(await controlsOf(page)).toEqual(['close 1', 'close 2', 'create_issue', 'delete']);
    await db
      .delete(repositoryRoles)
      .where(and(eq(repositoryRoles.userId, 'bob'), eq(repositoryRoles.name, 'admin')));
    await returnToPage();
    expect(await controlsOf(page)).toEqual(onAnvil['bob']);
  });

  it('removes the controls of a role that was lost when the server refuses an action', async () => {
    await open('alice');
    await chooseAnvil();
    await db.update(organizationRoles).set({ name: 'member' }).where(eq(organizationRoles.userId, 'alice'));
    await page.click('[data-action=delete]');
    await settled();
    expect(await controlsOf(page)).toEqual(['create_issue']);
    expect(
      await db.execute(sql`select count(*)::int as count from repositories where id = 'anvil'`),
    ).toMatchObject({
      rows: [{ count: 1 }],
    });
  });

  it('lets the user do what a control says', async () => {
    await open('alice');
    await chooseAnvil();
    await page.click('[data-action="close 1"]');
    await settled();
    await page.fill('input', 'It rings <b>loudly</b>');
    await page.click('[data-action=create_issue]');
    await settled();
    expect(await controlsOf(page)).toEqual([
      'close 2',
      'close 3',
      'create_issue',
      'create_repository',
      'delete',
    ]);
    expect(await page.textContent('.issues li:first-child b')).toBe('It rings <b>loudly</b>');
    await page.click('[data-action=delete]');
    await settled();
    expect(await page.$$eval('.repository', (all) => all.map((each) => each.textContent))).toEqual([
      'Rocket',
    ]);
  });

  it('asks once for all controls that appear together', async () => {
    await open('alice');
    // The organizations and the repository, then the issues.
    expect(questions).toBeLessThanOrEqual(4);
  });

  it('keeps two tabs with two users apart', async () => {
    await open('alice');
    await chooseAnvil();
    const first = page;
    page = await first.context().newPage();
    await recordControls(page);
    await open('sam');
    await chooseAnvil();
    expect([await controlsOf(first), await controlsOf(page)]).toEqual([onAnvil['alice'], []]);
    await first.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await settled();
    expect(await controlsOf(first)).toEqual(onAnvil['alice']);
  });

  it('has answers that neither the cache of HTTP nor a service worker can keep', async () => {
    await open('alice');
    const kept = await page.evaluate(async () => {
      const request = new Request('/api/permissions', {
        method: 'POST',
        headers: { authorization: 'Bearer alice', 'content-type': 'application/json' },
        body: '{"resources":[]}',
      });
      const response = await fetch(request.clone());
      const cache = await caches.open('answers');
      const put = await cache.put(request, response.clone()).then(
        () => 'kept',
        (error: Error) => error.name,
      );
      return { put, control: response.headers.get('cache-control') };
    });
    expect(kept).toEqual({ put: 'TypeError', control: 'private, no-store' });
  });

  it.runIf(process.env['NANOOK_PICTURE'] !== undefined)('is the picture of the README', async () => {
    await page.setViewportSize({ width: 1200, height: 410 });
    await open('alice');
    await chooseAnvil();
    const alice = await page.screenshot();
    await signIn('bob');
    const bob = await page.screenshot();
    const images = [alice, bob].map(
      (image) => `<img src="data:image/png;base64,${image.toString('base64')}">`,
    );
    await page.setContent(
      `<style>body { margin: 0 } img { display: block } img + img { border-top: 2px solid #dfe3e8 }</style>${images.join('')}`,
    );
    await page.screenshot({ path: process.env['NANOOK_PICTURE']!, fullPage: true });
  });
});
