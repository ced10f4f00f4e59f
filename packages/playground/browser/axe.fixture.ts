import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const { resolve } = createRequire(import.meta.url);

interface Axe {
  run(): Promise<{
    readonly violations: readonly {
      readonly id: string;
      readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
    }[];
  }>;
}

/** Loads axe into a page. Returns a function that lists the faults of the page as it is, after the name of its state. */
export async function axeOn(page: Page): Promise<(name: string) => Promise<string[]>> {
  await page.evaluate(await readFile(resolve('axe-core/axe.min.js'), 'utf8'));
  return async (name) => {
    const found = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { readonly axe: Axe };
      const { violations } = await axe.run();
      return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
    });
    return found.map((text) => `${name}: ${text}`);
  };
}
