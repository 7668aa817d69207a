import * as z from 'zod/mini';
import type { RunStep } from '../../lib/jobs/runs.ts';
import { check, hashSchema } from './check.ts';

const runStep = z.strictObject({ run: hashSchema });

/** @throws InputError naming each place where the input is not the step of a run */
export const checkRunStep = (input: unknown, where: string): RunStep => check(runStep, input, where);
