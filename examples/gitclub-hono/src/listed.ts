// The application for `nanook audit` and `nanook explore`, which list its routes.
import { openUnserved } from '@nanook/example-gitclub';
import { createApp } from './app.ts';

export const app = createApp(await openUnserved());
