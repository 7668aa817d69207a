import { readFileSync } from 'node:fs';
import type { Workflow } from '../../lib/engine/engine.ts';
import { type LocalTask, localEngine, type Outcome } from '../../lib/engine/local.ts';

/** The definitions that are deployed. */
export const definitions = { training: definition('training'), scoring: definition('scoring') };

export interface Finished {
  outcome: Outcome;
  /** Each task that was called, in order, with its input. */
  calls: { task: string; input: Record<string, unknown> }[];
}

/** Runs one execution to its end without waiting; tasks that are not given fail the test when they are called. */
export async function execute(
  workflow: Workflow,
  input: object,
  tasks: Record<string, (input: Record<string, unknown>, call: number) => unknown>,
): Promise<Finished> {
  const calls: Finished['calls'] = [];
  const outcomes: Outcome[] = [];
  const engine = localEngine({
    definitions,
    tasks: Object.fromEntries(functionNames().map((task) => [task, observed(task)])),
    timeScale: 0,
    onSettled: (_, outcome) => outcomes.push(outcome),
  });
  await engine.start(workflow, 'execution-1', input);
  await engine.idle();
  return { outcome: outcomes[0], calls };

  function observed(task: string): LocalTask {
    return (given) => {
      const call = calls.filter((earlier) => earlier.task === task).length;
      calls.push({ task, input: given as Record<string, unknown> });
      if (!tasks[task]) throw new Error(`${task} was not to be called`);
      return tasks[task](given as Record<string, unknown>, call);
    };
  }
}

/** The functions that the definitions call. */
export function functionNames(): string[] {
  const states = Object.values(definitions).flatMap(({ States }) => Object.values(States));
  return [...new Set(states.flatMap(({ Resource }) => Resource?.['Fn::GetAtt'][0] ?? []))];
}

/** An error of a class that nothing but its name makes known. */
export function named(name: string, message = 'on purpose'): Error {
  return Object.assign(new Error(message), { name });
}

export interface AslState {
  Type: string;
  Resource?: { 'Fn::GetAtt': [string, string] };
  Next?: string;
  Default?: string;
  Choices?: { Next: string }[];
  Retry?: { ErrorEquals: string[]; MaxAttempts: number; BackoffRate: number; JitterStrategy: string }[];
  Catch?: { ErrorEquals: string[]; Next: string; ResultPath?: string }[];
  TimeoutSeconds?: number;
}

function definition(name: string): { StartAt: string; States: Record<string, AslState> } {
  return JSON.parse(readFileSync(new URL(`../../functions/workflows/${name}.asl.json`, import.meta.url), 'utf8'));
}
