import { useRef } from 'preact/hooks';

/** The buttons that share, export and import a whole project, and the way to the documentation, below which the site has the page. */
export function ProjectCommands({
  share,
  exportFiles,
  importFiles,
}: {
  readonly share: () => void;
  readonly exportFiles: () => void;
  readonly importFiles: (files: readonly File[]) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <a class="docs-link" href="../guides/playground/">
        Docs
      </a>
      <button type="button" onClick={share}>
        Share
      </button>
      <button type="button" onClick={exportFiles}>
        Export
      </button>
      <button type="button" onClick={() => input.current?.click()}>
        Import
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept=".polar,.json,.zip"
        aria-label="files to import"
        onChange={(event) => {
          importFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = '';
        }}
      />
    </>
  );
}
