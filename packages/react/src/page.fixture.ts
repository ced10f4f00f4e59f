// A document, before React is loaded.
import { Window } from 'happy-dom';

const window = new Window({ url: 'http://localhost/' });
const globals = globalThis as Record<string, unknown>;
globals['window'] = window;
globals['document'] = window.document;
globals['IS_REACT_ACT_ENVIRONMENT'] = true;
// The page's own events.
globals['addEventListener'] = window.addEventListener.bind(window);
globals['removeEventListener'] = window.removeEventListener.bind(window);

export const page = window;
