import type { Movement } from '@nanook/core/debug';

/** The commands that go on, with their short forms. */
export const movements: Readonly<Record<string, Movement>> = {
  step: 'into',
  s: 'into',
  next: 'over',
  n: 'over',
  out: 'out',
  o: 'out',
  continue: 'continue',
  c: 'continue',
  back: 'back',
  b: 'back',
  reverse: 'reverse',
  r: 'reverse',
};

/** The other commands; short forms are in `shortForms`. */
export const otherCommands = [
  'alternatives',
  'bindings',
  'break',
  'clear',
  'frame',
  'goals',
  'help',
  'list',
  'print',
  'quit',
  'stack',
] as const;
export type OtherCommand = (typeof otherCommands)[number];

const shortForms: Readonly<Record<string, OtherCommand>> = { h: 'help', p: 'print', q: 'quit' };

export const findCommand = (word: string): OtherCommand | undefined =>
  shortForms[word] ?? otherCommands.find((name) => name === word);

export const help = `s, step         go to the next goal or rule
n, next         go to the next condition, over the rules that this one calls
o, out          go to the next condition after this rule
c, continue     go to the next breakpoint
b, back         go back to the goal or rule before
r, reverse      go back to the breakpoint before, or to the first step
break           list the breakpoints
break <place>   stop at a line (13 or policy/main.polar:13), at a rule (has_role), or at each
                failure, undecided or error
clear <place>   remove a breakpoint; clear all removes all
bindings        print the variables of the rule
stack           print the rules that led here
frame <number>  select a rule of the stack, for bindings and print
goals           print the goals that are left
alternatives    print the alternatives that were not tried
p, print <query or expression>  compute it with the variables of the rule
list            print more lines of the policy
q, quit         leave
An empty line repeats the last command.`;
