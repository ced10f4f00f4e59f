import { rm, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Authorizer } from '@nanook/core';
import * as express from '@nanook/express';
import createExpress from 'express';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { exploreCommand } from '../../cli/src/commands/explore.js';
import { readPageFiles } from '../../cli/src/explore/page-files.js';
import {
  contentOf,
  enterFolder,
  project,
  recordedIo,
  writeFiles,
} from '../../cli/src/testing/run.fixture.js';
import { axeOn } from './axe.fixture.js';
import { buildPage, hasChromium, launchBrowser, openPage, type OpenedPage } from './served-page.fixture.js';

const policy = 'policy/main.polar';
const source = project[policy];
const config = project['nanook.config.json'];
const record = (id: number, action: string, outcome: string): string =>
  JSON.stringify({
    schema: 1,
    id: String(id),
    at: `2026-01-31T09:3${id}:00.000Z`,
    kind: 'allow',
    outcome,
    actor: { type: 'User', id: '8' },
    action,
    resource: { type: 'Note', id: '3' },
    policy: '316a4fbb7c99',
    engine: 'source',
  });
const files = {
  ...project,
  'audit/decisions.jsonl': `${record(1, 'read', 'allowed')}\n${record(2, 'edit', 'allowed')}\n`,
  // The application of the test, whose packages a temporary folder does not have.
  'app.mjs': 'export const app = globalThis.exploredApplication;\n',
};

async function application(): Promise<unknown> {
  const { types } = JSON.parse(config) as { readonly types: object };
  const authorizer = await Authorizer.load({ policies: policy, types: types as never });
  const app = createExpress();
  app.use(express.authorization(authorizer, { actor: () => null }));
  app.get(
    '/notes/:id',
    express.authorize('read', () => undefined),
    (_req, res) => void res.end(),
  );
  app.put(
    '/notes/:id',
    express.authorize('edit', () => undefined),
    (_req, res) => void res.end(),
  );
  app.get('/debug', (_req, res) => void res.end());
  return app;
}

let folder: string;
let browser: Browser;
let address: string;
let run: Promise<unknown>;

beforeAll(async () => {
  if (!hasChromium) return;
  folder = await buildPage('explorer');
  browser = await launchBrowser();
  await enterFolder(files);
  (globalThis as { exploredApplication?: unknown }).exploredApplication = await application();
  const io = recordedIo();
  const options = ['--application', 'app.mjs', '--log', 'audit'];
  run = exploreCommand(io, () => readPageFiles([folder])).parseAsync(options, { from: 'user' });
  while (!io.texts.err.includes('watching for changes')) await wait(20);
  address = /http:\S+/.exec(io.texts.out)![0];
}, 120_000);

afterAll(async () => {
  if (!hasChromium) return;
  process.emit('SIGINT');
  await run;
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

const opened: OpenedPage[] = [];
async function open(
  options: Parameters<Browser['newContext']>[0] = { viewport: { width: 1440, height: 900 } },
): Promise<Page> {
  const page = await openPage(browser, address, address, options);
  opened.push(page);
  await page.page.waitForSelector('.answer[data-outcome]');
  return page.page;
}
const view = (page: Page, name: string) => page.getByRole('tab', { name, exact: true }).click();

/** Writes a file until the page shows it: the watcher needs a moment before it notices changes. */
const writeUntil = (page: Page, name: string, text: string, selector: string): Promise<void> =>
  vi.waitFor(
    async () => {
      await writeFile(name, text);
      await page.waitForSelector(selector, { timeout: 1_000 });
    },
    { timeout: 20_000 },
  );

describe.skipIf(!hasChromium)('the explorer in Chromium', () => {
  beforeEach(async () => {
    // The only file that a test adds.
    await rm('nanook.config.mjs', { force: true });
    await writeFiles(files);
  });

  it('shows the project read-only, and follows a change of a file', async () => {
    const page = await open();
    await page.selectOption('select[aria-label=actor]', 'ben');
    await page.selectOption('select[aria-label=action]', 'edit');
    await page.selectOption('select[aria-label=resource]', 'report');
    await page.waitForSelector('.answer[data-outcome=denied] .duration:has-text(" ms")');
    await page.locator('.cm-content').click();
    await page.keyboard.type('x');
    expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);
    const rule = 'allow(user: User, "edit", note: Note) if note.authorId = user.id;\n';
    await writeUntil(page, policy, source + rule, '.answer[data-outcome=allowed]:not(.stale)');
    expect(await page.inputValue('select[aria-label=actor]')).toBe('ben');
    await view(page, 'Matrix');
    await page.waitForSelector('.square.changed[aria-label="ben edit report: allowed, before denied"]');
  });

  it('shows errors of the policy in their places, and those of the project as such, never as denied', async () => {
    const page = await open();
    await page.waitForSelector('.answer[data-outcome]:not(.stale)');
    await writeUntil(page, policy, `${source}allow(x`, '.problems .error');
    await page.waitForSelector('.answer.stale');
    await writeUntil(page, policy, source, '.answer:not(.stale)');
    await writeUntil(page, 'nanook.config.json', '{ "policies": ', '.project-error');
    expect(await page.locator('.project-error').textContent()).toContain('The project cannot be read');
    await page.waitForSelector('.answer.stale:has-text("of the last correct version")');
    await view(page, 'Routes');
    await page.waitForSelector('.view .message:has-text("says nothing about them")');
    const other = await openPage(browser, address, address, {});
    opened.push(other);
    await other.page.waitForSelector('.answer:has-text("There is no answer")');
    expect(await other.page.locator('[data-outcome=denied]').count()).toBe(0);
    await writeUntil(page, 'nanook.config.json', config, '.answer:not(.stale)');
    await other.page.waitForSelector('.answer[data-outcome]');
  });

  it('lists the routes with those who can reach them, and asks about one', async () => {
    const page = await open();
    await view(page, 'Routes');
    await page.waitForSelector('text=3 routes, 1 without a requirement');
    const row = (path: string) => page.locator('.routes tr', { hasText: path });
    await page.getByRole('button', { name: 'ann may edit report' }).waitFor();
    expect(await row('GET /debug').textContent()).toContain('everybody: no requirement');
    expect(await row('GET /notes').locator('.square').allTextContents()).toEqual(['✓ann', '✓ben']);
    await row('GET /notes').locator('.square', { hasText: 'ben' }).click();
    await page.waitForSelector('.answer[data-outcome=allowed]');
    expect(await page.inputValue('select[aria-label=actor]')).toBe('ben');
  });

  it('lists recorded decisions, and decides them again with the policy of today', async () => {
    const page = await open();
    await view(page, 'Decisions');
    await page.getByRole('button', { name: 'User:8 edit Note:3' }).click();
    await page.waitForSelector('.replay [data-holds=false]:has-text("✗ denied")');
    await page.waitForSelector('.replay .tree');
    await page.getByRole('button', { name: 'User:8 read Note:3' }).click();
    await page.waitForSelector('.replay [data-holds=true]:has-text("still holds")');
    await writeUntil(page, policy, 'allow(_: User, "edit", _: Note);\n', '.replay [data-holds=false]');
    await page.fill('input[name=action]', 'edit');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=1 decision.');
    await page.fill('input[name=from]', 'yesterday');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.view .message:has-text("--from expects a day")');
  });

  it('takes the answer of the project where a policy calls methods of its classes', async () => {
    const page = await open();
    await writeFiles({ [policy]: 'allow(user: User, "read", note: Note) if user.owns(note);\n' });
    const classes = `class User {
  constructor(id) { this.id = id; }
  owns(note) { return note.ownerId === this.id; }
}
class Note { ownerId = 1; }
const types = { User, Note };
export default { policies: 'policy/*.polar', types, fixtures: { one: new User(1), two: new User(2), memo: new Note() } };
`;
    await rm('nanook.config.json');
    await writeUntil(page, 'nanook.config.mjs', classes, '.lacks:has-text("decided in another way")');
    const answer = async (actor: string, outcome: string): Promise<void> => {
      await page.selectOption('select[aria-label=actor]', actor);
      await page.waitForSelector(`.answer[data-outcome=${outcome}]:has-text("decided by your project")`);
    };
    await page.selectOption('select[aria-label=resource]', 'memo');
    await page.selectOption('select[aria-label=action]', 'read');
    await answer('one', 'allowed');
    await page.waitForSelector('.nk-mark-allowed');
    await answer('two', 'denied');
    await view(page, 'Matrix');
    await page.getByRole('button', { name: 'one read memo: allowed' }).waitFor();
  });

  it('writes a policy when Edit was chosen and Save is pressed, and not before', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('button', { name: 'Save' }).waitFor();
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+End');
    await page.keyboard.insertText('# changed\n');
    await page.getByRole('button', { name: 'Save 1' }).waitFor();
    expect(await contentOf(policy)).toBe(source);
    await page.getByRole('button', { name: 'Save 1' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).waitFor();
    expect(await contentOf(policy)).toBe(`${source}# changed\n`);
    // The files of the project are fixed.
    expect(await page.getByRole('button', { name: 'new policy' }).count()).toBe(0);
  });

  it.each([390, 1440])('has no horizontal scrolling at %i pixels, in its own views', async (width) => {
    const page = await open({ viewport: { width, height: 844 } });
    for (const name of ['Routes', 'Decisions']) {
      await view(page, name);
      await page.waitForSelector('.view table');
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect([name, overflow]).toEqual([name, 0]);
    }
  });

  it.each(['light', 'dark'] as const)('has no fault that axe finds, in %s colors', async (colorScheme) => {
    const page = await open({ viewport: { width: 1440, height: 900 }, colorScheme });
    const faults = await axeOn(page);
    const all = await faults('Why');
    await view(page, 'Routes');
    await page.waitForSelector('.routes .square');
    all.push(...(await faults('Routes')));
    await view(page, 'Decisions');
    await page.getByRole('button', { name: 'User:8 edit Note:3' }).click();
    await page.waitForSelector('.replay .tree');
    // Until the branches are open.
    await page.waitForTimeout(300);
    all.push(...(await faults('Decisions')));
    expect(all).toEqual([]);
  });

  it('has caused no error, no violation of its content security policy and no request to another address', async () => {
    expect(opened.length).toBeGreaterThan(5);
    // Chromium itself reports answers that are errors.
    const errors = opened.flatMap(({ reports }) => reports.errors);
    expect(errors.filter((text) => !text.includes('status of 422'))).toEqual([]);
    expect(opened.flatMap(({ reports }) => reports.foreign)).toEqual([]);
  });

  it('says that the command has ended, and keeps its last version', async () => {
    const page = await open();
    const before = await page.locator('.answer').textContent();
    process.emit('SIGINT');
    await run;
    await page.waitForSelector('.notice:has-text("nanook explore does not answer")');
    expect(await page.locator('.answer').textContent()).toBe(before);
  });
});
