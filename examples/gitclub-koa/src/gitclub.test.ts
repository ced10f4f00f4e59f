import { careless, listen, walk } from '@nanook/example-gitclub';
import { describeGitClub } from '@nanook/example-gitclub/suite';
import { createApp } from './app.ts';

describeGitClub('Koa', (club) => listen(createApp(club).callback()), [...walk, ...careless]);
