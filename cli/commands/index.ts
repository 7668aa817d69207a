import type { Command } from '../command.ts';

/**
 * How to load each command, in the order in which help lists them. Only the command that is asked for is loaded, since
 * loading all would take longer than everything else at the start.
 */
export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run.ts')).runCommand,
  inspect: async () => (await import('./inspect.ts')).inspectCommand,
  evaluate: async () => (await import('./evaluate.ts')).evaluateCommand,
  predict: async () => (await import('./predict.ts')).predictCommand,
  metrics: async () => (await import('./metrics.ts')).metricsCommand,
  models: async () => (await import('./models.ts')).modelsCommand,
  card: async () => (await import('./card.ts')).cardCommand,
  promote: async () => (await import('./aliases.ts')).promoteCommand,
  rollback: async () => (await import('./aliases.ts')).rollbackCommand,
  sign: async () => (await import('./sign.ts')).signCommand,
  open: async () => (await import('./open.ts')).openCommand,
  dev: async () => (await import('./dev.ts')).devCommand,
  replay: async () => (await import('./replay.ts')).replayCommand,
};
