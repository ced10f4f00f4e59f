import type { NamedPolicy, PolicyDialect } from '@nanook/core';
import type { PlainType } from './plain-types.js';

/** The task of a child process, which runs in the folder of the project. */
export interface ChildTask {
  /** The path of the configuration; undefined: the policies of the paths, and no code of the application. */
  readonly configFile: string | undefined;
  /** Files and folders with policies, without a configuration. */
  readonly paths: readonly string[];
}

/** The content of a configuration without code. */
export interface ProjectDescription {
  readonly kind: 'project';
  /** The reason why the policies could not be read; undefined if they were. */
  readonly problem: string | undefined;
  /** The policies, whose names are paths from the folder. */
  readonly policies: readonly (NamedPolicy & { readonly isFile: boolean })[];
  readonly types: readonly PlainType[] | undefined;
  /** The constants, and whether each is `nil`. */
  readonly constants: Readonly<Record<string, boolean>>;
  readonly queries: readonly string[];
  readonly dialect: PolicyDialect | undefined;
  /** The names of the fixtures with their types; undefined if only a function of the application can tell them. */
  readonly fixtures: Readonly<Record<string, string | undefined>> | undefined;
  /** The files of the configuration and of the modules that it imports. */
  readonly loadedFiles: readonly string[];
}

export interface ChildFailure {
  readonly kind: 'failure';
  readonly message: string;
  readonly loadedFiles: readonly string[];
}

/** A request to a child that has read the project. */
export type ChildRequest =
  | { readonly kind: 'check tests'; readonly id: number; readonly policies: readonly NamedPolicy[] }
  | { readonly kind: 'fixtures'; readonly id: number };

/** A finding that only running the application can make. */
export interface PlainFinding {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

export type ChildAnswer =
  | { readonly kind: 'tests'; readonly id: number; readonly findings: readonly PlainFinding[] }
  | {
      readonly kind: 'fixtures';
      readonly id: number;
      readonly fixtures: Readonly<Record<string, string | undefined>>;
    }
  | { readonly kind: 'refused'; readonly id: number; readonly message: string };

export type ChildMessage = ProjectDescription | ChildFailure | ChildAnswer;
