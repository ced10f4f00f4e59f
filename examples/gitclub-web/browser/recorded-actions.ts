import type { Page } from 'playwright-core';

/** A change of the controls of a page: the controls after it. */
export type Controls = readonly string[];

declare global {
  interface Window {
    recorded: string[][];
  }
}

/** Records each set of controls that a page has after each change of its document, including those between two frames. */
export const recordControls = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
    window.recorded = [];
    const record = () => {
      const found = [...document.querySelectorAll<HTMLElement>('[data-action]')].map(
        (each) => each.dataset['action']!,
      );
      if (JSON.stringify(found) !== JSON.stringify(window.recorded.at(-1) ?? [])) window.recorded.push(found);
    };
    // An observer runs before the page is painted. A control that is added and removed in one turn is in the list of added nodes.
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes)
        for (const node of addedNodes)
          if (node instanceof HTMLElement)
            for (const each of [node, ...node.querySelectorAll<HTMLElement>('[data-action]')])
              if (each.dataset['action'] !== undefined && !each.isConnected)
                window.recorded.push([each.dataset['action']]);
      record();
    }).observe(document, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ['data-action'],
    });
  });

/** Returns all controls that a page has had since the last call. */
export async function takeRecorded(page: Page): Promise<ReadonlySet<string>> {
  return new Set(await page.evaluate(() => window.recorded.splice(0).flat()));
}

/** Returns the controls that a page has now. */
export const controlsOf = (page: Page): Promise<readonly string[]> =>
  page.$$eval('[data-action]', (all) => all.map((each) => (each as HTMLElement).dataset['action']!).sort());
