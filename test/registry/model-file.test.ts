import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openModel } from '../../lib/jobs/open-model.ts';
import { predictRecords } from '../../lib/jobs/predict.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { decodeSafetensors } from '../../lib/registry/safetensors.ts';
import { readVersion } from '../../lib/registry/versions.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';

const hasNumpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;
if (process.env.CI === 'true' && !hasNumpy) throw new Error('python3 with numpy: expected on CI, found none');

async function trained(task: 'regression' | 'binary' | 'multiclass', target: string, prepare = '') {
  const context = testContext();
  await putText(context.store, 'datasets/m/m.csv', sampleCsv(200));
  const exclude = ['id', 'value', 'class', 'zone'].filter(
    (name) => name !== target && (name !== 'zone' || task === 'multiclass'),
  );
  const yaml = `
name: m
task: ${task}
data: { path: datasets/m/, target: ${target}, exclude: [${exclude.join()}] }
${prepare}
stop: { epochs: 30 }
evaluate: { gates: [] }
`;
  const { version } = await runPipeline(context, pipelineOf(yaml));
  const { body } = await context.store.get(`models/m/${version}/model.safetensors`);
  return { context, version, body, loaded: await openModel(context, { name: 'm' }) };
}

describe('model.safetensors alone gives predictions', () => {
  const row = { size: 40, age: 12.3, zone: 'b' };

  test.skipIf(!hasNumpy)('in a few lines of Python (skipped without python3 and numpy)', async () => {
    const { body, loaded } = await trained('regression', 'value');
    const { tensors, metadata } = decodeSafetensors(body);
    expect(JSON.parse(metadata.features)).toEqual(['size', 'age', 'zone=a', 'zone=b', 'zone=c']);
    expect(Object.keys(tensors).sort()).toEqual([
      'coefficients',
      'feature_mean',
      'feature_scale',
      'intercept',
      'target_mean',
      'target_scale',
    ]);
    const folder = mkdtempSync(join(tmpdir(), 'hone-'));
    const program = `
import json, struct, sys, numpy
data = open(sys.argv[1], 'rb').read()
size = struct.unpack('<Q', data[:8])[0]
header = json.loads(data[8:8 + size])
m = {k: numpy.frombuffer(data, '<f8', count=(v['data_offsets'][1] - v['data_offsets'][0]) // 8, offset=8 + size + v['data_offsets'][0]).reshape(v['shape']) for k, v in header.items() if k != '__metadata__'}
x = numpy.array([40, 12.3, 0, 1, 0])
z = ((x.astype('float32') - m['feature_mean']) / m['feature_scale']).astype('float32')
score = m['coefficients'] @ z + m['intercept']
print(repr(float((score * m['target_scale'] + m['target_mean'])[0])))
`;
    try {
      writeFileSync(join(folder, 'model.safetensors'), body);
      const { stdout, stderr } = spawnSync('python3', ['-c', program, join(folder, 'model.safetensors')], {
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      const [predicted] = predictRecords(loaded, [row]).predictions as number[];
      expect(Math.abs(Number(stdout) / predicted - 1)).toBeLessThan(1e-15);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('in the units of the target, after a logarithm too', async () => {
    const { body, loaded } = await trained('regression', 'size', 'prepare: { target: none }');
    expect(decodeSafetensors(body).metadata.target_transform).toBe('none');
    expect(predictRecords(loaded, [row]).predictions).toHaveLength(1);
  });

  test('with one row of coefficients a class', async () => {
    const { body, loaded } = await trained('multiclass', 'zone');
    const { tensors, metadata } = decodeSafetensors(body);
    expect(tensors.coefficients.shape).toEqual([3, 2]);
    expect(JSON.parse(metadata.classes)).toEqual(['a', 'b', 'c']);
    const [{ probabilities }] = predictRecords(loaded, [row]).predictions as {
      probabilities: Record<string, number>;
    }[];
    expect(Object.values(probabilities).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
  });
});

test('a model file that was tampered with is not used', async () => {
  const { context, version, body } = await trained('binary', 'class');
  const changed = body.slice();
  changed[changed.length - 1] ^= 1;
  await context.store.put(`models/m/${version}/model.safetensors`, changed);
  await expect(readVersion(context.store, 'm', version)).rejects.toThrow(
    /model\.safetensors: expected SHA-256 \w+, found \w+/,
  );
});

describe('a prediction from JSON', () => {
  test('names the row and the field that is wrong', async () => {
    const { loaded } = await trained('regression', 'value');
    const predict = (rows: unknown) => () => predictRecords(loaded, rows);
    expect(predict({ size: 1 })).toThrow('rows: expected a list of objects, found object');
    expect(predict([])).toThrow('rows: expected 1 to 10000 rows, found 0');
    expect(predict([{ size: 1 }, 3])).toThrow('rows[1]: expected an object, found number');
    expect(predict([{ size: 'big' }])).toThrow(/rows\[0\]: .*size.*expected a .*number, found "big"/);
  });

  test('fills in what is missing, and warns of what training had not seen', async () => {
    const { loaded } = await trained('regression', 'value');
    const answer = predictRecords(loaded, [{ size: null, zone: 'x', colour: 'red' }]);
    expect(answer.predictions).toHaveLength(1);
    expect(answer.warnings.join('\n')).toMatch(/zone.*"x"/);
    expect(answer.warnings.join('\n')).toMatch(/colour/);
  });

  test('of a number is the same as of its text', async () => {
    const { loaded } = await trained('regression', 'value');
    const [number, text] = predictRecords(loaded, [
      { size: 41, age: 0.1 },
      { size: '41', age: '1e-1' },
    ]).predictions;
    expect(text).toBe(number);
  });
});
