import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** A dialog over the page. The browser closes it with Escape, and keeps the focus inside. */
export function Dialog({
  title,
  close,
  children,
}: {
  readonly title: string;
  readonly close: () => void;
  readonly children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-label={title} onClose={close}>
      <div class="dialog-head">
        <h2>{title}</h2>
        <button type="button" aria-label="close" onClick={close}>
          ✕
        </button>
      </div>
      {children}
    </dialog>
  );
}
