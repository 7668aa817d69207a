import { type PublicKey, readPublicKeys, readSigningKey, type SigningKey } from '../core/signature.ts';
import type { Store } from '../store/store.ts';
import { verifiedStore } from './verified-store.ts';

/** The settings that say who signs versions, and whose signatures are believed. Without them, nobody signs. */
export interface TrustSettings {
  /** A private Ed25519 key in PEM, or base64 of its DER: for what registers versions. */
  HONE_SIGNING_KEY?: string;
  /** Public keys in PEM, or base64 of their DER parted by commas: for what reads versions. */
  HONE_VERIFY_KEYS?: string;
}

/** What signs a version: the key, and the store as it is, where files that are not signed yet can be read. */
export interface Signing {
  key: SigningKey;
  store: Store;
}

/**
 * A store as these settings ask for it. With a signing key alone, its own public half is the one that is trusted.
 *
 * @returns the store itself where no key is given, else one that hands out signed versions only
 * @throws InputError when what is given is no Ed25519 key
 */
export function trustedStore(store: Store, settings: TrustSettings): { store: Store; signing?: Signing } {
  const { HONE_SIGNING_KEY, HONE_VERIFY_KEYS } = settings;
  const key = HONE_SIGNING_KEY ? readSigningKey(HONE_SIGNING_KEY, 'HONE_SIGNING_KEY') : undefined;
  const own: PublicKey[] = key ? [key.publicKey] : [];
  const trusted = HONE_VERIFY_KEYS ? readPublicKeys(HONE_VERIFY_KEYS, 'HONE_VERIFY_KEYS') : own;
  if (trusted.length === 0) return { store };
  return { store: verifiedStore(store, trusted), ...(key && { signing: { key, store } }) };
}
