import { messageOf } from '@nanook/cli/tools';
import type { ProjectText } from '../model/project-text.js';
import { toFragment } from '../model/share.js';
import type { Workbench } from '../model/workbench.js';

/** The commands that take a whole project out of the page, and into it. */
export interface Exchange {
  readonly share: () => Promise<void>;
  readonly exportFiles: () => Promise<void>;
  readonly importFiles: (files: readonly File[]) => Promise<void>;
}

/** Returns the commands for the project of a workbench. Their failures are messages for the reader. */
export const exchange = (
  workbench: Workbench,
  open: (project: ProjectText, id: string) => void,
  showLink: (link: string) => void,
  setNotice: (text: string) => void,
): Exchange => ({
  share: async () => {
    try {
      const fragment = await toFragment(workbench.state.text);
      history.replaceState(undefined, '', `#${fragment}`);
      showLink(location.href);
    } catch (error) {
      setNotice(messageOf(error));
    }
  },
  exportFiles: async () => {
    try {
      const { toZip } = await import('../model/project-files.js');
      const content = toZip(workbench.state.text) as Uint8Array<ArrayBuffer>;
      const blob = new Blob([content], { type: 'application/zip' });
      const address = URL.createObjectURL(blob);
      Object.assign(document.createElement('a'), { href: address, download: 'policy.zip' }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10_000);
      setNotice('The ZIP file contains the policies and nanook.config.json: unpack it, and run nanook test.');
    } catch (error) {
      const isJson = error instanceof SyntaxError;
      setNotice(isJson ? 'Correct the types and the data first: they are not JSON.' : messageOf(error));
    }
  },
  importFiles: async (files) => {
    try {
      const { readFiles } = await import('../model/project-files.js');
      const given = await Promise.all(
        files.map(async (each) => ({ name: each.name, bytes: new Uint8Array(await each.arrayBuffer()) })),
      );
      open(readFiles(given, workbench.state.text), '');
      history.replaceState(undefined, '', location.pathname + location.search);
    } catch (error) {
      setNotice(messageOf(error));
    }
  },
});
