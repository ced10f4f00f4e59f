import type { Completion } from './completion.js';

const snippet = (label: string, text: string, detail: string): Completion => ({
  label,
  kind: 'snippet',
  snippet: text,
  detail,
});

export const statementSnippets: readonly Completion[] = [
  snippet(
    'resource',
    'resource ${1:Type} {\n  permissions = ["${2:read}"];\n  roles = ["${3:owner}"];\n\n  "${2:read}" if "${3:owner}";$0\n}',
    'a block of a resource',
  ),
  snippet('actor', 'actor ${1:User} {}$0', 'a block of an actor'),
  snippet(
    'test',
    'test "${1:name}" {\n  assert allow(${2:actor}, "${3:read}", ${4:resource});$0\n}',
    'a test',
  ),
  snippet('global', 'global {\n  roles = ["${1:admin}"];$0\n}', 'roles and permissions without a resource'),
  snippet('declare', 'declare ${1:fact}(${2:Type});$0', 'a fact that the application has'),
  snippet('test fixture', 'test fixture ${1:name} {\n  $0\n}', 'facts for several tests'),
  snippet('type', 'type ${1:rule}(${2:parameter});$0', 'a rule type'),
];

export const ruleSnippets: Readonly<Record<string, string>> = {
  allow: 'allow(${1:actor}, ${2:action}, ${3:resource}) if\n  $0;',
  allow_field: 'allow_field(${1:actor}, ${2:action}, ${3:resource}, ${4:field}) if\n  $0;',
  allow_request: 'allow_request(${1:actor}, ${2:request}) if\n  $0;',
  has_permission: 'has_permission(${1:actor}: Actor, "${2:permission}", ${3:resource}: ${4:Type}) if\n  $0;',
  has_role: 'has_role(${1:actor}: ${2:User}, "${3:role}", ${4:resource}: ${5:Type}) if\n  $0;',
  has_relation: 'has_relation(${1:subject}: ${2:Type}, "${3:relation}", ${4:object}: ${5:Type}) if\n  $0;',
};

export const blockSnippets: readonly Completion[] = [
  snippet('permissions', 'permissions = ["$1"];$0', 'the actions on the resource'),
  snippet('roles', 'roles = ["$1"];$0', 'the roles on the resource'),
  snippet('relations', 'relations = { ${1:name}: ${2:Type} };$0', 'the related resources'),
];

export const testSnippets: readonly Completion[] = [
  snippet('assert', 'assert $0;', 'a condition that must hold'),
  snippet('assert_not', 'assert_not $0;', 'a condition that must not hold'),
  snippet('setup', 'setup {\n  $0\n}', 'facts that hold during the test'),
];

/** The words that can start a condition. */
export const conditionWords = ['not', 'forall'];
/** The words that can start a value. */
export const valueWords = ['true', 'false', 'nil', 'new'];
