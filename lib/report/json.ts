import { checkReport, type Report } from './report.ts';

/**
 * The report as JSON text: indented by two spaces, fields in the schema's order, ending in a newline.
 *
 * Equal reports give equal text, in whatever order their fields were set.
 *
 * @throws InputError when `report` does not follow its schema, such as a NaN that JSON can't hold
 */
export function renderJson(report: Report): string {
  return `${JSON.stringify(checkReport(report), null, 2)}\n`;
}
