import { useState } from 'preact/hooks';
import { isPolicyName, newPolicyName } from '../model/file-names.js';
import { Dialog } from './dialog.js';

const keys: readonly (readonly [string, string])[] = [
  ['Ctrl+Enter', 'ask again, and show the reasons'],
  ['F8', 'go to the next error or warning'],
  ['Ctrl+Space', 'complete the word'],
  ['Ctrl+Z, Ctrl+Y', 'undo, redo'],
  ['← →', 'in a row of tabs: the next tab'],
  ['Tab', 'leave the editor'],
  ['?', 'show these keys'],
];

export const KeysDialog = ({ close }: { readonly close: () => void }) => (
  <Dialog title="Keys" close={close}>
    <table>
      <tbody>
        {keys.map(([key, meaning]) => (
          <tr key={key}>
            <th scope="row">
              <kbd>{key}</kbd>
            </th>
            <td>{meaning}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </Dialog>
);

export function ShareDialog({ link, close }: { readonly link: string; readonly close: () => void }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(link);
      setCopied(true);
    } catch {
      // A browser can forbid the clipboard. The text is selected, so that a person can copy it.
    }
  };
  return (
    <Dialog title="Share" close={close}>
      <p>
        This link contains the whole project. The part after # stays in the browser: no server receives it.
        Whoever has the link can read the policy and the data.
      </p>
      <p class="toolbar">
        <input aria-label="link" readOnly value={link} onFocus={(event) => event.currentTarget.select()} />
        <button type="button" onClick={() => void copy()}>
          {isCopied ? 'Copied' : 'Copy'}
        </button>
      </p>
    </Dialog>
  );
}

export function NewPolicyDialog({
  names,
  add,
  close,
}: {
  readonly names: readonly string[];
  readonly add: (name: string) => void;
  readonly close: () => void;
}) {
  const [name, setName] = useState(() => newPolicyName(names));
  const problem = names.includes(name)
    ? 'the project has a file of this name'
    : isPolicyName(name)
      ? ''
      : 'expected a path such as policy/notes.polar';
  return (
    <Dialog title="New policy" close={close}>
      <form
        class="toolbar"
        onSubmit={(event) => {
          event.preventDefault();
          if (problem === '') add(name);
        }}
      >
        <input
          aria-label="name of the policy"
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <button type="submit" disabled={problem !== ''}>
          Add
        </button>
      </form>
      <p class="message" role="status">
        {problem}
      </p>
    </Dialog>
  );
}
