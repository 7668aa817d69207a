import { SyntaxKind } from 'typescript/unstable/ast';
import { createScanner, type Scanner } from 'typescript/unstable/ast/scanner';

/**
 * What a TypeScript or JavaScript source imports, in order: the specifiers of `import`, `export … from`, `import(…)`,
 * `import type` and `typeof import(…)`. An `import()` of anything but a plain string is reported as `(computed)`.
 *
 * Tokens are TypeScript's own, so comments, strings, templates and regular expressions do not mislead it.
 */
export function importsOf(source: string): string[] {
  const tokens = tokensOf(source);
  const found: string[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const before = tokens[i - 1]?.kind;
    if (before === SyntaxKind.DotToken || before === SyntaxKind.QuestionDotToken) continue;
    if (tokens[i].kind === SyntaxKind.ImportKeyword) {
      const specifier = importedAt(tokens, i + 1);
      if (specifier !== undefined) found.push(specifier);
    } else if (tokens[i].kind === SyntaxKind.ExportKeyword) {
      const specifier = reexportedAt(tokens, i + 1);
      if (specifier !== undefined) found.push(specifier);
    }
  }
  return found;
}

interface Token {
  kind: SyntaxKind;
  text: string;
}

const isString = (token: Token | undefined) =>
  token?.kind === SyntaxKind.StringLiteral || token?.kind === SyntaxKind.NoSubstitutionTemplateLiteral;

function importedAt(tokens: Token[], at: number): string | undefined {
  if (isString(tokens[at])) return tokens[at].text;
  if (tokens[at]?.kind === SyntaxKind.DotToken) return undefined;
  if (tokens[at]?.kind === SyntaxKind.ColonToken) return undefined;
  if (tokens[at]?.kind === SyntaxKind.OpenParenToken) {
    const isPlain =
      isString(tokens[at + 1]) && [SyntaxKind.CloseParenToken, SyntaxKind.CommaToken].includes(tokens[at + 2]?.kind);
    return isPlain ? tokens[at + 1].text : '(computed)';
  }
  return specifierAfterFrom(tokens, at);
}

function reexportedAt(tokens: Token[], at: number): string | undefined {
  const start = tokens[at]?.kind === SyntaxKind.TypeKeyword ? at + 1 : at;
  if (tokens[start]?.kind === SyntaxKind.AsteriskToken) return specifierAfterFrom(tokens, start);
  if (tokens[start]?.kind !== SyntaxKind.OpenBraceToken) return undefined;
  const end = tokens.findIndex((token, i) => i > start && token.kind === SyntaxKind.CloseBraceToken);
  return tokens[end + 1]?.kind === SyntaxKind.FromKeyword ? tokens[end + 2].text : undefined;
}

function specifierAfterFrom(tokens: Token[], at: number): string | undefined {
  // A binding may itself be called `from`; what follows the real one is a string.
  const from = tokens.findIndex(
    (token, i) => i >= at && token.kind === SyntaxKind.FromKeyword && isString(tokens[i + 1]),
  );
  return from < 0 ? undefined : tokens[from + 1].text;
}

/** After one of these a slash divides; after anything else it begins a regular expression. */
const endsOperand = new Set([
  SyntaxKind.Identifier,
  SyntaxKind.NumericLiteral,
  SyntaxKind.BigIntLiteral,
  SyntaxKind.StringLiteral,
  SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.TemplateTail,
  SyntaxKind.RegularExpressionLiteral,
  SyntaxKind.CloseParenToken,
  SyntaxKind.CloseBracketToken,
  SyntaxKind.CloseBraceToken,
  SyntaxKind.ThisKeyword,
  SyntaxKind.TrueKeyword,
  SyntaxKind.FalseKeyword,
  SyntaxKind.NullKeyword,
]);

function tokensOf(source: string): Token[] {
  const scanner = createScanner(true);
  scanner.setText(source);
  const tokens: Token[] = [];
  const braces: ('block' | 'template')[] = [];
  for (let kind = scanner.scan(); kind !== SyntaxKind.EndOfFile; kind = scanner.scan()) {
    const token = complete(scanner, kind, tokens.at(-1)?.kind, braces);
    tokens.push({ kind: token, text: scanner.getTokenValue() });
  }
  return tokens;
}

/** The scanner knows no context: slashes, and the braces that go on with a template, are decided here. */
function complete(
  scanner: Scanner,
  kind: SyntaxKind,
  before: SyntaxKind | undefined,
  braces: ('block' | 'template')[],
): SyntaxKind {
  if (kind === SyntaxKind.SlashToken || kind === SyntaxKind.SlashEqualsToken) {
    return before !== undefined && endsOperand.has(before) ? kind : scanner.reScanSlashToken();
  }
  if (kind === SyntaxKind.TemplateHead) braces.push('template');
  if (kind === SyntaxKind.OpenBraceToken) braces.push('block');
  if (kind !== SyntaxKind.CloseBraceToken) return kind;
  if (braces.at(-1) !== 'template') {
    braces.pop();
    return kind;
  }
  const part = scanner.reScanTemplateToken(false);
  if (part === SyntaxKind.TemplateTail) braces.pop();
  return part;
}
