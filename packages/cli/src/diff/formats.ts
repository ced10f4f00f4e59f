import { count } from '../output/count.js';
import type { Colors } from '../output/io.js';
import type { Cause, Change } from './change.js';

/** The decisions that change between two policies, as `--json` writes them. */
export interface DiffResult {
  readonly checked: number;
  readonly different: number;
  readonly newlyAllowed: number;
  readonly newlyRefused: number;
  /** The checks that no policy decides, because of an error or a missing value. */
  readonly failed: number;
  readonly changes: readonly Change[];
}

/** The forms in which `nanook diff` and `nanook shadow` print their results. */
export const diffFormats = { text: toText, json: toJson, markdown: toMarkdown } satisfies Record<
  string,
  (result: DiffResult, colors: Colors) => string
>;
export type DiffFormat = keyof typeof diffFormats;
export const diffFormatNames = Object.keys(diffFormats) as readonly DiffFormat[];

/** The number of changes with one cause that are shown to people. */
const maxShown = 10;

/** Changes with the same causes. */
interface Group {
  readonly causes: readonly Cause[];
  readonly changes: readonly Change[];
}

/** Groups changes by their causes. Newly allowed actions come first, because they can be a hole. */
function groupsOf(changes: readonly Change[]): readonly Group[] {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    // The values of a condition differ for each actor; the condition is the same.
    const key = JSON.stringify(change.causes.map(({ kind, text, file, line }) => [kind, text, file, line]));
    groups.set(key, [...(groups.get(key) ?? []), change]);
  }
  const isGrant = ({ changes: [first] }: Group): boolean => first?.after === 'allowed';
  const all = [...groups.values()].map((own): Group => ({ causes: commonCauses(own), changes: own }));
  return [...all.filter(isGrant), ...all.filter((group) => !isGrant(group))];
}

/** Returns the causes of changes that differ only in the values of a condition, without a value that not all of them have. */
function commonCauses([first, ...others]: readonly Change[]): readonly Cause[] {
  return first!.causes.map(({ reason, ...cause }, i) =>
    reason !== undefined && others.every(({ causes }) => causes[i]!.reason === reason)
      ? { ...cause, reason }
      : cause,
  );
}

function toText(result: DiffResult, colors: Colors): string {
  const groups = groupsOf(result.changes).map(({ causes, changes }) => {
    const head = causes.map((cause) => causeText(cause, colors));
    const shown = changes.slice(0, maxShown);
    const [actors, actions] = [shown.map(({ actor }) => actor), shown.map(actionOf)].map((texts) =>
      Math.max(...texts.map((text) => text.length)),
    );
    const lines = shown.map((change) => {
      const { actor, resource, before, after } = change;
      const paint = after === 'allowed' ? colors.yellow : colors.red;
      const outcomes = paint(`${before} → ${after}`);
      return `  ${outcomes}  ${actor.padEnd(actors!)}  ${actionOf(change).padEnd(actions!)}  ${resource}`;
    });
    return [
      ...(head.length > 0 ? head : ['no rule explains the change']),
      ...lines,
      ...rest(changes),
      '',
    ].join('\n');
  });
  const text = summaryOf(result);
  return [...groups, result.different > 0 ? colors.red(text) : colors.green(text)].join('\n');
}

const actionOf = ({ action, field }: Change): string =>
  field === undefined ? action : `${action} .${field}`;

const rest = (changes: readonly Change[]): readonly string[] =>
  changes.length > maxShown ? [`  and ${count(changes.length - maxShown, 'other decision')}`] : [];

const titles: Readonly<Record<Cause['kind'], string>> = {
  added: 'added or changed',
  removed: 'removed or changed',
  'allowed-by': 'allowed by',
  fails: 'fails',
  error: 'error',
};

function causeText({ kind, text, reason, file, line }: Cause, colors: Colors): string {
  const place = file === undefined ? '' : ` ${colors.dim(`(${file}:${line})`)}`;
  const values = reason === undefined ? '' : `: ${reason}`;
  return `${colors.bold(titles[kind])}: ${text}${values}${place}`;
}

function summaryOf({ checked, different, newlyAllowed, newlyRefused, failed }: DiffResult): string {
  const undecided = failed === 0 ? '' : `; ${failed} not decided by either policy`;
  return different === 0
    ? `${count(checked, 'decision')} compared: no decision changes${undecided}`
    : `${count(checked, 'decision')} compared: ${different} changed, ${newlyAllowed} newly allowed, ${newlyRefused} newly refused${undecided}`;
}

function toJson(result: DiffResult): string {
  return JSON.stringify(result, undefined, 2);
}

/** Prints a comment for a pull request. */
function toMarkdown(result: DiffResult): string {
  const groups = groupsOf(result.changes).map(({ causes, changes }) => {
    const list = causes.map(
      ({ kind, text, reason, file, line }) =>
        `- ${titles[kind]}: ${code(text)}${reason === undefined ? '' : `: ${escape(reason)}`}${file === undefined ? '' : ` (${escape(`${file}:${line}`)})`}`,
    );
    const rows = changes
      .slice(0, maxShown)
      .map((change) =>
        row(
          [change.before, `**${change.after}**`, change.actor, actionOf(change), change.resource].map(escape),
        ),
      );
    return [
      ...list,
      '',
      row(['before', 'after', 'actor', 'action', 'resource']),
      row(Array.from({ length: 5 }, () => '---')),
      ...rows,
      ...rest(changes).map((text) => `\n${text.trim()}`),
      '',
    ].join('\n');
  });
  return ['### Decisions of the policy', '', `${summaryOf(result)}.`, '', ...groups].join('\n').trimEnd();
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** Keeps a text of an application from ending a cell, and from being a tag of HTML. */
const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('|', '\\|').replaceAll('\n', ' ');

const code = (text: string): string => {
  const marks = '`'.repeat(1 + Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)));
  return `${marks} ${text} ${marks}`.replace(/^` ([^`]*) `$/, '`$1`');
};
