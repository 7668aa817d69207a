import type { Command } from '../command.ts';
import { promoteCommand, rollbackCommand } from './aliases.ts';
import { cardCommand } from './card.ts';
import { devCommand } from './dev.ts';
import { evaluateCommand } from './evaluate.ts';
import { inspectCommand } from './inspect.ts';
import { metricsCommand } from './metrics.ts';
import { modelsCommand } from './models.ts';
import { openCommand } from './open.ts';
import { predictCommand } from './predict.ts';
import { replayCommand } from './replay.ts';
import { runCommand } from './run.ts';
import { signCommand } from './sign.ts';

/** All commands, in the order in which help lists them. */
export const commands: readonly Command[] = [
  runCommand,
  inspectCommand,
  evaluateCommand,
  predictCommand,
  metricsCommand,
  modelsCommand,
  cardCommand,
  promoteCommand,
  rollbackCommand,
  signCommand,
  openCommand,
  devCommand,
  replayCommand,
];
