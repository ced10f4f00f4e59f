import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // The packages of this repository run from their sources.
  resolve: { conditions: ['@nanook/source', 'module', 'browser', 'development|production'] },
});
