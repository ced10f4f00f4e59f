export * from '@nanook/core';
