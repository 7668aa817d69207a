import type { Context } from '../lib/jobs/context.ts';
import { evaluatePredictions } from '../lib/jobs/evaluate-predictions.ts';
import type { PredictionsDocument } from '../lib/pipeline/predictions-schema.ts';
import { exitCodeOfGate } from './exit-codes.ts';
import { printJson } from './output.ts';
import { printReport } from './report-page.ts';

/** Evaluates the predictions of a document, prints the result, and answers the exit code. */
export async function evaluateGiven(
  context: Context,
  document: PredictionsDocument,
  { store, json }: { store?: string; json?: boolean },
): Promise<number> {
  const result = await evaluatePredictions(context, document);
  await printEvaluation(context, result, { store, json });
  return exitCodeOfGate(result.gate);
}

/** Prints an evaluation's result as JSON, or its report as a table. */
export async function printEvaluation(
  context: Context,
  result: { status: string; report: string },
  { store, json }: { store?: string; json?: boolean },
): Promise<void> {
  if (json) {
    printJson(result);
    return;
  }
  if (result.status === 'found') console.log('Found: this was evaluated on this data before.\n');
  await printReport(context, result.report, { store });
}
