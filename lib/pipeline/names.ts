/** What a pipeline, a model or a dataset may be called; no path can be made of it. */
export const namePattern = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/;
/** `namePattern` in words. */
export const nameInWords =
  'a name of letters, digits, ".", "_" and "-", at most 64 long, that begins and ends with a letter or digit';
