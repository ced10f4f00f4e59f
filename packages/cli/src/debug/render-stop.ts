import type { PlaceView, StopView, TextView, ValueView } from '@nanook/core/debug';
import type { Colors, Io } from '../output/io.js';

/** Number of lines that a stop shows before and after its line. */
const linesAround = 1;
/** Number of characters of a line that even a narrow terminal shows. */
const minColumns = 20;
/** Number of characters that are shown at least before the marked part of a cut line. */
const columnsBefore = 8;

/**
 * Returns the text of a stop: the reason, the place with its lines, and the values that the goal reads.
 *
 * @param io its colors, and its columns, beyond which the lines of a policy are cut
 */
export function renderStop(
  stop: StopView,
  { colors, columns }: Pick<Io, 'colors' | 'columns'>,
  around = linesAround,
): string {
  const { stack, failed, values, isEarlier } = stop;
  const [top] = stack;
  const lines: string[] = [];
  if (failed !== undefined) lines.push(`${colors.red('✗')} ${failed.text} fails ${at(failed.place, colors)}`);
  const where = top === undefined ? '' : `${placeText(top.place)} in ${top.rule ?? 'the query'}`;
  const record = isEarlier ? colors.dim(' (an earlier step)') : '';
  lines.push([reasonText(stop, colors), colors.bold(where)].filter((part) => part !== '').join(' ') + record);
  lines.push(...sourceLines(stop, { colors, columns }, around));
  if (values.length > 0) lines.push(`  ${valuesText(values)}`);
  return lines.join('\n');
}

function reasonText({ reason, message = '' }: StopView, colors: Colors): string {
  switch (reason) {
    case 'step':
      return '';
    case 'start':
      return 'first step:';
    case 'debug':
      return colors.yellow('debug():');
    case 'breakpoint':
      return colors.yellow('breakpoint:');
    case 'rule':
      return colors.yellow('rule is entered:');
    case 'failure':
      return colors.red('condition fails:');
    case 'undecided':
      return colors.red(`undecided: ${message};`);
    case 'error':
      return colors.red(`error: ${message};`);
    case 'answer':
      return colors.green('answer:');
    case 'end':
      return message === '' ? colors.green('no further answer:') : colors.red(`undecided: ${message};`);
  }
}

function sourceLines(
  { stack, lines }: StopView,
  { colors, columns = Infinity }: Pick<Io, 'colors' | 'columns'>,
  around: number,
): string[] {
  const place = stack[0]?.place;
  if (place === undefined) return [];
  const shown = lines.filter(({ number }) => Math.abs(number - place.line) <= around);
  const width = String(shown.at(-1)?.number ?? 0).length;
  // `> 12 | ` comes before the text.
  const room = Math.max(minColumns, columns - width - 5);
  return shown.flatMap(({ number, text }) => {
    const points = [...text];
    const end = place.endLine > place.line ? points.length + 1 : place.endColumn;
    const marked = { start: place.column - 1, end: Math.min(end, points.length + 1) - 1 };
    const part = number === place.line ? partAround(points.length, marked, room) : { start: 0, end: room };
    const line = `${String(number).padStart(width)} | ${cut(points, part)}`.trimEnd();
    if (number !== place.line) return [`  ${line}`];
    const length = Math.max(1, Math.min(marked.end, part.end) - marked.start);
    const indent = points.slice(part.start, marked.start).join('').replace(/[^\t]/gu, ' ');
    return [
      `${colors.cyan('>')} ${line}`,
      `  ${' '.repeat(width)} | ${indent}${colors.cyan('^'.repeat(length))}`,
    ];
  });
}

/** A part of a line, as offsets of its characters. */
interface Part {
  readonly start: number;
  readonly end: number;
}

/** Returns the part of a line that has room: its start if that shows the marked part, or else the marked part with some text before it. */
function partAround(length: number, marked: Part, room: number): Part {
  if (length <= room || marked.end <= room) return { start: 0, end: room };
  const before = Math.max(columnsBefore, Math.floor((room - (marked.end - marked.start)) / 2));
  const start = Math.max(0, Math.min(marked.start - before, length - room));
  return { start, end: start + room };
}

/** Returns a part of a line, with `…` where something is left out. */
function cut(points: readonly string[], { start, end }: Part): string {
  const part = points.slice(start, end);
  if (start > 0) part[0] = '…';
  if (end < points.length) part[part.length - 1] = '…';
  return part.join('');
}

export const placeText = ({ source, line }: PlaceView): string => `${source}:${line}`;

const at = (place: PlaceView, { dim }: Colors): string => dim(`(${placeText(place)})`);

export const valuesText = (values: readonly ValueView[]): string =>
  values.map(({ name, value }) => `${name} = ${value}`).join(', ');

export const textLines = (texts: readonly TextView[], none: string, colors: Colors): string =>
  texts.map(({ text, place }) => `  ${text} ${at(place, colors)}`).join('\n') || `  ${none}`;

/** Returns the rules on the stack, innermost first, each with its number. */
export const stackLines = ({ stack }: StopView, selected: number, colors: Colors): string =>
  stack
    .map(
      ({ rule, place }, i) =>
        `${i === selected ? colors.cyan('>') : ' '} ${i} ${rule ?? 'the query'} ${at(place, colors)}`,
    )
    .join('\n');
