import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { InputError } from './errors.ts';
import { sha256Hex } from './hash.ts';

/** Who signs: an Ed25519 key pair's private half. */
export interface SigningKey {
  /** Names the key pair: the first 16 hexadecimal digits of the SHA-256 of its public half in DER. */
  id: string;
  /** The public half, for whoever verifies. */
  publicKey: PublicKey;
  /** The signature in base64: 64 bytes, the same ones for the same text. */
  sign(text: string): string;
}

/** Who is believed: an Ed25519 key pair's public half. */
export interface PublicKey {
  id: string;
  verifies(text: string, signature: string): boolean;
}

/**
 * A private key from PEM, or from base64 of PKCS #8 in DER.
 *
 * @param where what to call it in messages, which never hold the key
 * @throws InputError when it is no private Ed25519 key
 * @see RFC 8032 for Ed25519, RFC 8410 for the forms of its keys
 */
export function readSigningKey(text: string, where: string): SigningKey {
  const key = parse(where, 'private', () =>
    isPem(text)
      ? createPrivateKey(text)
      : createPrivateKey({ key: Buffer.from(text.trim(), 'base64'), format: 'der', type: 'pkcs8' }),
  );
  const publicKey = publicKeyOf(createPublicKey(key));
  return { id: publicKey.id, publicKey, sign: (message) => sign(null, Buffer.from(message), key).toString('base64') };
}

/**
 * Public keys from PEM blocks one after another, or from base64 of their DER, parted by commas.
 *
 * @throws InputError when one is no public Ed25519 key, or there is none
 */
export function readPublicKeys(text: string, where: string): PublicKey[] {
  const parts = text.match(/-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----/g) ?? text.split(',');
  return parts.map((part) =>
    publicKeyOf(
      parse(where, 'public', () =>
        isPem(part)
          ? createPublicKey(part)
          : createPublicKey({ key: Buffer.from(part.trim(), 'base64'), format: 'der', type: 'spki' }),
      ),
    ),
  );
}

function publicKeyOf(key: KeyObject): PublicKey {
  return {
    id: sha256Hex(key.export({ format: 'der', type: 'spki' })).slice(0, 16),
    verifies: (text, signature) => verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64')),
  };
}

function parse(where: string, half: 'private' | 'public', make: () => KeyObject): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = make();
  } catch {
    // Node's own message may quote what it could not read, which here is a secret.
  }
  if (key?.asymmetricKeyType === 'ed25519' && key.type === half) return key;
  throw new InputError(`${where}: expected a ${half} Ed25519 key in PEM, or base64 of its DER, found something else`);
}

const isPem = (text: string): boolean => text.includes('-----BEGIN');
