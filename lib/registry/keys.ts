// Where the registry keeps what; the only place that knows.

export const modelFile = 'model.safetensors';
export const manifestFile = 'manifest.json';
export const evaluationFile = 'evaluation.json';
export const signatureFile = 'signature.json';

export const versionKey = (name: string, version: string, file: string): string => `models/${name}/${version}/${file}`;
export const aliasKey = (name: string, alias: string): string => `models/${name}/aliases/${alias}.json`;
