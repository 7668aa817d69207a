/** Text that is known to be HTML. Only `html` and `raw` make it, so anything else is escaped where it is put in. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: lists are joined; null, undefined and false leave nothing. */
export type Content = Html | string | number | null | undefined | false | readonly Content[];

/**
 * A template that escapes whatever is put into it, unless it came from a template itself.
 *
 * @example html`<td>${'<b>'}</td>`.text // '<td>&lt;b&gt;</td>'
 */
export function html(strings: TemplateStringsArray, ...values: Content[]): Html {
  let text = strings[0];
  for (let i = 0; i < values.length; i++) text += contentText(values[i]) + strings[i + 1];
  return new Html(text);
}

/** Trusts `text` as it is: for our own script and style only, never for anything that comes from data. */
export function raw(text: string): Html {
  return new Html(text);
}

/**
 * Escapes text for an element's content and for an attribute in either kind of quotes.
 *
 * Control characters, which HTML can't hold, become U+FFFD, as do halves of characters.
 */
export function escapeHtml(text: string): string {
  return text
    .toWellFormed()
    .replace(/(?![\t\n\r])\p{Cc}/gu, '\uFFFD')
    .replace(/[&<>"']/g, (character) => entities[character]);
}

/**
 * JSON that may stand inside a script element: nothing in it can end the element or open a comment.
 *
 * U+2028 and U+2029 are escaped too, as they end lines in older JavaScript.
 */
export function embedJson(value: unknown): Html {
  return new Html(
    JSON.stringify(value, wellFormed).replace(/[<>&\u2028\u2029]/g, (character) => {
      return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
    }),
  );
}

/** A name from the data, kept from turning the direction of the text around it, and cut when very long. */
export function dataName(name: string, { limit = 120 } = {}): Html {
  const shown = shorten(name, limit);
  return shown === name
    ? html`<bdi class="name">${shown}</bdi>`
    : html`<bdi class="name" title="${shorten(name, 2000)}">${shown}</bdi>`;
}

/** At most `limit` characters of `text`, its middle replaced by an ellipsis; the ends tell long names apart. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const characters = Array.from(text);
  if (characters.length <= limit) return text;
  const tail = Math.floor((limit - 1) / 3);
  return `${characters.slice(0, limit - 1 - tail).join('')}…${tail > 0 ? characters.slice(-tail).join('') : ''}`;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function wellFormed(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value;
}

function contentText(content: Content): string {
  if (content === null || content === undefined || content === false) return '';
  if (content instanceof Html) return content.text;
  if (Array.isArray(content)) return content.map(contentText).join('');
  return escapeHtml(String(content));
}
