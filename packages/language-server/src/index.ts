export { clientCommands, clientMessages } from './features/code-lenses.js';
export type { MeasurementParams } from './project/measurements.js';
export { serve } from './server.js';
export { defaultSettings, type Settings } from './settings.js';
