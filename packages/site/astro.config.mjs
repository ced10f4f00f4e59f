import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { satteri } from '@astrojs/markdown-satteri';
import starlight from '@astrojs/starlight';
import { defineConfig, passthroughImageService } from 'astro/config';
import polar from '../grammar/polar.tmLanguage.json' with { type: 'json' };
import { base, site } from './src/docs/addresses.ts';
import { prepare } from './src/docs/prepare.ts';
import { sidebar } from './src/docs/sidebar.ts';
import { codeTheme } from './src/styles/code-themes.ts';

const pages = prepare();

export default defineConfig({
  site: site.origin,
  base,
  trailingSlash: 'always',
  // Messages and code in text stay as they are written.
  markdown: { processor: satteri({ features: { smartPunctuation: false } }) },
  // The search needs a function as an option, which Starlight would write as JSON.
  vite: {
    resolve: {
      alias: {
        'virtual:starlight/pagefind-config': fileURLToPath(new URL('src/search.ts', import.meta.url)),
      },
    },
  },
  image: { service: passthroughImageService() },
  integrations: [
    starlight({
      title: 'Nanook',
      description:
        'Authorization for Node that lives in your code base, guards every route, and explains each decision.',
      favicon: '/favicon.svg',
      sidebar: sidebar(pages),
      customCss: ['../playground/src/tokens.css', './src/styles/site.css'],
      components: {
        Header: './src/components/Header.astro',
        MarkdownContent: './src/components/MarkdownContent.astro',
        PageTitle: './src/components/PageTitle.astro',
        SiteTitle: './src/components/SiteTitle.astro',
        SocialIcons: './src/components/SocialIcons.astro',
      },
      head: [
        {
          tag: 'script',
          content: readFileSync(new URL('src/assets/scrollable.js', import.meta.url), 'utf8'),
        },
      ],
      credits: false,
      lastUpdated: false,
      expressiveCode: {
        themes: [codeTheme('dark'), codeTheme('light')],
        shiki: { langs: [polar] },
        defaultProps: { overridesByLang: { 'console,sh,text': { frame: 'none' } } },
        styleOverrides: {
          codeFontSize: 'var(--nk-code-size)',
          codeBackground: 'var(--nk-surface)',
          borderColor: 'var(--nk-border)',
          borderRadius: 'var(--nk-radius)',
          frames: {
            editorActiveTabBackground: 'var(--nk-surface)',
            editorActiveTabIndicatorTopColor: 'var(--nk-accent)',
            editorTabBarBackground: 'var(--nk-page)',
            editorBackground: 'var(--nk-surface)',
            terminalBackground: 'var(--nk-surface)',
            terminalTitlebarBackground: 'var(--nk-page)',
            terminalTitlebarForeground: 'var(--nk-text)',
            terminalTitlebarBorderBottomColor: 'var(--nk-border)',
            shadowColor: 'transparent',
          },
        },
      },
    }),
  ],
});
