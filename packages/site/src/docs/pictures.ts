import { posix } from 'node:path';

/** A picture, which follows the theme of the system, as two pictures for the themes of the site. */
export interface ThemedPicture {
  readonly light: string;
  readonly dark: string;
}

/** Splits an SVG picture with the colors of both themes into one for each. */
export function themedPicture(svg: string): ThemedPicture {
  const pattern = /@media \(prefers-color-scheme: dark\) \{([\s\S]*?\})\s*\}/;
  return { light: svg.replace(pattern, ''), dark: svg.replace(pattern, '$1') };
}

/** Returns the name of the file of a picture in a theme. */
export const themedName = (file: string, theme: keyof ThemedPicture): string =>
  posix.join(posix.dirname(file), `${posix.basename(file, '.svg')}.${theme}.svg`);

/** Returns the HTML of a picture in both themes, of which Starlight shows one. */
export function pictureHtml(alt: string, src: string, svg: string): string {
  const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
  const img = (theme: keyof ThemedPicture, hidden: string) =>
    `<img class="${hidden}" src="${themedName(src, theme)}" alt="${alt}" width="${width}" height="${height}" loading="lazy" />`;
  return `<p>${img('light', 'dark:sl-hidden')}${img('dark', 'light:sl-hidden')}</p>`;
}

/** Returns the HTML of a screenshot, with the size that the header of its PNG says. */
export const screenshotHtml = (alt: string, src: string, png: Buffer): string =>
  `<p><img src="${src}" alt="${alt}" width="${png.readUInt32BE(16)}" height="${png.readUInt32BE(20)}" loading="lazy" /></p>`;
