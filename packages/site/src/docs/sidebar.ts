import type { StarlightUserConfig } from '@astrojs/starlight/types';
import { pathOf, type DocPage } from './doc-page.ts';
import { navigation, type NavigationGroup } from './navigation.ts';

type Sidebar = NonNullable<StarlightUserConfig['sidebar']>;

/** Returns the navigation in the form of Starlight. */
export const sidebar = (pages: readonly DocPage[]): Sidebar => navigation(pages).map(groupOf);

const groupOf = ({ label, items }: NavigationGroup): Sidebar[number] => ({
  label,
  collapsed: true,
  items: items.map((item) =>
    'items' in item ? groupOf(item) : { label: item.label, link: `/${pathOf(item.file)}` },
  ),
});
