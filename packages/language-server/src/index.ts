export { clientCommands } from './features/code-lenses.js';
export { serve } from './server.js';
export { defaultSettings, type Settings } from './settings.js';
