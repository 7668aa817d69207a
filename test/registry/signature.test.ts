import { beforeEach, describe, expect, test } from 'vitest';
import { readPublicKeys, readSigningKey } from '../../lib/core/signature.ts';
import { openModel } from '../../lib/jobs/open-model.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { signVersions } from '../../lib/jobs/sign.ts';
import { trustedStore } from '../../lib/registry/trust.ts';
import { signedFiles } from '../../lib/registry/version-signature.ts';
import type { Store } from '../../lib/store/store.ts';
import { apiClient } from '../support/api.ts';
import { testHone } from '../support/functions.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';
import { type MemoryStore, memoryStore } from '../support/memory-store.ts';
import { housesPipeline } from '../support/s3-events.ts';

// RFC 8032, section 7.1, TEST 2 and TEST 3: seeds, public keys, and what signing the one byte 72 gives.
const [seed, otherSeed] = [
  '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
  'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
];
const publicHex = '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c';
const otherPublicHex = 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025';
const signatureHex =
  '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00';
// RFC 8410, section 7 and 4: what stands before the 32 bytes in DER.
const privateKey = (hex: string) => Buffer.from(`302e020100300506032b657004220420${hex}`, 'hex').toString('base64');
const publicKey = (hex: string) => Buffer.from(`302a300506032b6570032100${hex}`, 'hex').toString('base64');
const pem = (label: string, base64: string) => `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;

const own = { HONE_SIGNING_KEY: privateKey(seed) };
const yaml = housesPipeline();

describe('keys', () => {
  test('sign and verify as RFC 8032 says', () => {
    const key = readSigningKey(privateKey(seed), 'test');
    expect(Buffer.from(key.sign('r'), 'base64').toString('hex')).toBe(signatureHex);
    const [known] = readPublicKeys(publicKey(publicHex), 'test');
    expect(known.id).toBe(key.id);
    expect(known.verifies('r', key.sign('r'))).toBe(true);
    expect(known.verifies('s', key.sign('r'))).toBe(false);
    expect(known.verifies('r', 'AAAA')).toBe(false);
  });

  test('are the same in PEM, and several public ones can be given', () => {
    expect(readSigningKey(pem('PRIVATE KEY', privateKey(seed)), 'test').id).toBe(
      readSigningKey(privateKey(seed), 'test').id,
    );
    const both = [publicKey(publicHex), publicKey(otherPublicHex)];
    const ids = readPublicKeys(both.join(', '), 'test').map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(readPublicKeys(both.map((key) => pem('PUBLIC KEY', key)).join(''), 'test').map(({ id }) => id)).toEqual(ids);
  });

  test.each(['', 'secret-that-is-no-key', publicKey(publicHex)])(
    'that are none are refused, and not repeated: %j',
    (text) => {
      expect(() => readSigningKey(text, 'HONE_SIGNING_KEY')).toThrow(
        /^HONE_SIGNING_KEY: expected a private Ed25519 key in PEM, or base64 of its DER, found something else$/,
      );
    },
  );

  test('of another kind, or the other half, are refused', () => {
    expect(() => readPublicKeys(privateKey(seed), 'keys')).toThrow(/expected a public Ed25519 key/);
    expect(() => readPublicKeys(',', 'keys')).toThrow(/expected a public Ed25519 key/);
  });
});

describe('a store that is verified', () => {
  let raw: MemoryStore;
  let version: string;

  beforeEach(async () => {
    raw = memoryStore();
    version = await trained(raw);
  });

  const key = (file: string) => `models/houses/${version}/${file}`;
  const open = (settings: object = own) =>
    openModel({ store: trustedStore(raw, settings).store }, { name: 'houses', version });

  test('opens what its key signed, by private or public half, by any of several keys, and without keys at all', async () => {
    const trusting = [publicKey(otherPublicHex), publicKey(publicHex)].join(',');
    for (const settings of [own, { HONE_VERIFY_KEYS: publicKey(publicHex) }, { HONE_VERIFY_KEYS: trusting }, {}]) {
      expect((await open(settings)).manifest.version).toBe(version);
    }
  });

  test.each([...signedFiles])('hands out no %s that was changed, be it by one bit, nor a part of it', async (file) => {
    const { body } = await raw.get(key(file));
    body[body.length >> 1] ^= 1;
    await raw.put(key(file), body);
    const { store } = trustedStore(raw, own);
    const changed = { name: 'IntegrityError', message: expect.stringContaining('expected the signed SHA-256') };
    await expect(store.get(key(file))).rejects.toMatchObject(changed);
    await expect(store.get(key(file), { range: { start: 0, end: 4 } })).rejects.toMatchObject(changed);
  });

  test('gives the part that was asked for, once the whole is verified', async () => {
    const { store } = trustedStore(raw, own);
    const { body } = await store.get(key('manifest.json'), { range: { start: 0, end: 1 } });
    expect(new TextDecoder().decode(body)).toBe('{');
    await expect(store.get(key('manifest.json'), { range: { start: 1e9, end: 2e9 } })).rejects.toThrow(/within/);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['none', () => raw.delete(key('signature.json'))],
    ['no JSON object', () => putText(raw, key('signature.json'), 'null')],
    ['one by a key that is not trusted', () => signVersions(signingBy(otherSeed), 'houses')],
    ['one without its signature', () => changeSignature((found) => delete found.signature)],
    ['one that is cut', () => changeSignature((found) => (found.signature = found.signature.slice(4)))],
    [
      'one that speaks of a file more',
      () => changeSignature((found) => (found.files.x = found.files['manifest.json'])),
    ],
    ['one of another format', () => changeSignature((found) => (found.format = 2))],
  ])('refuses a version whose signature is %s', async (_, spoil) => {
    await spoil();
    await expect(open()).rejects.toMatchObject({ name: 'IntegrityError' });
  });

  test('refuses the signature of one version under the name of another', async () => {
    const other = await trained(raw, yaml.replace('epochs: 5', 'epochs: 9'));
    for (const file of [...signedFiles, 'signature.json']) {
      await raw.put(key(file), (await raw.get(`models/houses/${other}/${file}`)).body);
    }
    await expect(open()).rejects.toMatchObject({ name: 'IntegrityError' });
  });

  test('answers no prediction by a model that was changed, and says nothing of why to the client', async () => {
    const hone = testHone({ store: trustedStore(raw, own).store });
    const api = apiClient({ hone });
    const ask = () =>
      api.send('POST', '/models/houses/predictions', { version, rows: [{ size: 1, age: 1, zone: 'a' }] });
    expect((await ask()).status).toBe(200);
    const { body } = await raw.get(key('model.safetensors'));
    body[body.length - 1] ^= 1;
    await raw.put(key('model.safetensors'), body);
    const changed = await apiClient({ hone }).send('POST', '/models/houses/predictions', { version, rows: [{}] });
    expect(changed).toMatchObject({ status: 500, body: { error: 'InternalError' } });
    expect(JSON.stringify(changed.body)).not.toMatch(/SHA|signed|safetensors/);
    expect(JSON.stringify(hone.log.lines)).toContain('IntegrityError');
  });

  test('what is signed is the same to the byte, whoever signs it again', async () => {
    const before = raw.lasting();
    await signVersions(signingBy(seed), 'houses');
    expect(raw.lasting()).toEqual(before);
    const again = memoryStore();
    await trained(again);
    expect(again.lasting()).toEqual(before);
  });

  test('versions from before there was a key are refused until somebody signs them', async () => {
    raw = memoryStore();
    version = await trained(raw, yaml, {});
    await expect(open()).rejects.toThrow(/found none. hone sign makes one/);
    expect(await signVersions(signingBy(seed), 'houses')).toMatchObject({ versions: [version] });
    expect((await open()).manifest.version).toBe(version);
    await expect(signVersions({}, 'houses')).rejects.toThrow(/HONE_SIGNING_KEY, found none/);
    await expect(signVersions(signingBy(seed), 'absent')).rejects.toMatchObject({ name: 'NotFoundError' });
  });

  test('a manifest that somebody put where a version will be is not signed', async () => {
    const planted = JSON.parse(new TextDecoder().decode((await raw.get(key('manifest.json'))).body));
    planted.encoding.columns[0].name = 'planted';
    raw = memoryStore();
    await putText(raw, key('manifest.json'), JSON.stringify(planted));
    // The version seems to be there, so that nothing is trained; and it has no signature.
    await expect(trained(raw)).rejects.toMatchObject({ name: 'IntegrityError' });
  });

  test('the same version from objects of other names keeps the manifest that came first, signed', async () => {
    const twice = memoryStore();
    const signed = await trained(twice);
    // As one that was trained at the same time elsewhere, and comes to register second.
    const manifest = JSON.parse(new TextDecoder().decode((await twice.get(key('manifest.json'))).body));
    manifest.data.objects[0].key = 'datasets/houses/elsewhere.csv';
    const { writeVersion } = await import('../../lib/registry/versions.ts');
    const [model, evaluation] = await Promise.all(
      ['model.safetensors', 'evaluation.json'].map(async (file) => (await twice.get(key(file))).body),
    );
    const { signing } = trustedStore(twice, own);
    await writeVersion(twice, { manifest, model, evaluation }, { signingKey: signing?.key });
    const opened = await openModel({ store: trustedStore(twice, own).store }, { name: 'houses', version: signed });
    expect(opened.manifest.data.objects[0].key).toBe('datasets/houses/part-1.csv');
    manifest.encoding.columns[0].name = 'another';
    await expect(
      writeVersion(twice, { manifest, model, evaluation }, { signingKey: signing?.key }),
    ).rejects.toMatchObject({ name: 'IntegrityError' });
  });

  // biome-ignore lint/suspicious/noExplicitAny: a test spoils what a type would hold together
  async function changeSignature(change: (found: any) => unknown): Promise<void> {
    const found = JSON.parse(new TextDecoder().decode((await raw.get(key('signature.json'))).body));
    change(found);
    await putText(raw, key('signature.json'), JSON.stringify(found));
  }

  const signingBy = (hex: string) => ({ signing: trustedStore(raw, { HONE_SIGNING_KEY: privateKey(hex) }).signing });
});

/** Trains on sample rows in a store that signs, and answers the version. */
async function trained(raw: Store, document = yaml, settings: object = own): Promise<string> {
  await putText(raw, 'pipelines/houses.yml', document);
  await putText(raw, 'datasets/houses/part-1.csv', sampleCsv(80));
  const context = { ...testContext(), ...trustedStore(raw, settings) };
  return (await runPipeline(context, pipelineOf(document))).version;
}
