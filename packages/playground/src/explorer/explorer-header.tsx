import type { ExplorerSession, ExplorerView } from './explorer-session.js';

/** The name of the project that is explored. */
export const ExploredName = ({ view: { state } }: { readonly view: ExplorerView }) => (
  <span class="sample explored">{state?.name}</span>
);

/** The buttons that change the files of the project. Without them, the page changes nothing. */
export function ExplorerCommands({
  session,
  isEditing,
  isAsSaved,
  changed,
  exportFiles,
}: {
  readonly session: ExplorerSession;
  readonly isEditing: boolean;
  /** Whether all texts are those of the project. */
  readonly isAsSaved: boolean;
  /** The names of the policies that differ from their files. */
  readonly changed: readonly string[];
  readonly exportFiles: () => void;
}) {
  const title = changed.length === 0 ? 'no policy is changed' : `write ${changed.join(', ')}`;
  return (
    <>
      {isEditing ? (
        <>
          <button
            type="button"
            class="primary"
            disabled={changed.length === 0}
            title={title}
            onClick={() => void session.save()}
          >
            Save{changed.length > 0 && ` ${changed.length}`}
          </button>
          <button
            type="button"
            disabled={isAsSaved}
            title="show the project as its files are"
            onClick={() => void session.discard()}
          >
            Discard
          </button>
        </>
      ) : (
        <button
          type="button"
          title="change the texts; files are written only by Save"
          onClick={() => void session.edit()}
        >
          Edit
        </button>
      )}
      <button type="button" onClick={exportFiles}>
        Export
      </button>
    </>
  );
}
