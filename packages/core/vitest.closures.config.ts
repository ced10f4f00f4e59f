import { onEngine } from './vitest.engine.ts';

export default onEngine('closures');
