import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { serve } from './serve.ts';

/** Pages of each kind, of moderate size: axe needs seconds for long ones. */
const pages = [
  '',
  'docs/',
  'guides/getting-started/',
  'guides/tutorial/1-a-rule-and-a-test/',
  'guides/express/actor/',
  'guides/nestjs/requirements/',
  'guides/policies/tenants/',
  'guides/moving/from-oso/',
  'guides/command-line/explain/',
  'reference/codes/polar_check_unknown_field/',
];
/** Long pages, with wide tables and blocks of code, which axe does not check. */
const longPages = ['reference/codes/', 'reference/performance/', 'guides/express/getting-started/'];
const themes = ['light', 'dark'] as const;

/** The program of the browser: that of CHROMIUM_PATH, or the usual one. */
export const chromiumPath = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
].find((path) => path !== undefined && existsSync(path));

/** Looks at pages in Chromium, and returns their faults. */
export async function browserFaults(executablePath: string): Promise<readonly string[]> {
  const server = await serve(0);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const found = [];
    for (const theme of themes) {
      const context = await browser.newContext({ colorScheme: theme });
      for (const path of [...pages, ...longPages]) {
        const faults = await pageFaults(
          await context.newPage(),
          `${server.url}${path}`,
          !longPages.includes(path),
        );
        found.push(...faults.map((fault) => `/${path} in the ${theme} theme: ${fault}`));
      }
      await context.close();
    }
    return [...found, ...(await searchFaults(browser, server.url))];
  } finally {
    await browser.close();
    server.close();
  }
}

async function pageFaults(page: Page, url: string, withAxe: boolean): Promise<readonly string[]> {
  await page.setViewportSize({ width: 1280, height: 900 });
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin)
      faults.push(`request to another host: ${request.url()}`);
  });
  await page.addInitScript(countLayoutShifts);
  await page.goto(url, { waitUntil: 'load' });
  // Scripts that wait for an idle page make blocks of code focusable.
  await page.evaluate('new Promise((resolve) => requestIdleCallback(resolve, { timeout: 2000 }))');
  const shift = await page.evaluate<number>('globalThis.layoutShift');
  if (shift > 0.01) faults.push(`expected no layout shift, found ${shift.toFixed(3)}`);
  if (withAxe) faults.push(...(await axeFaults(page)));
  faults.push(...(await focusFaults(page)));
  await page.setViewportSize({ width: 320, height: 700 });
  const width = await page.evaluate<number>('document.documentElement.scrollWidth');
  if (width > 320) faults.push(`expected no horizontal scrolling at 320 pixels, found a width of ${width}`);
  const themeChoice = 'starlight-theme-select select:visible, [popovertarget=starlight__sidebar]:visible';
  if ((await page.locator(themeChoice).count()) === 0)
    faults.push('expected the choice of the theme, or the menu that has it, at 320 pixels');
  await page.close();
  return faults;
}

/** Adds up the layout shifts that no input caused. Runs in the page. */
const countLayoutShifts = `
  globalThis.layoutShift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.layoutShift += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
`;

/** Returns the texts whose contrast is too low, and the other violations of WCAG 2.1 AA that axe finds. */
async function axeFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{
    readonly violations: readonly {
      readonly id: string;
      readonly help: string;
      readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
    }[];
  }>(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'], resultTypes: ['violations'] })`);
  return violations.flatMap(({ id, nodes }) =>
    nodes
      .slice(0, 3)
      .map(
        ({ html, failureSummary }) =>
          `${id}: ${html.slice(0, 160)}: ${failureSummary.replaceAll(/\s+/g, ' ')}`,
      ),
  );
}

/** Follows the first twelve stops of the tabulator key, each of which must be visible. */
async function focusFaults(page: Page): Promise<readonly string[]> {
  const faults: string[] = [];
  for (let stop = 0; stop < 12; stop++) {
    await page.keyboard.press('Tab');
    const hidden = await page.evaluate<string | null>(`(() => {
      const element = document.activeElement;
      if (element === null || element === document.body) return null;
      const { outlineStyle, boxShadow } = getComputedStyle(element);
      const { width, height } = element.getBoundingClientRect();
      const isVisible = (outlineStyle !== 'none' || boxShadow !== 'none') && width > 0 && height > 0;
      return isVisible ? null : element.outerHTML.slice(0, 160);
    })()`);
    if (hidden !== null) faults.push(`expected a visible focus on ${hidden}`);
  }
  return faults;
}

/** Searches for a word, a code, and questions of people who do not know our words: the first results must have the page. */
async function searchFaults(browser: Browser, url: string): Promise<readonly string[]> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const faults: string[] = [];
  await page.goto(`${url}docs/`);
  for (const [word, path] of [
    ['tenants', 'guides/policies/tenants/'],
    ['POLAR_CHECK_UNKNOWN_FIELD', 'reference/codes/polar_check_unknown_field/'],
    ['let managers read the salaries of their reports, for an hour', 'guides/recipes/time-boxed/'],
    ['temporary access', 'guides/recipes/time-boxed/'],
    ['why is Bob refused?', 'guides/why-is-it-404/'],
    ['CASL ability', 'guides/moving/from-casl/'],
    ['Casbin model', 'guides/moving/from-casbin/'],
    ['list only the rows that the user may read with Prisma', 'guides/filtering/prisma/'],
    ['forgot a route in NestJS', 'guides/nestjs/audit/'],
    ['mask a field', 'guides/recipes/field-masking/'],
    ['share a playground', 'guides/playground/'],
    ['what changes if I remove a rule', 'guides/command-line/diff/'],
    ['which routes can a guest reach?', 'guides/command-line/explore/'],
  ] as const) {
    await page.locator('button[data-open-modal]').click();
    await page.locator('dialog[open] input').fill(word);
    const link = page
      .locator(`dialog[open] .pagefind-ui__result:nth-child(-n + 5) a[href*="${path}"]`)
      .first();
    await link
      .waitFor({ timeout: 10_000 })
      .catch(() => faults.push(`expected ${path} in the results of a search for ${word}`));
    await page.keyboard.press('Escape');
  }
  await page.close();
  return faults;
}
