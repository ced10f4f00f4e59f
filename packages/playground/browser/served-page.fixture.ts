import { createServer, type Server } from 'node:http';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { build } from 'vite';
import { chromiumPath } from '../../../tools/test-scope.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

/** The path below which the page is served. A site has it below a path, too. */
const mount = '/below/a/path/';

/** Whether the tests can run. Without Chromium they are skipped, and say so here and at the end of the run. */
export const hasChromium = existsSync(chromiumPath);
if (!hasChromium)
  console.warn(
    `\n⚠ The tests of the playground in a browser are SKIPPED: there is no Chromium at ${chromiumPath}. Set CHROMIUM_PATH to one.\n`,
  );

/** The errors and requests of a page since it was opened. */
export interface Reports {
  readonly errors: string[];
  /** The addresses of requests to another host. */
  readonly foreign: string[];
  readonly requests: string[];
}

export interface OpenedPage {
  readonly page: Page;
  readonly reports: Reports;
}

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath,
    // A test can end a command by this signal.
    handleSIGINT: false,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });

/** Builds a page into a new folder, so that no test sees an older build. @returns the path of the folder */
export async function buildPage(mode: 'production' | 'explorer'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nanook-playground-'));
  const root = fileURLToPath(new URL('..', import.meta.url));
  await build({ root, mode, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
  return folder;
}

/**
 * Opens a page in a new session of the browser.
 *
 * @param base the address of the folder of the page; requests to other addresses are foreign
 */
export async function openPage(
  browser: Browser,
  base: string,
  address: string,
  options: Parameters<Browser['newContext']>[0],
): Promise<OpenedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const reports: Reports = { errors: [], foreign: [], requests: [] };
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') reports.errors.push(message.text());
  });
  page.on('pageerror', (error) => void reports.errors.push(String(error)));
  page.on('request', (request) => {
    const url = request.url();
    if (url.startsWith('http')) reports.requests.push(url);
    if (!url.startsWith(base) && !/^(?:data|blob):/.test(url)) reports.foreign.push(url);
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) =>
      console.error(`violation of ${event.violatedDirective}: ${event.blockedURI}`),
    );
  });
  await page.goto(address);
  return { page, reports };
}

/** The built page on a server of this machine, and a browser. */
export class ServedPage {
  private constructor(
    readonly folder: string,
    readonly server: Server,
    readonly browser: Browser,
  ) {}

  /** Builds the page into a new folder, so that no test sees an older build. */
  static async start(): Promise<ServedPage> {
    const folder = await buildPage('production');
    const server = createServer((request, response) => {
      void answer(folder, request.url ?? '/').then(({ status, type, body }) => {
        response.writeHead(status, { 'content-type': type }).end(body);
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new ServedPage(folder, server, await launchBrowser());
  }

  get address(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}${mount}`;
  }

  /** Opens the page in a new session of the browser, and waits for its first answer. */
  async open(
    fragment = '',
    options: Parameters<Browser['newContext']>[0] = { viewport: { width: 1440, height: 900 } },
  ): Promise<OpenedPage> {
    const fragmentPart = fragment === '' ? '' : `#${fragment}`;
    const opened = await openPage(this.browser, this.address, `${this.address}${fragmentPart}`, options);
    await opened.page.waitForSelector('.answer[data-outcome]');
    return opened;
  }

  async stop(): Promise<void> {
    await this.browser.close();
    this.server.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function answer(
  folder: string,
  url: string,
): Promise<{ readonly status: number; readonly type: string; readonly body: Buffer | string }> {
  const path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
  const name = path.startsWith(mount) ? path.slice(mount.length) || 'index.html' : '';
  try {
    const body = await readFile(join(folder, normalize(name)));
    return { status: 200, type: types[extname(name)] ?? 'application/octet-stream', body };
  } catch {
    return { status: 404, type: 'text/plain', body: 'not found' };
  }
}
