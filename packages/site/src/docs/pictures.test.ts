import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { screenshotHtml } from './pictures.ts';
import { root } from './root.ts';

it('a screenshot has its size, so that the page does not move when it loads', () => {
  const png = readFileSync(`${root}docs/guides/user-interface/gitclub.png`);
  expect(screenshotHtml('GitClub', '../gitclub.png', png)).toBe(
    '<p><img src="../gitclub.png" alt="GitClub" width="1200" height="822" loading="lazy" /></p>',
  );
});
