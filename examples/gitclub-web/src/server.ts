import { listen, type GitClub, type Served } from '@nanook/example-gitclub';
import { createApp } from '@nanook/example-gitclub-express';
import express, { type RequestHandler } from 'express';

/** Serves GitClub below `/api`, and its page. @param page serves the files of the page */
export function serve(club: GitClub, page: RequestHandler): Promise<Served> {
  const app = express();
  app.use('/api', createApp(club));
  app.use(page);
  return listen(app);
}
