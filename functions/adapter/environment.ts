import { randomUUID } from 'node:crypto';
import { InputError } from '../../lib/core/errors.ts';
import type { Engine } from '../../lib/engine/engine.ts';
import { type TrustSettings, trustedStore } from '../../lib/registry/trust.ts';
import { openStore } from '../../lib/store/open.ts';
import type { Store } from '../../lib/store/store.ts';
import { powertoolsTelemetry } from './powertools.ts';
import type { Services } from './services.ts';

/** The settings that a function reads. */
export interface Environment extends TrustSettings {
  /** Bucket of the store. */
  HONE_BUCKET?: string;
  /** What stands before every key in the bucket, as a folder. */
  HONE_PREFIX?: string;
  /** A folder, or s3://bucket/prefix, in place of the two above. */
  HONE_STORE?: string;
  /** State machines of the two workflows, for the functions that start them. */
  HONE_TRAINING_ARN?: string;
  HONE_SCORING_ARN?: string;
  /** Most runs of a workflow at work at the same time for clients of the API to start another. */
  HONE_OPEN_LIMIT?: string;
  /** Set by Lambda: the function's memory in MB, and its region. */
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE?: string;
  AWS_REGION?: string;
}

/**
 * What handlers need, by the environment. Region, credentials and endpoint are read by the AWS SDK from the variables
 * that it reads everywhere. Nothing is opened or loaded before it is asked for.
 */
export function environmentServices(environment: Environment = process.env as Environment): Services {
  const opened = once(async () => trustedStore(await openStore(storeLocation(environment)), environment));
  return {
    store: async () => (await opened()).store,
    signing: async () => (await opened()).signing,
    engine: once(() => openEngine(environment)),
    openStore: openRemote,
    now: Date.now,
    newId: randomUUID,
    telemetry: powertoolsTelemetry(),
    memory: new Map(),
    machine: machineOf(environment),
    memoryBytes: memoryOf(environment),
    openLimit: openLimitOf(environment),
  };
}

function memoryOf({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: mebibytes }: Environment): number | undefined {
  return mebibytes === undefined ? undefined : Number(mebibytes) * 2 ** 20;
}

/** @throws InputError when it is no whole number above zero */
function openLimitOf({ HONE_OPEN_LIMIT: text }: Environment): number | undefined {
  if (!text) return undefined;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InputError(`HONE_OPEN_LIMIT: expected a whole number from 1 to 999999, found ${JSON.stringify(text)}`);
}

/** @throws InputError when the environment names no store */
export function storeLocation({ HONE_STORE, HONE_BUCKET, HONE_PREFIX = '' }: Environment): string {
  if (HONE_STORE) return HONE_STORE;
  if (HONE_BUCKET) return `s3://${HONE_BUCKET}/${HONE_PREFIX}`;
  throw new InputError('environment: expected HONE_BUCKET, or HONE_STORE, found neither');
}

function machineOf({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE, AWS_REGION }: Environment): Services['machine'] {
  if (!AWS_LAMBDA_FUNCTION_MEMORY_SIZE || !AWS_REGION) return undefined;
  const architecture = process.arch === 'arm64' ? 'arm64' : 'x86_64';
  return { memoryMb: Number(AWS_LAMBDA_FUNCTION_MEMORY_SIZE), architecture, region: AWS_REGION };
}

async function openRemote(location: string): Promise<Store> {
  if (location.startsWith('s3://')) return openStore(location);
  throw new InputError(`store ${JSON.stringify(location)}: expected s3://bucket/prefix`);
}

async function openEngine({ HONE_TRAINING_ARN, HONE_SCORING_ARN }: Environment): Promise<Engine> {
  const { stepFunctionsEngine } = await import('../../lib/engine/step-functions.ts');
  return stepFunctionsEngine({ stateMachineArns: { training: HONE_TRAINING_ARN, scoring: HONE_SCORING_ARN } });
}

/** Keeps what `open` gives; a failure is not kept, so that the next call tries again. */
function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}
