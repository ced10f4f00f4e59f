import { Project, type NanookConfig } from '@nanook/cli/tools';
import type { AuthorizerOptions, Diagnostic, NamedPolicy } from '@nanook/core';
import { configFile } from './project-text.js';

/** A policy can be written by a stranger, and its checks run in the thread of the page. */
const limits = { timeoutMs: 1_000, maxSteps: 300_000, maxDepth: 20_000, maxSize: 1_000_000 };

/** A project of a page. Its checks run on the reference engine, which needs no code from strings. */
export class PageProject extends Project {
  constructor(config: NanookConfig, policies: readonly NamedPolicy[]) {
    super(configFile, config, policies);
  }

  override authorizerOptions(onWarning: (warning: Diagnostic) => void): AuthorizerOptions {
    return { ...super.authorizerOptions(onWarning), engine: 'machine', limits, print: () => {} };
  }

  override withPolicies(policies: readonly NamedPolicy[]): PageProject {
    return new PageProject(this.config, policies);
  }
}
