/** The app's CORS rules in the XML that the S3 API itself takes. */

import { corsRules } from '#sync/cors-rules.ts';

const rules = corsRules('*').CORSRules.map(
  (rule) =>
    elements('AllowedOrigin', rule.AllowedOrigins) +
    elements('AllowedMethod', rule.AllowedMethods) +
    elements('AllowedHeader', rule.AllowedHeaders) +
    elements('ExposeHeader', rule.ExposeHeaders) +
    elements('MaxAgeSeconds', [String(rule.MaxAgeSeconds)]),
);

export const corsRulesXml = `<CORSConfiguration>${elements('CORSRule', rules)}</CORSConfiguration>`;

function elements(name: string, texts: readonly string[]): string {
  return texts.map((text) => `<${name}>${text}</${name}>`).join('');
}
