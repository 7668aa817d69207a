import { sha256Hex } from '../../../lib/core/hash.ts';
import type { RunRequest, RunResult } from '../../../lib/jobs/runs.ts';
import type { ScoringRequest } from '../../../lib/jobs/score.ts';
import type { Alias } from '../../../lib/registry/aliases.ts';
import { modelFile } from '../../../lib/registry/keys.ts';
import type { Manifest } from '../../../lib/registry/manifest.ts';
import { isDataKey } from '../../../lib/store/keys.ts';
import type { Held, SimulatedBucket } from './bucket.ts';

/** A promise that the service broke, with the moment at which it did. */
export interface Breach {
  promise: string;
  found: string;
}

/** Where champion pointed from a moment on. */
interface Move {
  atMs: number;
  version: string | undefined;
}

/**
 * Watches each change of the bucket and holds it to what the service promises, knowing what people did and in which
 * order, which no part of the service knows.
 */
export class Oracle {
  readonly breaches: Breach[] = [];
  /** Where each model's champion pointed, in order. */
  readonly moves = new Map<string, Move[]>();
  readonly #bucket: () => SimulatedBucket;
  readonly #nowMs: () => number;
  /** What each dataset consisted of after each change, in order: a dataset's age is a place in this list. */
  readonly #states = new Map<string, string[]>();
  /** The age of a run's data when it was last asked for. Data may become again what it was, while the run is at work. */
  readonly #ages = new Map<string, number>();
  /** The age of the newest data for which a training has moved a model's champion. */
  readonly #freshest = new Map<string, number>();
  /** Whether S3 tells of a dataset's last change: not of a removal. */
  readonly #announced = new Map<string, boolean>();
  /** The hash of the model's file that was trained first under each version's name. */
  readonly #trained = new Map<string, string>();
  readonly #movedBy = new Map<string, number>();

  constructor(bucket: () => SimulatedBucket, nowMs: () => number) {
    this.#bucket = bucket;
    this.#nowMs = nowMs;
  }

  /** Sees one change. */
  watch = (key: string, now: Held | undefined, before: Held | undefined): void => {
    const [root, name, folder, file] = key.split('/');
    if (root === 'datasets') {
      this.#noteDataset(name, now !== undefined);
      return;
    }
    if (root !== 'models') {
      this.#watchRuns(key, now);
      return;
    }
    if (folder === 'aliases') {
      this.#watchAlias(key, name, now, before);
      return;
    }
    if (!now) {
      this.#breach('a version never changes', `${key} was removed`);
      return;
    }
    if (before && sha256Hex(before.body) !== sha256Hex(now.body)) {
      this.#breach('a version never changes', `${key} was written anew with other bytes`);
    }
    if (file !== 'manifest.json') return;
    this.#checkVersion(name, folder);
    const { files } = this.#bucket().json<Manifest>(key) ?? {};
    if (files?.[modelFile].sha256 !== this.#trained.get(`${name}/${folder}`)) {
      this.#breach('what is registered was trained', `${key} names other bytes than the training left`);
    }
  };

  /** The objects of a dataset as they lie there: what a run on them must name. */
  identityOf(dataset: string): string {
    const bucket = this.#bucket();
    const prefix = `datasets/${dataset}/`;
    const keys = bucket
      .keys(prefix)
      .filter((key) => isDataKey(key.slice(prefix.length)))
      .sort();
    return keys.map((key) => `${key}=${bucket.objects.get(key)?.info.tag}`).join(' ');
  }

  /** The runs of a model on exactly these objects. */
  runsOn(name: string, identity: string): string[] {
    return this.#requests()
      .filter(({ request, objects }) => request.name === name && identityIn(objects) === identity)
      .map(({ run }) => run);
  }

  /** The versions that champion named at some moment of a span. */
  championsWithin(name: string, fromMs: number, toMs: number): (string | undefined)[] {
    const moves = this.moves.get(name) ?? [];
    const before = moves.filter(({ atMs }) => atMs <= fromMs).at(-1);
    return [before, ...moves.filter(({ atMs }) => atMs > fromMs && atMs <= toMs)].map((move) => move?.version);
  }

  /** What must hold once all has come to rest. */
  checkRest({ pipelines }: { pipelines: readonly string[] }): void {
    const bucket = this.#bucket();
    for (const { run } of this.#requests()) this.#checkEnd(run);
    for (const { scoring, objects } of this.#scorings()) this.#checkScoring(scoring, objects);
    for (const name of pipelines) {
      const identity = this.identityOf(name);
      if (identity !== '' && this.#announced.get(name)) this.#checkRemembered(name, identity);
    }
    // A report is there when its JSON is: a page alone is what an evaluation left that was never done.
    for (const key of bucket.keys('reports/').filter((each) => each.endsWith('.json'))) {
      const page = key.replace(/json$/, 'html');
      if (!bucket.objects.has(page)) this.#breach('nothing is half-written', `${key} lies there without ${page}`);
    }
    for (const folder of ['runs/pending/', 'runs/open/']) {
      for (const key of bucket.keys(folder)) this.#breach('nothing waits for ever', `${key} lies there still`);
    }
    for (const key of bucket.keys('models/').filter((each) => each.includes('/aliases/'))) {
      const name = key.split('/')[1];
      this.#checkVersion(name, bucket.json<Alias>(key)?.version ?? 'none');
    }
  }

  #noteDataset(dataset: string, isAnnounced: boolean): void {
    this.#announced.set(dataset, isAnnounced);
    const states = this.#states.get(dataset) ?? [];
    states.push(this.identityOf(dataset));
    this.#states.set(dataset, states);
  }

  #watchRuns(key: string, now: Held | undefined): void {
    if (/^runs\/[0-9a-f]{32}\/request\.json$/.test(key) && now) this.#noteAge(key);
    if (/^runs\/[0-9a-f]{32}\/manifest\.json$/.test(key) && now) this.#noteCandidate(key);
    const result = /^runs\/([0-9a-f]{32})\/result\.json$/.exec(key);
    if (!result || !now) return;
    const { status, report, version } = this.#bucket().json<Partial<RunResult>>(key) ?? {};
    if (!report || !version || (status !== 'trained' && status !== 'found')) return; // An evaluation's, or a scoring's.
    for (const needed of [report, report.replace(/json$/, 'html')]) {
      if (!this.#bucket().objects.has(needed)) this.#breach('no report is lost', `${key} names ${needed}, not there`);
    }
    const request = this.#bucket().json<RunRequest>(`runs/${result[1]}/request.json`);
    if (request) this.#checkVersion(request.request.name, version);
  }

  #noteAge(key: string): void {
    const { run, request, objects } = this.#bucket().json<RunRequest>(key) as RunRequest;
    // A scoring's request has no run.
    if (run !== undefined) this.#ages.set(run, (this.#states.get(request.name) ?? []).lastIndexOf(identityIn(objects)));
  }

  #noteCandidate(key: string): void {
    const { name, version, files } = this.#bucket().json<Manifest>(key) as Manifest;
    const known = this.#trained.get(`${name}/${version}`) ?? files[modelFile].sha256;
    this.#trained.set(`${name}/${version}`, known);
    if (known !== files[modelFile].sha256)
      this.#breach('the same data makes the same model', `${key} names other bytes`);
  }

  #watchAlias(key: string, name: string, now: Held | undefined, before: Held | undefined): void {
    if (!now) {
      this.#breach('an alias stays', `${key} was removed`);
      return;
    }
    let alias: Alias;
    try {
      alias = JSON.parse(new TextDecoder().decode(now.body));
    } catch {
      this.#breach('nothing is half-written', `${key} holds no JSON`);
      return;
    }
    this.#checkVersion(name, alias.version);
    const moves = this.moves.get(name) ?? [];
    this.moves.set(name, moves);
    const from = moves.at(-1)?.version;
    moves.push({ atMs: this.#nowMs(), version: alias.version });
    const { name: actor = '', run } = this.#bucket().actor ?? {};
    if (!actor.startsWith('register') || run === undefined) return;
    // Newer data may confirm the version that is champion already, and that is no move.
    if (before && alias.version === from) return;
    if (before && alias.history[0] !== from) {
      this.#breach('an alias forgets nothing', `${key} went from ${from} to ${now && JSON.stringify(alias)}`);
    }
    this.#checkFresh(name, run);
    const movedBefore = this.#movedBy.get(run) ?? 0;
    this.#movedBy.set(run, movedBefore + 1);
    if (movedBefore > 0) this.#breach('a run moves an alias once', `run ${run} moved champion of ${name} again`);
  }

  /** Data that was replaced before other data was there must not take the other's place. */
  #checkFresh(name: string, run: string): void {
    const age = this.#ages.get(run);
    if (age === undefined) return;
    const freshest = this.#freshest.get(name) ?? -1;
    if (age >= freshest) this.#freshest.set(name, age);
    else this.#breach('no older model replaces a newer', `run ${run} of ${name}: data ${age} after data ${freshest}`);
  }

  #checkVersion(name: string, version: string): void {
    const bucket = this.#bucket();
    const manifest = bucket.json<Manifest>(`models/${name}/${version}/manifest.json`);
    if (!manifest) {
      this.#breach('what is named is there', `model ${name} has no version ${version}`);
      return;
    }
    for (const [file, { sha256 }] of Object.entries(manifest.files)) {
      const held = bucket.objects.get(`models/${name}/${version}/${file}`);
      if (held && sha256Hex(held.body) === sha256) continue;
      this.#breach('what is named is whole', `${file} of ${name} ${version} is ${held ? 'another' : 'not there'}`);
    }
    const evaluation = bucket.objects.has(`models/${name}/${version}/evaluation.json`);
    if (!evaluation) this.#breach('what is named is whole', `${name} ${version} has no evaluation`);
  }

  #checkEnd(run: string): void {
    const bucket = this.#bucket();
    if (bucket.objects.has(`runs/${run}/result.json`)) return;
    // Asked for, and refused with an error before anything was begun.
    if (bucket.keys(`runs/${run}/`).length === 1) return;
    const error = bucket.json<{ name?: string; message?: string }>(`runs/${run}/error.json`);
    if (!error) {
      this.#breach('every run ends', `run ${run} has neither result nor error`);
      return;
    }
    if (!error.name || !error.message) this.#breach('an error says why', `run ${run}: ${JSON.stringify(error)}`);
  }

  #checkScoring(scoring: string, objects: ScoringRequest['objects']): void {
    this.#checkEnd(scoring);
    const bucket = this.#bucket();
    if (!bucket.objects.has(`runs/${scoring}/result.json`)) return;
    for (const { output } of objects) {
      if (!bucket.objects.has(output)) this.#breach('no prediction is lost', `scoring ${scoring} has no ${output}`);
    }
  }

  #checkRemembered(name: string, identity: string): void {
    const bucket = this.#bucket();
    const runs = this.runsOn(name, identity);
    if (runs.length === 0) {
      this.#breach('no dataset is forgotten', `no run of ${name} on ${identity}`);
      return;
    }
    const results = runs.flatMap((run) => bucket.json<RunResult>(`runs/${run}/result.json`) ?? []);
    const won = results.filter(({ gate, status }) => gate !== 'fail' && status === 'trained');
    const wasChampion = won.some((result) => this.moves.get(name)?.some(({ version }) => version === result.version));
    const age = (this.#states.get(name) ?? []).indexOf(identity);
    const isNew = age === (this.#states.get(name) ?? []).lastIndexOf(identity);
    if (won.length > 0 && !wasChampion && isNew && (this.#freshest.get(name) ?? -1) < age) {
      this.#breach(
        'no alias move is lost',
        `the newest data of ${name} passed its gate, and champion never was its model`,
      );
    }
  }

  #requests(): RunRequest[] {
    return this.#kept<RunRequest>().filter(({ run }) => run !== undefined);
  }

  #scorings(): ScoringRequest[] {
    return this.#kept<ScoringRequest>().filter(({ scoring }) => scoring !== undefined);
  }

  #kept<T>(): T[] {
    const keys = this.#bucket().keys('runs/');
    const ofRequests = keys.filter((key) => /^runs\/[0-9a-f]{32}\/request\.json$/.test(key));
    return ofRequests.flatMap((key) => this.#bucket().json<T>(key) ?? []);
  }

  #breach(promise: string, found: string): void {
    this.breaches.push({ promise, found });
  }
}

const identityIn = (objects: RunRequest['objects']): string => objects.map(({ key, tag }) => `${key}=${tag}`).join(' ');
